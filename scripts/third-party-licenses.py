#!/usr/bin/env python3
"""Writes the licences of every crate that the program is built from, with their texts, to standard output.

Run in a checkout. It reads `cargo metadata` and the sources that cargo has fetched, and fails when a crate names no licence
or one that the program may not be given on under.
"""
import json
import pathlib
import subprocess
import sys

# Every way to fulfil a crate's licence expression must be one of these words, or the crate is named and refused.
PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CDLA-Permissive-2.0",
    "ISC", "MIT", "MIT-0", "NCSA", "OpenSSL", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "WTFPL", "Zlib",
    # Weak copyleft of files: their source is named, which is what it asks for.
    "MPL-2.0",
}
# Clauses that only give more rights.
EXCEPTIONS = {"LLVM-exception"}
NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE")


def metadata():
    target = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    host = next(line.removeprefix("host: ") for line in target.splitlines() if line.startswith("host: "))
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={host}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def shipped(meta):
    """The crates that are linked into the program, or run while it is built and write code that is."""
    packages = {package["id"]: package for package in meta["packages"]}
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    start = next(id for id, package in packages.items() if package["name"] == "brainwrought-cli")
    seen, open_ = set(), [start]
    while open_:
        id = open_.pop()
        if id in seen:
            continue
        seen.add(id)
        for dependency in nodes[id]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                open_.append(dependency["pkg"])
    return sorted((packages[id] for id in seen if packages[id]["source"]), key=lambda p: (p["name"], p["version"]))


def is_permissive(expression):
    """Whether an SPDX expression can be fulfilled by permissive licences alone; `/` is an old way to write OR."""
    words = expression.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ").split()

    def any_of():
        value = all_of()
        while words and words[0] == "OR":
            words.pop(0)
            value = all_of() or value
        return value

    def all_of():
        value = one()
        while words and words[0] == "AND":
            words.pop(0)
            value = one() and value
        return value

    def one():
        word = words.pop(0)
        if word == "(":
            value = any_of()
            words.pop(0)
            return value
        value = word in PERMISSIVE
        if words and words[0] == "WITH":
            words.pop(0)
            value = value and words.pop(0) in EXCEPTIONS
        return value

    return any_of()


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    named = package.get("license_file")
    files = {folder / named} if named else set()
    files |= {path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(NAMES)}
    return [path.read_text(errors="replace").strip() for path in sorted(files)]


def main():
    packages, refused, by_text = shipped(metadata()), [], {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        expression = package["license"]
        found = texts(package)
        if not (is_permissive(expression) if expression else found):
            refused.append(f"{name}: {expression or 'no licence'}")
        for text in found:
            by_text.setdefault(text, []).append(name)
    if refused:
        sys.exit("these crates must not be given on like this:\n  " + "\n  ".join(refused))
    print("Brainwrought is built from these crates.\n")
    for package in packages:
        print(f"{package['name']} {package['version']}: {package['license'] or 'see its text'}")
        print(f"  {package['repository'] or package['homepage'] or 'https://crates.io/crates/' + package['name']}")
    for text, names in sorted(by_text.items(), key=lambda pair: pair[1]):
        print(f"\n{'=' * 100}\n{', '.join(names)}\n{'=' * 100}\n\n{text}")


main()
