#!/usr/bin/env bash
# Takes rustdoc's place in `cargo test --doc`: runs the examples of a crate, then writes its documentation with the
# dependencies that the tests were compiled with, which `cargo doc` would check once more. A warning is an error.
set -euo pipefail
rustdoc "$@"
case " $* " in *" --test "*) ;; *) exit 0 ;; esac
target=${CARGO_TARGET_DIR:-target}
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    --test | --nocapture) ;;
    --test-run-directory | --test-args | --test-runtool | --test-runtool-arg) shift ;;
    --test-run-directory=* | --test-args=*) ;;
    *) arguments+=("$1") ;;
    esac
    shift
done
exec rustdoc "${arguments[@]}" -D warnings --out-dir "$target/doc"
