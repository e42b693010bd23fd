#!/usr/bin/env bash
# Makes what a release needs, in FOLDER [dist]: a tarball and a Debian package that hold the program, the PDF engine, the
# default voice and all licences. FFmpeg, espeak-ng and fonts come from the system: the package depends on them, and the
# tarball's install.sh brings them on Debian and Ubuntu and names them elsewhere.
#   dist.sh [FOLDER]
# Linux only. Needs what `make setup` brings, and dpkg-dev for the package.
set -euo pipefail

cd "$(dirname "$0")/.."
out=$(mkdir -p "${1:-dist}" && cd "${1:-dist}" && pwd)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
machine=$(uname -m)
name=brainwrought-$version-$machine-linux

say() { printf 'dist: %s\n' "$*"; }
fail() {
    printf 'dist: %s\n' "$@" >&2
    exit 1
}

[ "$(uname -s)" = Linux ] || fail "packages are made on Linux only"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# The PDF engine and the voice are only read by the program that is installed, so nothing of the user's own comes along.
BRAINWROUGHT_DATA=$stage/resources scripts/setup.sh
cargo build --profile dist --locked --package brainwrought-cli
program=${CARGO_TARGET_DIR:-target}/dist/brainwrought

# The same tree for both: bin/brainwrought, and lib/brainwrought, where the program looks for what is not built in.
tree=$stage/$name
install -D -m 755 "$program" "$tree/bin/brainwrought"
mkdir -p "$tree/lib"
cp -a "$stage/resources" "$tree/lib/brainwrought"
licenses=$tree/lib/brainwrought/licenses
mkdir -p "$licenses"
install -m 644 -t "$licenses" LICENSE-APACHE LICENSE-MIT
install -m 644 brainwrought-stages/assets/LICENSES.md "$licenses/ASSETS.md"
install -m 644 brainwrought-stages/assets/fonts/OFL.txt "$licenses/Montserrat-OFL.txt"
install -m 644 brainwrought-stages/assets/stickers/LICENSE.txt "$licenses/stickers-LICENSE.txt"
python3 scripts/third-party-licenses.py >"$licenses/THIRD-PARTY.txt"

say "the program has $(($(stat -c %s "$program") / 1000000)) MB"
install -m 755 scripts/install.sh "$tree/install.sh"
tar -C "$stage" --owner=0 --group=0 --sort=name --mtime=@"$(git log -1 --format=%ct)" -cJf "$out/$name.tar.xz" "$name"
say "$out/$name.tar.xz: $(($(stat -c %s "$out/$name.tar.xz") / 1000000)) MB"

command -v dpkg-shlibdeps >/dev/null 2>&1 || fail "the Debian package needs dpkg-shlibdeps; install dpkg-dev"
architecture=$(dpkg --print-architecture)
package=$stage/package
mkdir -p "$package/DEBIAN" "$package/usr/share/doc/brainwrought" "$stage/debian"
cp -a "$tree/bin" "$tree/lib" "$package/usr/"
rm -rf "$package/usr/lib/brainwrought/licenses"
cp -a "$licenses" "$package/usr/share/doc/brainwrought/licenses"
install -m 644 README.md CHANGELOG.md "$package/usr/share/doc/brainwrought/"
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    printf '\nFiles: *\nCopyright: the Brainwrought authors and others\nLicense: MIT or Apache-2.0\n'
    echo " The texts of these licences, and those of everything that is in this package, are in"
    echo " /usr/share/doc/brainwrought/licenses, and beside the PDF engine and the voice in /usr/lib/brainwrought."
} >"$package/usr/share/doc/brainwrought/copyright"
# dpkg-shlibdeps wants a source package around it.
printf 'Source: brainwrought\n\nPackage: brainwrought\nArchitecture: any\n' >"$stage/debian/control"
libraries=$(cd "$stage" && dpkg-shlibdeps -O --ignore-missing-info package/usr/bin/brainwrought 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || fail "dpkg-shlibdeps found no libraries that the program needs"
cat >"$package/DEBIAN/control" <<CONTROL
Package: brainwrought
Version: $version
Architecture: $architecture
Maintainer: The Brainwrought authors <noreply@brainwrought.invalid>
Installed-Size: $(du -sk "$package/usr" | cut -f1)
Depends: $libraries
Recommends: espeak-ng, fonts-noto-core
Section: video
Priority: optional
Description: turns a PDF into a short vertical video
 With narration, captions that light up word by word, pictures and page citations. It works without a network and without
 keys; language models, voices and picture services can be added.
CONTROL
dpkg-deb --root-owner-group --build "$package" "$out/brainwrought_${version}_$architecture.deb" >/dev/null
say "$out/brainwrought_${version}_$architecture.deb: $(($(stat -c %s "$out/brainwrought_${version}_$architecture.deb") / 1000000)) MB"
