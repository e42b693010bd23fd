#!/usr/bin/env bash
# Typesets the example paper. Needs Python; the compiler comes as the `typst` wheel, in the version the PDF was made with.
set -euo pipefail
cd "$(dirname "$0")"
compiler=$(mktemp -d)
trap 'rm -rf "$compiler"' EXIT
python3 -m venv "$compiler"
"$compiler/bin/pip" install --quiet --disable-pip-version-check typst==0.15.0
"$compiler/bin/python" -c 'import typst
typst.compile("queues.typ", output="queues.pdf", ignore_system_fonts=True, pdf_standards=["ua-1"])'
