"""Typesets the sources of this folder and writes the truth file of each.

    python truth.py [--fonts FOLDER]... [NAME]...

What a source tells (see truth.typ) is places of marks; this joins them to boxes. It fails where a block has no words.
"""

import argparse
import io
import json
import pathlib
import sys

import pikepdf
import typst
from PIL import Image

HERE = pathlib.Path(__file__).parent
# How far letters reach above and below their line, in parts of their size.
ASCENT, DESCENT = 0.75, 0.25
# So that the same sources make the same files.
CREATED = 1735689600


def union(boxes):
    return [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)]


def innermost(marks):
    """The words of each block: (page of end, page, size, x, y, x of end, y of end, width). Of marks around marks the inner count."""
    words, open_marks = {}, []
    for number, side, size, width, page, x, y in marks:
        if side == "s":
            open_marks.append([number, size, page, x, y, False, width])
        elif side == "e":
            start = open_marks.pop()
            if open_marks:
                open_marks[-1][5] = True
            if not start[5]:
                words.setdefault(start[0], []).append((page, start[2], start[1], start[3], start[4], x, y, start[6]))
    return words


def pieces(words, turn):
    """Parts of a block that hang together: one for each column and page. Each is (page, box, count of words)."""
    parts, before = [], None
    for end_page, page, size, x0, y0, x1, y1, width in words:
        # The first mark of a word that begins a line stands at the end of the line before.
        late = before is not None and abs(before[0] - x0) < 0.05 and abs(before[1] - y0) < 0.05
        before = (x1, y1)
        if turn:
            box = [min(x0, x1) - ASCENT * size, min(y0, y1), max(x0, x1) + DESCENT * size, max(y0, y1)]
            ends = [(page, box)]
        elif y1 > y0 + 0.6 * size or y1 < y0 - 0.6 * size or end_page != page:
            # A word that is broken at the end of its line, or at that of a column.
            begin = x1 - width if late else x1
            ends = [(page, [x0, y0 - ASCENT * size, x0, y0 + DESCENT * size]), (end_page, [begin, y1 - ASCENT * size, x1, y1 + DESCENT * size])]
        else:
            ends = [(page, [x0, y0 - ASCENT * size, x1, y0 + DESCENT * size])]
        for index, (place, box) in enumerate(ends):
            last = parts[-1] if parts else None
            higher = last and not turn and box[1] < last[1][3] - 2.2 * size
            if last is None or last[0] != place or higher:
                parts.append([place, box, 0, box])
            else:
                last[1] = union([last[1], box])
                last[3] = box
            # A broken word counts where it begins.
            parts[-1][2] += index == (1 if late and len(ends) == 2 else 0)
    return joined_parts(parts)


def joined_parts(parts):
    """Joins parts that stand one above the other, such as those beside and below a drop cap."""
    kept = []
    for part in parts:
        for other in kept:
            overlap = min(part[1][2], other[1][2]) - max(part[1][0], other[1][0])
            if other[0] == part[0] and overlap > 0.5 * min(part[1][2] - part[1][0], other[1][2] - other[1][0]):
                other[1] = union([other[1], part[1]])
                other[2] += part[2]
                break
        else:
            kept.append(part)
    return kept


def rounded(box):
    return [round(box[0], 1), round(box[1], 1), round(box[2] - box[0], 1), round(box[3] - box[1], 1)]


def tokens(words):
    """Joins words that touch, such as a base and its raised digits."""
    joined = []
    for word in words:
        if joined:
            _, _, size, _, _, x1, y1, _ = joined[-1]
            if abs(word[3] - x1) < 0.12 * size and abs(word[4] - y1) < 0.6 * size and abs(word[6] - y1) < 0.6 * size:
                joined[-1] = (*joined[-1][:5], word[5], y1, joined[-1][7] + word[7])
                continue
        joined.append(word)
    return joined


def truth(name, told, pdf):
    words = innermost(told["marks"])
    corners = {}
    for number, side, _, _, page, x, y in told["marks"]:
        if side in ("tl", "br"):
            corners.setdefault(number, {})[side] = (page, x, y)
    with pikepdf.open(pdf) as file:
        sizes = [[float(side) for side in list(page.mediabox)[2:]] for page in file.pages]
        sizes = [size[::-1] if page.obj.get("/Rotate", 0) else size for size, page in zip(sizes, file.pages)]
    pages = []
    for index, (width, height) in enumerate(sizes):
        label = (told["labels"] or [told["names"].get(str(n + 1)) for n in range(len(sizes))])[index]
        pages.append({"label": label or str(index + 1), "width": round(width, 1), "height": round(height, 1), "blocks": [], "figures": []})
    captions = {}
    for block in told["blocks"]:
        number, kind = block["n"], block["kind"]
        if number in corners:
            (page, x0, y0), (_, x1, y1) = corners[number]["tl"], corners[number]["br"]
            found = [[page, union([[x0, y0, x0, y0], [x1, y1, x1, y1]]), 0]]
        elif number in words:
            found = pieces(tokens(words[number]), block.get("turn", 0))
            if block.get("whole"):
                found = [[found[0][0], union([part[1] for part in found]), 0]]
        else:
            sys.exit(f"{name}: block {number} has no words: {block}")
        if kind == "picture":
            captions.setdefault(block["label"], {})["picture"] = found[0]
            continue
        if kind == "caption":
            captions.setdefault(block["label"], {}).update(box=found[0], text=block["caption"])
        texts, printed = block["text"].split(), block["printed"].split()
        on_pages = sorted({part[0] for part in found})
        for place in on_pages:
            text, print_text = texts, printed
            if len(on_pages) > 1:
                counts = [sum(p[2] for p in found if p[0] == q) for q in on_pages]
                if sum(counts) != len(texts):
                    sys.exit(f"{name}: {sum(counts)} words are set of {len(texts)}: {block['text']}")
                start = sum(counts[: on_pages.index(place)])
                text = texts[start : start + counts[on_pages.index(place)]]
                print_text = text if printed == texts else sys.exit(f"{name}: a block with notes goes over a page: {block['text']}")
            entry = {"kind": kind, "text": " ".join(text)}
            if print_text != text:
                entry["printed"] = " ".join(print_text)
            for key in ("level", "rows", "group"):
                if key in block:
                    entry[key] = block[key]
            entry["boxes"] = [rounded(part[1]) for part in found if part[0] == place]
            pages[place - 1]["blocks"].append(entry)
    for label, figure in captions.items():
        if "picture" not in figure or "box" not in figure:
            continue
        page = figure["picture"][0]
        box = union([figure["picture"][1], figure["box"][1]])
        pages[page - 1]["figures"].append({"label": label, "caption": figure["text"], "box": rounded(box)})
    return {"title": told["title"], "language": told["language"], "covers": told["covers"], "pages": pages}


def write(path, value):
    """One block a line, so that a change shows in a diff."""
    out = ["{"]
    for key in ("title", "language", "covers"):
        out.append(f"{json.dumps(key)}: {json.dumps(value[key], ensure_ascii=False)},")
    out.append('"pages": [')
    for index, page in enumerate(value["pages"]):
        head = {key: page[key] for key in ("label", "width", "height")}
        out.append(json.dumps(head)[:-1] + ', "blocks": [')
        out.append(",\n".join(json.dumps(block, ensure_ascii=False) for block in page["blocks"]))
        out.append('], "figures": [' + ",\n".join(json.dumps(figure, ensure_ascii=False) for figure in page["figures"]) + "]}" + ("," if index + 1 < len(value["pages"]) else ""))
    out.append("]}")
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))


def without_tags(pdf):
    """Takes the structure tree out: most files have none, and it would double their size here."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as file:
        for key in ("/StructTreeRoot", "/MarkInfo"):
            if key in file.Root:
                del file.Root[key]
        for page in file.pages:
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
        file.remove_unreferenced_resources()
        saved(file, pdf)


def saved(file, pdf):
    file.save(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True, deterministic_id=True)


def unpaint(_source, pdf, _fonts):
    """Text in the colour #010203 is set in rendering mode 3, which paints nothing."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as file:
        for page in file.pages:
            out, hidden = [], False
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in ("scn", "rg"):
                    hidden = [round(float(value) * 255) for value in operands] == [1, 2, 3]
                out.append(([3] if hidden and str(operator) == "Tr" else operands, operator))
            page.Contents = file.make_stream(pikepdf.unparse_content_stream(out))
        assert b"3 Tr" in file.pages[0].Contents.read_bytes(), pdf
        saved(file, pdf)


def rotate(_source, pdf, _fonts):
    """Wide pages are stored upright, and turned by their /Rotate."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as file:
        for page in file.pages:
            _, _, width, height = [float(side) for side in page.mediabox]
            page.contents_add(b"q 0 1 -1 0 %f 0 cm" % height, prepend=True)
            page.contents_add(b"Q")
            page.mediabox = [0, 0, height, width]
            page.Rotate = 90
        saved(file, pdf)


def scan(source, pdf, fonts):
    """Each page is a picture of itself, and its text is there in rendering mode 3, as text recognition leaves it."""
    picture = Image.open(io.BytesIO(typst.compile(str(source), root=str(HERE), format="png", ppi=110, font_paths=fonts))).convert("1")
    with pikepdf.open(pdf, allow_overwriting_input=True) as file:
        (page,) = file.pages
        _, _, width, height = [float(side) for side in page.mediabox]
        bits = file.make_stream(picture.tobytes())
        bits.Type, bits.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        bits.Width, bits.Height = picture.size
        bits.BitsPerComponent, bits.ColorSpace = 1, pikepdf.Name.DeviceGray
        page.Resources.XObject = pikepdf.Dictionary(Picture=bits)
        out = [([width, 0, 0, height, 0, 0], "cm"), ([pikepdf.Name.Picture], "Do")]
        out = [([], "q"), *out, ([], "Q")]
        for operands, operator in pikepdf.parse_content_stream(page):
            out.append(([3] if str(operator) == "Tr" else operands, operator))
        page.Contents = file.make_stream(pikepdf.unparse_content_stream([(o, pikepdf.Operator(str(n))) for o, n in out]))
        saved(file, pdf)


def by_lines(_source, pdf, _fonts):
    """Text is drawn from the top of the page down, straight across its columns, as printers' drivers do. Otherwise the order
    of drawing, which is that of reading here, would tell what the page must be looked at for."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as file:
        for page in file.pages:
            rest, texts, group, depth = [], [], None, 0
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name == "q":
                    depth += 1
                    group = [] if group is None and depth == 1 else group
                if name in ("BDC", "BMC", "EMC", "DP", "MP"):
                    continue
                (rest if group is None else group).append((operands, operator))
                if name == "Q":
                    depth -= 1
                    if depth == 0:
                        moved = [operands for operands, operator in group if str(operator) == "cm"]
                        if len(moved) == 1 and any(str(operator) == "BT" for _, operator in group):
                            texts.append((-float(moved[0][5]), float(moved[0][4]), len(texts), group))
                        else:
                            rest += group
                        group = None
            assert len(texts) > 20, pdf
            rest += [instruction for text in sorted(texts, key=lambda text: text[:3]) for instruction in text[3]]
            page.Contents = file.make_stream(pikepdf.unparse_content_stream(rest))
        saved(file, pdf)


FINISH = {"by-lines": by_lines, "unpaint": unpaint, "rotate": rotate, "scan": scan}


def main():
    try:
        run()
    except typst.TypstError as error:
        sys.exit(f"{error.message}\n" + "\n".join(map(str, error.trace or [])))


def run():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--fonts", action="append", default=[], help="a folder with more fonts")
    arguments.add_argument("names", nargs="*", help="sources, without .typ; all where none is named")
    arguments = arguments.parse_args()
    names = arguments.names or sorted(path.stem for path in HERE.glob("*.typ") if path.stem != "truth")
    for name in names:
        source, pdf = HERE / f"{name}.typ", HERE / f"{name}.pdf"
        typst.compile(str(source), output=str(pdf), root=str(HERE), font_paths=arguments.fonts, timestamp=CREATED)
        told = json.loads(typst.query(str(source), "<truth>", field="value", one=True, root=str(HERE), font_paths=arguments.fonts))
        without_tags(pdf)
        if told["finish"]:
            FINISH[told["finish"]](source, pdf, arguments.fonts)
        value = truth(name, told, pdf)
        write(HERE / f"{name}.json", value)
        print(f"{name}: {len(value['pages'])} pages, {pdf.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
