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

say() { printf 'test-dist: %s\n' "$*"; }

finish() {
    local mounts mount
    # The innermost come first.
    mapfile -t mounts < <(awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r)
    for mount in "${mounts[@]}"; do umount -l "$mount"; done
    [ -n "${PROOF_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT

clean_root() { # name
    [ -d "$root/base/usr" ] || debootstrap --variant=minbase bookworm "$root/base" >"$root/debootstrap.log"
    rm -rf --one-file-system "${root:?}/$1"
    cp -a "$root/base" "$root/$1"
    local file
    # shellcheck disable=SC2086 # the list is meant to be split
    for file in /etc/resolv.conf ${PROOF_FILES:-}; do install -D -m 644 "$file" "$root/$1$file"; done
    mount -t proc proc "$root/$1/proc"
    mount --rbind /dev "$root/$1/dev"
}

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
cp "$dist"/brainwrought_*.deb "$root/package/var/tmp/brainwrought.deb"
inside package apt-get update -qq
inside package apt-get install -y -qq /var/tmp/brainwrought.deb >"$root/install.log" 2>&1 || { cat "$root/install.log"; exit 1; }
make_video package
inside package apt-get remove -y -qq brainwrought >/dev/null 2>&1
[ ! -e "$root/package/usr/lib/brainwrought" ] || { say "removing the package leaves files"; exit 1; }

say "the tarball"
clean_root tarball
tar -C "$root/tarball/var/tmp" -xf "$dist"/brainwrought-*.tar.xz
inside tarball sh -c '/var/tmp/brainwrought-*/install.sh' >"$root/install.log" 2>&1 || { cat "$root/install.log"; exit 1; }
make_video tarball
say "all is well"
