#!/usr/bin/env bash
# Typesets the documents of this folder with their truth files: all, or those named. Needs Python and the fonts that
# README.md names; arguments go to truth.py.
set -euo pipefail
cd "$(dirname "$0")"
compiler=$(mktemp -d)
trap 'rm -rf "$compiler"' EXIT
python3 -m venv "$compiler"
"$compiler/bin/pip" install --quiet --disable-pip-version-check typst==0.15.0 pikepdf==10.18.0 pillow==13.0.0
"$compiler/bin/python" truth.py "$@"
