#!/usr/bin/env bash
# The steps of the container image, one word each, so that they can be proved where there is no container engine.
#   image.sh build FOLDER   in a checkout: the command, the PDF engine and the voice, into FOLDER
#   image.sh runtime        as root: the libraries that they need, and the user that runs them
#   image.sh start          as that user: the server
#   image.sh health         ends well while the server answers
# `scripts/prove-image.sh` runs them all in a clean Debian.
set -euo pipefail

home=/opt/brainwrought

packages() {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    apt-get clean
    rm -rf /var/lib/apt/lists/*
}

build() {
    local out=$1
    cd "$(dirname "$0")/.."
    BRAINWROUGHT_DATA=$out/share scripts/setup.sh
    local profile=${BUILD_PROFILE:-release} folder
    cargo build --profile "$profile" --locked --package brainwrought-cli
    folder=$profile
    [ "$profile" != dev ] || folder=debug
    install -D -m 755 "${CARGO_TARGET_DIR:-target}/$folder/brainwrought" "$out/bin/brainwrought"
    install -m 755 scripts/image.sh "$out/bin/image.sh"
    install -D -m 644 -t "$out/share/licenses" LICENSE-APACHE LICENSE-MIT
}

# The tools that only people use stay out: no FFmpeg command, no compiler, no Python.
runtime() {
    packages ca-certificates espeak-ng fonts-noto-core \
        libavcodec59 libavdevice59 libavfilter8 libavformat59 libavutil57 libswresample4 libswscale6
    id brainwrought >/dev/null 2>&1 || useradd --uid 1000 --create-home --home-dir /var/lib/brainwrought --shell /usr/sbin/nologin brainwrought
    install -d -o brainwrought -g brainwrought /data
}

# A Space with storage has it at /data; without, or when it cannot be written, jobs last as long as the container.
start() {
    local store=/data
    [ -w "$store" ] || store=$HOME/data
    local hosts=()
    [ -z "${SPACE_HOST:-}" ] || hosts=(--host "$SPACE_HOST" --frame-ancestor https://huggingface.co)
    # Stated by name, or the variables would be taken for those of a fleet.
    exec "$home/bin/brainwrought" --store "${BRAINWROUGHT_STORE:-file:$store}" --resources "$home/share" \
        serve --bind 0.0.0.0 --port "${PORT:-7860}" --proxies "${BRAINWROUGHT_PROXIES:-1}" "${hosts[@]}" "$@"
}

health() {
    exec 3<>"/dev/tcp/127.0.0.1/${PORT:-7860}"
    printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
    local version status rest
    # shellcheck disable=SC2034 # they are read to be passed over
    read -r -t 5 version status rest <&3
    [ "$status" = 200 ]
}

case "${1:-}" in
    build | runtime | start | health) "$@" ;;
    *)
        sed -n 's/^#   //p' "$0" >&2
        exit 2
        ;;
esac
