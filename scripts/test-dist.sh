#!/usr/bin/env bash
# Proves what `make dist` made in clean Debian systems: installs the package in one and the tarball in another, each with
# one command, and makes a video there without any network. Needs root and debootstrap.
#   test-dist.sh [FOLDER]   the folder that dist.sh wrote [dist]
#   PROOF_ROOT   the folder for the systems, some 3 GB [a temporary one, removed at the end]
#   PROOF_FILES  files of this machine that the systems need to reach the network, such as those of /etc/apt
set -euo pipefail

source=$(cd "$(dirname "$0")/.." && pwd)
dist=$(cd "${1:-$source/dist}" && pwd)
root=${PROOF_ROOT:-$(mktemp -d /var/tmp/brainwrought-dist.XXXXXX)}
# The longest that a video may take, in seconds.
limit=60

. "$source/scripts/clean_roots.sh"

say() { printf 'test-dist: %s\n' "$*"; }

trap remove_roots EXIT

inside() { # name, command
    chroot "$root/$1" env -i HOME=/var/tmp PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "${@:2}"
}

make_video() { # name
    cp "$source/examples/queues.pdf" "$root/$1/var/tmp/"
    local began
    began=$(date +%s)
    # Nothing but the loopback, and that is down.
    unshare --net chroot "$root/$1" env -i HOME=/var/tmp PATH=/usr/local/bin:/usr/bin:/bin \
        sh -c 'cd /var/tmp && brainwrought make queues.pdf -o video.mp4 && brainwrought doctor' >"$root/$1.log" 2>&1 ||
        { cat "$root/$1.log"; exit 1; }
    local took=$(($(date +%s) - began)) video=$root/$1/var/tmp/video.mp4
    [ "$(head -c 8 "$video" | tail -c 4)" = ftyp ] || { say "$video is no MP4"; exit 1; }
    say "$1: a video of $(stat -c %s "$video") bytes in $took s, without network"
    [ "$took" -le "$limit" ] || { say "that is more than $limit s"; exit 1; }
}

mkdir -p "$root"
say "the Debian package"
clean_root package
# shellcheck disable=SC2086 # the list is meant to be split
copy_files package ${PROOF_FILES:-}
cp "$dist"/brainwrought_*.deb "$root/package/var/tmp/brainwrought.deb"
inside package apt-get update -qq
inside package apt-get install -y -qq /var/tmp/brainwrought.deb >"$root/install.log" 2>&1 || { cat "$root/install.log"; exit 1; }
make_video package
inside package apt-get remove -y -qq brainwrought >/dev/null 2>&1
[ ! -e "$root/package/usr/lib/brainwrought" ] || { say "removing the package leaves files"; exit 1; }

say "the tarball"
clean_root tarball
# shellcheck disable=SC2086
copy_files tarball ${PROOF_FILES:-}
tar -C "$root/tarball/var/tmp" -xf "$dist"/brainwrought-*.tar.xz
inside tarball sh -c '/var/tmp/brainwrought-*/install.sh' >"$root/install.log" 2>&1 || { cat "$root/install.log"; exit 1; }
make_video tarball
say "all is well"
