# Clean Debian systems in folders of $root, for scripts that source this. Needs root and debootstrap.

# Unmounts everything below $root, the innermost first, and removes it unless the user named it with PROOF_ROOT.
remove_roots() {
    local mounts mount
    mapfile -t mounts < <(awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r)
    for mount in "${mounts[@]}"; do umount -l "$mount"; done
    [ -n "${PROOF_ROOT:-}" ] || rm -rf --one-file-system "$root"
}

# Makes $root/NAME, a minimal system as debootstrap leaves it, in place of one that is there.
clean_root() { # name
    [ -d "$root/base/usr" ] || debootstrap --variant=minbase bookworm "$root/base" >"$root/debootstrap.log"
    rm -rf --one-file-system "${root:?}/$1"
    cp -a "$root/base" "$root/$1"
    copy_files "$1" /etc/resolv.conf
    mount -t proc proc "$root/$1/proc"
    mount --rbind /dev "$root/$1/dev"
}

# Copies files of this machine to the same place in $root/NAME.
copy_files() { # name, files
    local file
    for file in "${@:2}"; do install -D -m 644 "$file" "$root/$1$file"; done
}
