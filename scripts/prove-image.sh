#!/usr/bin/env bash
# Proves the steps of the Dockerfile in a clean Debian, without a container engine: builds in one root, runs in another as
# user 1000, has a video made through the API, and stops the server as Docker does. Needs root and debootstrap; the Rust
# of this machine stands in for the image `rust`. It takes as long as a release build; BUILD_PROFILE=dev makes it shorter.
#   PROOF_ROOT   the folder for the roots, some 6 GB [a temporary one, removed at the end]
#   PROOF_FILES  files of this machine that the roots need to reach the network, such as a pip.conf
set -euo pipefail

source=$(cd "$(dirname "$0")/.." && pwd)
port=${PORT:-17860}
root=${PROOF_ROOT:-$(mktemp -d /var/tmp/brainwrought-proof.XXXXXX)}
server=

. "$source/scripts/clean_roots.sh"

say() { printf 'proof: %s\n' "$*"; }

finish() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
    remove_roots
}
trap finish EXIT

share() { # root, folder, options
    mkdir -p "$root/$1$2"
    mount --bind ${3:+-o "$3"} "$2" "$root/$1$2"
}

ask() { # method, path, and the rest of curl's arguments
    curl --fail --silent --show-error --max-time 60 --request "$1" "http://127.0.0.1:$port$2" "${@:3}"
}

mkdir -p "$root"
say "build"
clean_root build
# The paths stay the same, so that what was compiled already is not compiled again.
share build "$source"
share build "$(rustc --print sysroot)" ro
share build "${CARGO_HOME:-$HOME/.cargo}"
rm -rf --one-file-system "$root/build/out"
chroot "$root/build" env HOME="$HOME" PATH="$(rustc --print sysroot)/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    bash -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates git >/dev/null'
# After the certificates, for they may be among these.
# shellcheck disable=SC2086 # the list is meant to be split
copy_files build ${PROOF_FILES:-}
began=$(date +%s)
chroot "$root/build" env HOME="$HOME" PATH="$(rustc --print sysroot)/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "$source/scripts/image.sh" build /out
say "built in $(($(date +%s) - began)) s"

say "runtime"
clean_root runtime
install -m 755 "$source/scripts/image.sh" "$root/runtime/tmp/image.sh"
chroot "$root/runtime" /tmp/image.sh runtime
rm "$root/runtime/tmp/image.sh"
cp -a "$root/build/out" "$root/runtime/opt/brainwrought"
say "the image holds $(du -sxm "$root/runtime" | cut -f1) MB, of which $(du -sm "$root/build/out" | cut -f1) MB are ours"

say "start"
as_user=(chroot --userspec=1000:1000 "$root/runtime"
    env -i HOME=/var/lib/brainwrought PATH=/usr/bin:/bin PORT="$port" /opt/brainwrought/bin/image.sh)
"${as_user[@]}" start >"$root/server.log" 2>&1 &
server=$!
for _ in $(seq 60); do "${as_user[@]}" health 2>/dev/null && break || sleep 1; done
"${as_user[@]}" health || { cat "$root/server.log"; exit 1; }
# chroot and the script put others in their place, so this is the server itself.
[ "$(stat -c %u "/proc/$server")" = 1000 ]
job=$(ask POST /api/jobs --form pdf=@"$source/examples/queues.pdf" --form length=15 --form size=270x480 |
    sed 's/.*"job_id":"\([0-9a-f]*\)".*/\1/')
status=
for _ in $(seq 600); do
    status=$(ask GET "/api/jobs/$job" | sed 's/.*"status":"\([A-Z]*\)","file_name.*/\1/')
    case "$status" in COMPLETED | FAILED) break ;; esac
    sleep 1
done
[ "$status" = COMPLETED ] || { ask GET "/api/jobs/$job"; exit 1; }
ask GET "/jobs/$job/video.mp4" --output "$root/video.mp4"
[ "$(head -c 8 "$root/video.mp4" | tail -c 4)" = ftyp ]
[ -s "$root/runtime/data/outputs/$job/video.mp4" ]
say "a video of $(stat -c %s "$root/video.mp4") bytes, kept in /data"
kill -TERM "$server"
wait "$server"
server=
say "stopped in good order; all is well"
