"""Makes noto-sans-subset.ttf: the letters that the demo's covers show, and no others.

    npm install @fontsource/noto-sans@5.3.0 @fontsource/noto-sans-devanagari@5.3.0 @fontsource/noto-sans-sc@5.3.0
    pip install fonttools==4.68.0 brotli
    python make_font.py node_modules/@fontsource

Words in Devanagari are chosen so that they need no shaping: letters that stand side by side, without conjuncts or signs that
move. So the font has no layout tables.
"""

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

LATIN = "".join(map(chr, range(0x20, 0x7F))) + "ãçéõ"
DEVANAGARI = "लाल पोशाक नया दाम आज रात लाइव"
HAN = "红裙新装今晚直播限时特价满减包邮买一送好评尺码表三个理由成分"


def cut(source: Path, letters: str, to: Path) -> Path:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=False, name_IDs=[0, 1, 2, 13, 14], glyph_names=False)
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "STAT", "DSIG", "BASE", "vhea", "vmtx", "VORG"]
    font = subset.load_font(source, options)
    maker = subset.Subsetter(options)
    maker.populate(text=letters)
    maker.subset(font)
    font.flavor = None
    # What font tools make today has the date of the font that it was made from.
    font.recalcTimestamp = False
    font.save(to)
    return to


def slices(folder: Path, letters: str) -> dict[str, str]:
    """Which file of a font in slices has which letters."""
    ranges = json.loads((folder / "unicode.json").read_text())
    found: dict[str, str] = {}
    for letter in sorted(set(letters) - {" "}):
        name = next(name for name, text in ranges.items() if any(inside(ord(letter), part) for part in text.split(",")))
        found[name] = found.get(name, "") + letter
    return found


def inside(code: int, part: str) -> bool:
    first, _, last = part.strip().removeprefix("U+").partition("-")
    return int(first, 16) <= code <= int(last or first, 16)


def main(packages: Path) -> None:
    here, work = Path(__file__).parent, Path("cut")
    work.mkdir(exist_ok=True)
    plain, hindi = packages / "noto-sans/files", packages / "noto-sans-devanagari/files"
    parts = [
        cut(plain / "noto-sans-latin-700-normal.woff2", LATIN, work / "latin.ttf"),
        cut(hindi / "noto-sans-devanagari-devanagari-700-normal.woff2", DEVANAGARI.replace(" ", ""), work / "hindi.ttf"),
    ]
    for name, letters in slices(packages / "noto-sans-sc", HAN).items():
        name = name.strip("[]")
        parts.append(cut(packages / f"noto-sans-sc/files/noto-sans-sc-{name}-700-normal.woff2", letters, work / f"{name}.ttf"))
    merged = Merger().merge([str(part) for part in parts])
    merged.recalcTimestamp = False
    merged["head"].modified = merged["head"].created = TTFont(parts[0], recalcTimestamp=False)["head"].created
    for record in merged["name"].names:
        if record.nameID in (1, 4):
            record.string = "Noto Sans Demo Subset"
    merged.save(here / "noto-sans-subset.ttf")


main(Path(sys.argv[1]))
