#!/usr/bin/env python3
"""Links pictures and what is made of them: how many versions are known again, and how many strangers are taken for kin.

    tests/pictures_families.py --work FOLDER [--test "cargo test --locked …"]

1,004 covers: parts of the photographs that come with scikit-image, each of the four ways up, and drawn ones with plain
or shaded grounds, which are the harder. Each is made anew in 20 ways. Two ignored tests of the crates hash all of them and
link 10,000 of them to families; what they say is held against what is known, and against the floors below. The table in
`docs/LIBRARY.md`, "Families", is what is printed here.
"""

import argparse
import io
import math
import os
import random
import shlex
import struct
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps
from skimage import data

WIDTH, HEIGHT = 192, 240
DRAWN = 600
LINK, PROPOSE = 20, 31
# Comparisons in a hash, and the fewest that must tell anything.
ALL, FEWEST = 144, 16

FONTS = {}


def font(size):
    if size not in FONTS:
        FONTS[size] = ImageFont.load_default(size)
    return FONTS[size]


# ------------------------------------------------------------------------------------------- pictures


def photographs():
    """The photographs that lie in the package itself, by name: nothing is downloaded."""
    for path in sorted(Path(data.__file__).parent.iterdir()):
        if path.suffix in (".png", ".jpg"):
            picture = Image.open(path).convert("RGB")
            if min(picture.size) >= 256:
                yield path.name, picture


def parts():
    """Parts of photographs that do not overlap, each of the four ways up; none that is nearly plain."""
    for name, picture in photographs():
        width, height = picture.size
        across, down = max(1, min(width // 170, 3)), max(1, min(height // 200, 3))
        for x in range(across):
            for y in range(down):
                box = (x * width // across, y * height // down, (x + 1) * width // across, (y + 1) * height // down)
                part = picture.crop(box)
                if np.asarray(part.convert("L")).std() >= 12:
                    for turn in (0, 90, 180, 270):
                        yield name, ImageOps.fit(part.rotate(turn, expand=True), (WIDTH, HEIGHT))


class Cover:
    """What a cover is made of, so that it can be made anew with another text, price or none."""

    def __init__(self, number, name, photograph=None):
        self.number, self.name, self.photograph = number, name, photograph

    def draw(self, script="latin", text=0, price=0):
        rng = random.Random(f"cover {self.number}")
        picture = self.ground(rng)
        draw = ImageDraw.Draw(picture)
        if self.photograph is None:
            shapes(draw, rng)
        self.lines(draw, rng, script, text)
        if price is not None:
            self.tag(draw, rng, price)
        return picture

    def ground(self, rng):
        if self.photograph is not None:
            return self.photograph.copy()
        one, other = (np.array([rng.randrange(256) for _ in range(3)], float) for _ in range(2))
        kind = rng.choice(["white", "plain", "shaded", "shaded"])
        if kind == "white":
            one = np.full(3, rng.choice([255.0, 250.0, 240.0]))
        if kind != "shaded":
            other = one
        angle = rng.random() * 2 * math.pi
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        shade = x / WIDTH * math.cos(angle) + y / HEIGHT * math.sin(angle)
        shade = (shade - shade.min()) / np.ptp(shade)
        return Image.fromarray((one + (other - one) * shade[..., None]).astype(np.uint8))

    def lines(self, draw, rng, script, text):
        lines, size = rng.randrange(0, 4), rng.randrange(10, 26)
        colour = rng.choice([(255, 255, 255), (20, 20, 20), (230, 30, 60), (255, 220, 0)])
        top = rng.choice([10, HEIGHT - 13 - lines * (size + 5)])
        words = random.Random(f"text {self.number} {script} {text}")
        for line in range(lines):
            glyphs(draw, words, 10, top + line * (size + 5), size, words.randrange(5, 14), script, colour)

    def tag(self, draw, rng, price):
        figure = random.Random(f"price {self.number} {price}").randrange(9, 999)
        x, y = rng.choice([(WIDTH - 68, 11), (8, HEIGHT - 45), (WIDTH - 68, HEIGHT - 45)])
        draw.rounded_rectangle((x, y, x + 60, y + 32), 6, fill=rng.choice([(230, 30, 60), (255, 210, 0)]))
        draw.text((x + 7, y + 5), str(figure), fill=(255, 255, 255), font=font(19))


def shapes(draw, rng):
    for _ in range(rng.randrange(1, 6)):
        x, y = rng.random() * WIDTH, rng.random() * HEIGHT
        width, height = (0.1 + rng.random() * 0.35) * WIDTH, (0.1 + rng.random() * 0.35) * HEIGHT
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        colour = tuple(rng.randrange(256) for _ in range(3))
        shape = rng.choice([draw.ellipse, draw.rectangle, draw.polygon])
        corners = [(x, y - height / 2), (x + width / 2, y + height / 2), (x - width / 2, y + height / 2)]
        shape(corners if shape == draw.polygon else box, fill=colour)


def glyphs(draw, rng, x, y, size, count, script, colour):
    """Letters, or strokes as dense as those of Han or of a script with thin ones: a hash knows no more of them."""
    width, strokes = {"latin": (0.6, 0), "dense": (1.0, 6), "thin": (0.5, 3)}[script]
    width = int(size * width)
    for _ in range(count):
        if script == "latin":
            draw.text((x, y), rng.choice("ABCDEFGHKLMNOPRSTUVXYZ"), fill=colour, font=font(size))
        for _ in range(strokes):
            left, top = x + rng.random() * width * 0.8, y + rng.random() * size * 0.8
            right, bottom = min(x + width * 0.9, left + width * 0.6), min(y + size * 0.9, top + size * 0.6)
            end = (right, top) if rng.random() < 0.5 else (left, bottom)
            draw.line((left, top, *end), fill=colour, width=max(1, size // 10))
        x += width
        if x > WIDTH - size:
            return


def covers():
    of_photographs = list(parts())
    random.Random(7).shuffle(of_photographs)
    covers = [Cover(number, name, part) for number, (name, part) in enumerate(of_photographs)]
    return covers + [Cover(10_000 + number, "drawn") for number in range(DRAWN)]


# ------------------------------------------------------------------------------------------- versions


def encoded(picture, quality, form="JPEG"):
    data = io.BytesIO()
    picture.save(data, form, quality=quality)
    return data.getvalue()


def recoded(picture, quality, form="JPEG"):
    return Image.open(io.BytesIO(encoded(picture, quality, form))).convert("RGB")


def cut(picture, left, top, right, bottom):
    width, height = picture.size
    return picture.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def hue(picture, degrees):
    hue, saturation, value = picture.convert("HSV").split()
    hue = hue.point(lambda level: (level + degrees * 256 // 360) % 256)
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def warmer(picture):
    levels = np.asarray(picture).astype(float) * (1.15, 1.0, 0.8)
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def bordered(picture, across, down, colour):
    width, height = picture.size
    x, y = round(width * across), round(height * down)
    large = Image.new("RGB", (width + 2 * x, height + 2 * y), colour)
    large.paste(picture, (x, y))
    return large


def is_odd(cover):
    return cover.number % 2 == 1


# How each version is made of a cover and its picture, and the least share of photographs and of drawn covers that is to
# be linked.
VERSIONS = {
    "encoded anew, JPEG 40": (lambda c, p: recoded(p, 40), (0.99, 0.95)),
    "encoded anew, WebP 50": (lambda c, p: recoded(p, 50, "WEBP"), (0.99, 0.95)),
    "half the size": (lambda c, p: p.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS), (0.99, 0.95)),
    "text in another script": (lambda c, p: c.draw("dense", 1), (0.95, 0.85)),
    "another price": (lambda c, p: c.draw(price=1), (0.99, 0.95)),
    "no price tag": (lambda c, p: c.draw(price=None), (0.85, 0.65)),
    "translated, another price, JPEG 50": (lambda c, p: recoded(c.draw("dense", 3, 2), 50), (0.9, 0.8)),
    "hue turned by 40°": (lambda c, p: hue(p, 40), (0.8, 0.4)),
    "hue turned by 150°": (lambda c, p: hue(p, 150), (0.7, 0.2)),
    "warmer": (lambda c, p: warmer(p), (0.98, 0.93)),
    "brighter by 30 %": (lambda c, p: ImageEnhance.Brightness(p).enhance(1.3), (0.93, 0.75)),
    "more contrast": (lambda c, p: ImageEnhance.Contrast(p).enhance(1.4), (0.95, 0.9)),
    "2.5 % cut off each side": (lambda c, p: cut(p, *[0.025] * 4), (0.9, 0.9)),
    "5 % cut off each side": (lambda c, p: cut(p, *[0.05] * 4), (0.8, 0.7)),
    "10 % cut off each side": (lambda c, p: cut(p, *[0.1] * 4), (0.7, 0.5)),
    "10 % cut off one side": (lambda c, p: cut(p, 0.1, 0, 0, 0) if is_odd(c) else cut(p, 0, 0, 0, 0.1), (0.0, 0.0)),
    "white border of 8 %": (lambda c, p: bordered(p, 0.08, 0.08, (255, 255, 255)), (0.97, 0.93)),
    "black bars": (lambda c, p: bordered(p, *((0.25, 0) if is_odd(c) else (0, 0.25)), (0, 0, 0)), (0.97, 0.93)),
    "mirrored": (lambda c, p: ImageOps.mirror(p), (0.98, 0.95)),
    "mirrored, brighter, JPEG 50": (
        lambda c, p: recoded(ImageEnhance.Brightness(ImageOps.mirror(p)).enhance(1.15), 50),
        (0.93, 0.8),
    ),
}
# Those that strangers are held against besides.
AGAINST = ["translated, another price, JPEG 50", "5 % cut off each side", "mirrored"]
# Those that a family is made of where 10,000 covers are linked.
IN_FAMILIES = [
    "encoded anew, JPEG 40",
    "half the size",
    "text in another script",
    "another price",
    "translated, another price, JPEG 50",
    "warmer",
    "5 % cut off each side",
    "white border of 8 %",
    "mirrored",
]


def made(cover):
    """The cover and its versions, in the order of VERSIONS, each encoded."""
    picture = recoded(cover.draw(), 92)
    versions = [make(cover, picture) for make, _ in VERSIONS.values()]
    return [encoded(version, 92) for version in [picture, *versions]]


# ----------------------------------------------------------------------------------- what the crates say


def asked(test, name, variable, path):
    """Has an ignored test answer; what it writes is beside the file that it reads."""
    for answer in path.parent.glob(f"{path.name}.*"):
        answer.unlink()
    environment = {**os.environ, variable: str(path)}
    command = [*test, "--", "--ignored", "--exact", name]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stdout}")


class Hashes:
    """Hashes of one kind, of many pictures: a row a picture."""

    def __init__(self, texts):
        raw = np.frombuffer(bytes.fromhex("".join(texts)), np.uint8).reshape(len(texts), 2, 18)
        padded = np.zeros((len(texts), 2, 24), np.uint8)
        padded[..., :18] = raw
        self.planes = padded.view(np.uint64).reshape(len(texts), 6)
        self.told = padded[:, 0].view(np.uint64) | padded[:, 1].view(np.uint64)

    def count(self):
        return np.bitwise_count(self.told).sum(-1)

    def distance(self, other, pairs):
        """To others, of each by `pairs` of indices, in bits of 144."""
        one, other_one = pairs
        differing = np.bitwise_count(self.planes[one] ^ other.planes[other_one]).sum(-1).astype(np.int32)
        told = np.bitwise_count(self.told[one] | other.told[other_one]).sum(-1).astype(np.int32)
        bits = -(-differing * ALL // np.maximum(2 * told, 1))
        known = (self.count()[one] >= FEWEST) & (other.count()[other_one] >= FEWEST)
        return np.where(known, bits, 999)


KINDS = ["whole", "trimmed", "centre", "heart", "mirrored"]
# What is held against what, both ways.
ONE_WAY = [("whole", "trimmed")] + [(crop, "trimmed") for crop in ("centre", "heart", "mirrored")]
ONE_WAY += [("mirrored", "centre"), ("mirrored", "heart")]
PAIRINGS = [(kind, kind) for kind in ("whole", "trimmed", "centre")] + ONE_WAY + [(b, a) for a, b in ONE_WAY]


def distance(ones, others, pairs):
    """By the versions that are most alike, as the crate has it; written anew from its documentation."""
    return np.min([ones[one].distance(others[other], pairs) for one, other in PAIRINGS], axis=0)


def by_kind(texts):
    """The hashes of each kind, of lines of them."""
    return {kind: Hashes([text[at] for text in texts]) for at, kind in enumerate(KINDS)}


def their_hashes(texts):
    """What image_hasher made of the same pictures: the last of a line."""
    return np.array([list(bytes.fromhex(text[len(KINDS)])) for text in texts], np.uint8)


def plain(ones, others):
    """Hamming distance of image_hasher's hashes."""
    return np.bitwise_count(ones ^ others).sum(-1)


def families(test, work, ids, lines):
    """What the crate links these to, by id, and how many seconds it took."""
    path = work / "covers"
    path.write_text("".join(f"{id}\t{line}\n" for id, line in zip(ids, lines)))
    asked(test, "library::families::evaluation::families_are_written_for_comparison", "COVERLEDGER_COVERS_TO_LINK", path)
    seconds, *rest = (work / "covers.families").read_text().splitlines()
    return dict(line.split("\t") for line in rest), float(seconds)


# ------------------------------------------------------------------------------------------------- run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--test", default="cargo test --locked --quiet --lib -p coverledger-picture -p coverledger-report")
    options = parser.parse_args()
    test = shlex.split(options.test)
    options.work.mkdir(parents=True, exist_ok=True)
    wrong = []

    began = time.monotonic()
    all_covers = covers()
    count = len(all_covers)
    pictures = options.work / "pictures"
    with ProcessPoolExecutor() as pool, pictures.open("wb") as file:
        for versions in pool.map(made, all_covers, chunksize=16):
            for version in versions:
                file.write(struct.pack("<I", len(version)) + version)
    made_in = time.monotonic() - began
    asked(test, "hash::evaluation::hashes_are_written_for_comparison", "COVERLEDGER_PICTURES_TO_HASH", pictures)
    pictures.unlink()
    lines = Path(f"{pictures}.hashes").read_text().splitlines()
    each = 1 + len(VERSIONS)
    texts = [line.split(" ") for line in lines]
    assert len(texts) == count * each, f"{len(texts)} of {count * each} pictures are hashed"
    of_version = lambda number: [texts[each * cover + number] for cover in range(count)]
    hashed = [by_kind(of_version(number)) for number in range(each)]
    theirs = [their_hashes(of_version(number)) for number in range(each)]
    hashed_in = time.monotonic() - began - made_in
    print(f"{count} covers and {count * len(VERSIONS)} versions, made in {made_in:.0f} s, hashed in {hashed_in:.0f} s")

    is_drawn = np.array([cover.name == "drawn" for cover in all_covers])
    sets = [~is_drawn, is_drawn]
    same = np.arange(count)

    def shares(distances, most):
        return [float((distances[chosen] <= most).mean()) for chosen in sets]

    print("\n| version | `image_hasher`, whole ≤ 20 | whole ≤ 20 | linked (≤ 20) | linked or proposed (≤ 31) |")
    print("| --- | --- | --- | --- | --- |")
    means = []
    for number, (name, (_, least)) in enumerate(VERSIONS.items(), 1):
        pairs = (same, same)
        by_versions = distance(hashed[0], hashed[number], pairs)
        whole = hashed[0]["whole"].distance(hashed[number]["whole"], pairs)
        columns = [
            shares(plain(theirs[0], theirs[number]), LINK),
            shares(whole, LINK),
            shares(by_versions, LINK),
            shares(by_versions, PROPOSE),
        ]
        means.append(columns)
        print(f"| {name} | " + " | ".join(f"{photograph:.3f} / {drawn:.3f}" for photograph, drawn in columns) + " |")
        if any(found < floor for found, floor in zip(columns[2], least)):
            wrong.append(f"{name}: {columns[2]} are linked, at least {least} are to be")
    columns = np.mean(means, axis=0)
    print("| mean | " + " | ".join(f"{photograph:.3f} / {drawn:.3f}" for photograph, drawn in columns) + " |")

    # Strangers: covers of different photographs, or different drawn ones; and one as it is against another made anew.
    names = np.array([cover.name for cover in all_covers])
    one, other = np.triu_indices(count, 1)
    strangers = (names[one] != names[other]) | (is_drawn[one] & is_drawn[other])
    one, other = one[strangers], other[strangers]
    both_drawn = is_drawn[one] & is_drawn[other]
    kinds = [~both_drawn, both_drawn]
    print(f"\nstrangers: {kinds[0].sum():,} pairs with a photograph, {kinds[1].sum():,} of drawn covers")
    against = {"as they are": 0}
    against |= {name: list(VERSIONS).index(name) + 1 for name in AGAINST}
    false_total = np.zeros(2)
    for name, number in against.items():
        by_versions = distance(hashed[0], hashed[number], (one, other))
        whole = hashed[0]["whole"].distance(hashed[number]["whole"], (one, other))
        hamming = plain(theirs[0][one], theirs[number][other])
        columns = [(hamming, LINK), (whole, LINK), (by_versions, LINK), (by_versions, PROPOSE)]
        figures = [[int((found[kind] <= most).sum()) for kind in kinds] for found, most in columns]
        false_total += figures[2]
        print(f"| strangers, {name} | " + " | ".join(f"{photograph} / {drawn}" for photograph, drawn in figures) + " |")
    rates = false_total / (len(against) * np.array([kind.sum() for kind in kinds]))
    print(f"false links: {rates[0]:.1e} of pairs with a photograph, {rates[1]:.1e} of pairs of drawn covers")
    if rates[0] > 1e-5 or rates[1] > 5e-5:
        wrong.append(f"false links: {rates} of the pairs, at most 1e-5 and 5e-5 are to be")

    # Families of 10,000 covers.
    chosen = [0, *(list(VERSIONS).index(name) + 1 for name in IN_FAMILIES)]
    ids = [f"{cover:04}_{number:02}" for cover in range(count) for number in chosen][:10_000]
    of_ids = [" ".join(texts[each * int(id[:4]) + int(id[5:])][: len(KINDS)]) for id in ids]
    found, seconds = families(test, options.work, ids, of_ids)
    of_family = {}
    for id, family in found.items():
        if family:
            of_family.setdefault(family, set()).add(id[:4])
    mixed = [family for family, originals in of_family.items() if len(originals) > 1]
    with_original = sum(bool(found[id]) and found[id] == found[f"{id[:4]}_00"] for id in ids if not id.endswith("_00"))
    versions = sum(not id.endswith("_00") for id in ids)
    print(
        f"\n{len(ids):,} covers in {seconds:.1f} s: {len(of_family)} families of {count} covers, "
        f"{with_original / versions:.3f} of the versions in the family of their original, "
        f"{len(mixed)} families with more than one original"
    )
    if with_original / versions < 0.9 or len(mixed) > 10:
        wrong.append(f"families: {with_original / versions:.3f} with their original, {len(mixed)} mixed")

    print(f"\n{time.monotonic() - began:.0f} s in all")
    for problem in wrong:
        print(f"WRONG: {problem}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
