"""Makes the files of brainwrought-stages/assets/icons that are not written by hand: `drawings.zip` and `names.txt`.

Usage: python icons.py NOTO CLDR ASSETS, where NOTO is the folder of the npm package @iconify-json/noto 1.2.9, CLDR that of
cldr-annotations-full 48.2.0, and ASSETS is brainwrought-stages/assets/icons, whose `set.txt` names the drawings. The same
packages give the same files, byte for byte.
"""

import json
import pathlib
import re
import sys
import zipfile

NOTO_VERSION = "1.2.9"
CLDR_VERSION = "48.2.0"
LANGUAGES = "de fr es it pt nl pl ru tr ar ja ko zh".split()
# Names of more words than this describe a drawing and name no thing.
MOST_WORDS = 2
# Names that say how a thing is drawn, such as "face of a fox".
DRAWN = "tête rosto głowa морда голова 顔 얼굴 وجه 正面 Krebs".split()
# Names that mean something else at least as often, by language.
HOMONYMS = {
    "de": "Schloss, Leiter, Birne, Zug, Spiegel, Kapsel, Hahn, Füllhalter, Football",
    "fr": "avocat, os, train, basket, micro, porte, ampoule, aimant, stade, pilule, flamant, bus, canard, baguette, or",
    "es": "mono, vela, rata, flamenco, escalera, estadio, medusa, gallo, surtidor",
    "it": "tenda, porta, scala, sole, quotidiano, riccio, scopa, stadio, medusa, candela, pera, gallo, nave",
    "pt": "vela, comprimido, cobra, lula, tênis, porta, escada, batata, peru, polvo",
    "nl": "bot, ui, slang, spin, motor, spiegel, mug, otter, bus, ladder, citroen",
    "pl": "zamek, rower wodny, paw, pies, krab, prom",
    "ru": "лук, легкие, очки, гора, лестница, спутник, кит",
    "tr": "at, kaz, mum, yunus, muz, fil, ahtapot, zil, hap",
    "ar": "خيار, سرطان, باب, سن, جزر, حبوب, سلّم, كمان, عظمة, قيثارة, قندس, غزال, قلعة",
    "ja": "笛, 薬, 山, はし, 羊, サイ, カモ",
    "ko": "공작, 드라이버, 오리, 사슴",
    "zh": "锤子",
}


def main(noto, cldr, assets):
    for folder, version in ((noto, NOTO_VERSION), (cldr, CLDR_VERSION)):
        found = json.loads((folder / "package.json").read_text())["version"]
        if found != version:
            sys.exit(f"{folder} holds version {found}; get {version}")
    rows = [line.split() for line in (assets / "set.txt").read_text().splitlines() if line and not line.startswith("#")]
    pack(noto, [row[0] for row in rows], assets / "drawings.zip")
    named = [row[0] for row in rows if "named" in row]
    (assets / "names.txt").write_text(names(noto, cldr, named))


def pack(noto, icons, path):
    """Writes the drawings into an archive, each under its name, without the frame that all of them share."""
    drawings = json.loads((noto / "icons.json").read_text())["icons"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for icon in icons:
            # A fixed date makes the archive the same each time.
            entry = zipfile.ZipInfo(icon, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, drawings[icon]["body"], compresslevel=9)


def names(noto, cldr, icons):
    """What the drawings are called in other languages than English."""
    characters = {}
    for code, icon in json.loads((noto / "chars.json").read_text()).items():
        characters.setdefault(icon, "".join(chr(int(part, 16)) for part in code.split("-")))
    lines = [
        "# What things are called, by language, made by scripts/icons.py from the annotations of Unicode CLDR.",
        "# Copyright © Unicode, Inc. Unicode-3.0, see LICENSE-UNICODE.txt.",
    ]
    for language in LANGUAGES:
        path = cldr / "annotations" / language / "annotations.json"
        annotations = json.loads(path.read_text())["annotations"]["annotations"]
        homonyms = HOMONYMS[language].split(", ")
        lines += ["", f"[{language}]"]
        for icon in icons:
            character = characters[icon]
            found = annotations.get(character) or annotations.get(character.replace("\ufe0f", "")) or {}
            name = found.get("tts", [""])[0].replace("’", "'")
            if is_name(name, language) and name not in homonyms:
                lines.append(f"{icon}: {name}")
    return "\n".join(lines) + "\n"


def is_name(name, language):
    words = re.split(r"[\s']+", name)
    least = 2 if language in ("ko", "zh") else 1
    return len(words) <= MOST_WORDS and len(name) >= least and not any(sign in name for sign in DRAWN + ["/"])


if __name__ == "__main__":
    main(*(pathlib.Path(argument) for argument in sys.argv[1:]))
