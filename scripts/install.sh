#!/bin/sh
# Installs Brainwrought from its unpacked tarball, with the libraries that it needs from the system.
#   ./install.sh [PREFIX]   as root for the default prefix, /usr/local; any other prefix that you may write
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=${1:-/usr/local}

say() { printf 'install: %s\n' "$*"; }

missing() { ldd "$here/bin/brainwrought" | sed -n 's/^[[:space:]]*\([^ ]*\) => not found$/\1/p'; }

if [ -n "$(missing)" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    say "installing FFmpeg's libraries, espeak-ng and fonts"
    apt-get update -qq
    # The command brings the libraries of this system's version.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg espeak-ng fonts-noto-core >/dev/null
fi
if [ -n "$(missing)" ]; then
    {
        say "the program needs these libraries, which are not installed:"
        missing
        say "  Debian, Ubuntu: sudo apt-get install ffmpeg espeak-ng fonts-noto-core"
        say "  other systems have FFmpeg of another version perhaps: build from source there"
    } >&2
    exit 1
fi
mkdir -p "$prefix/bin" "$prefix/lib" || { say "cannot write $prefix; run as root, or name another folder" >&2; exit 1; }
# Beside its destination first, so that a program that runs is never half replaced.
cp "$here/bin/brainwrought" "$prefix/bin/.brainwrought.new"
rm -rf "$prefix/lib/.brainwrought.new"
cp -R "$here/lib/brainwrought" "$prefix/lib/.brainwrought.new"
rm -rf "$prefix/lib/brainwrought"
mv "$prefix/lib/.brainwrought.new" "$prefix/lib/brainwrought"
mv -f "$prefix/bin/.brainwrought.new" "$prefix/bin/brainwrought"
say "$("$prefix/bin/brainwrought" --version) is in $prefix/bin; try: brainwrought make paper.pdf"
