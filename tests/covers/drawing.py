"""Covers with text and without, and with faces: each is drawn by what its truth says, never measured."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw
from skimage import data

from . import grounds, scripts

SIZES = [(1080, 1350), (1080, 1350), (1080, 1920), (900, 900), (1280, 720)]
# Per script; lines of other scripts are on a few of them too.
PER_SCRIPT = 60
WITHOUT = 72


def luminance(rgb):
    """WCAG 2.2, "relative luminance"."""
    parts = [part / 255 for part in rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, "contrast ratio"."""
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(chance, ground, least):
    """A colour that stands out from another one by a ratio at least: black or white where chance finds none."""
    for _ in range(40):
        tried = grounds.colour(chance)
        if contrast(tried, ground) >= least:
            return tried
    return max([(0, 0, 0), (255, 255, 255)], key=lambda tried: contrast(tried, ground))


def corners(box, angle, centre):
    """Those of a box, turned about a centre, counted clockwise from its top left."""
    left, top, right, bottom = box
    turn = math.radians(angle)
    turned = []
    for x, y in [(left, top), (right, top), (right, bottom), (left, bottom)]:
        dx, dy = x - centre[0], y - centre[1]
        turned.append((centre[0] + dx * math.cos(turn) + dy * math.sin(turn),
                       centre[1] - dx * math.sin(turn) + dy * math.cos(turn)))
    return turned


def apart(quad, others, gap):
    """Whether the upright hull of a quad keeps a gap from those of others."""
    def hull(points):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)
    left, top, right, bottom = hull(quad)
    for other in others:
        l, t, r, b = hull(other)
        if left < r + gap and l < right + gap and top < b + gap and t < bottom + gap:
            return False
    return True


def write(chance, picture, script, others):
    """Writes a line where there is room, and tells where its ink is; `None` where there is none."""
    width, height = picture.size
    large = chance.random() < 0.15
    phrase = chance.choice(scripts.SHORT[script] if large else scripts.PHRASES[script])
    least, most = (0.1, 0.25) if large else (0.025, 0.11)
    size = int(height * math.exp(chance.uniform(math.log(least), math.log(most))))
    font = scripts.font(chance, script, size)
    left, top, right, bottom = ImageDraw.Draw(picture).textbbox((0, 0), phrase, font=font)
    ink = right - left, bottom - top
    if ink[0] > width * 0.94:
        return None
    angle = chance.uniform(-12, 12) if chance.random() < 0.2 else 0.0
    margin = size * 0.5
    for _ in range(30):
        x, y = chance.uniform(0.02, 0.98) * (width - ink[0]), chance.uniform(0.02, 0.98) * (height - ink[1])
        centre = x + ink[0] / 2, y + ink[1] / 2
        quad = corners((x, y, x + ink[0], y + ink[1]), angle, centre)
        inside = all(4 <= px <= width - 4 and 4 <= py <= height - 4 for px, py in quad)
        if inside and apart(quad, others, margin):
            break
    else:
        return None
    box = tuple(int(part) for part in (x, y, x + ink[0], y + ink[1]))
    ground = tuple(int(part) for part in np.asarray(picture.crop(box)).reshape(-1, 3).mean(0))
    spread = float(np.asarray(picture.crop(box).convert("L"), float).std())
    # A square around it, in which it may be turned.
    reach = int(math.hypot(*ink) / 2 + size)
    corner = int(centre[0]) - reach, int(centre[1]) - reach
    layer = Image.new("RGBA", (2 * reach, 2 * reach), (0, 0, 0, 0))
    draw, x, y = ImageDraw.Draw(layer), x - corner[0], y - corner[1]
    panel = spread > 25 and chance.random() < 0.5 or chance.random() < 0.2
    if panel:
        ground, pad = grounds.colour(chance), size * 0.25
        draw.rounded_rectangle([x - pad, y - pad, x + ink[0] + pad, y + ink[1] + pad], size * chance.uniform(0, 0.4), ground)
    fill = readable_on(chance, ground, chance.choice([2.5, 4.5, 4.5, 7.0]))
    outline = 0 if panel else chance.choice([0, 0, 0, max(1, size // 18)])
    # On a busy ground nobody writes without an outline.
    outline = max(1, size // 14) if not panel and spread > 40 else outline
    draw.text((x - left, y - top), phrase, fill, font=font, stroke_width=outline, stroke_fill=readable_on(chance, fill, 4.5))
    if angle:
        turned_about = centre[0] - corner[0], centre[1] - corner[1]
        layer = layer.rotate(angle, Image.Resampling.BICUBIC, center=turned_about)
    picture.paste(layer, corner, mask=layer)
    plain = (panel or spread < 4) and not outline
    return {"script": script, "text": phrase, "quad": quad, "height": ink[1] / height,
            "contrast": contrast(fill, ground) if plain else None}


def with_text(seed, script):
    chance = random.Random(f"{script} {seed}")
    picture = chance.choice(grounds.UNDER_TEXT)(chance, SIZES[seed % len(SIZES)])
    lines = []
    wanted = 1 + seed % 5
    for _ in range(4 * wanted):
        of = script if chance.random() < 0.9 else "Latin"
        line = write(chance, picture, of, [other["quad"] for other in lines]) if len(lines) < wanted else None
        if line:
            lines.append(line)
    return picture, {"kind": "text", "script": script, "lines": lines}


def without_text(seed):
    chance = random.Random(f"without {seed}")
    ground = grounds.WITHOUT_TEXT[seed % len(grounds.WITHOUT_TEXT)]
    picture = grounds.softened(ground(chance, SIZES[seed % len(SIZES)]), chance)
    return picture, {"kind": "none", "ground": ground.__name__, "lines": []}


def faces_of(people):
    """The faces of LFW that come with scikit-image: 100 of 25 × 25 grey pixels, and 100 cuts without one."""
    return [Image.fromarray((person * 255).astype(np.uint8)) for person in people]


def with_faces(seed, real=True):
    """One to three faces on a plain ground or a picture; not real ones are drawn."""
    chance = random.Random(f"faces {real} {seed}")
    size = SIZES[seed % len(SIZES)]
    picture = chance.choice([grounds.flat, grounds.gradient, grounds.photograph])(chance, size)
    people = faces_of(data.lfw_subset()[:100])
    places = []
    for at in range(1 + seed % 3):
        side = int(min(size) * chance.uniform(0.14, 0.34))
        for _ in range(30):
            x, y = chance.randrange(size[0] - side), chance.randrange(size[1] - side)
            quad = corners((x, y, x + side, y + side), 0, (x, y))
            if apart(quad, places, 10):
                break
        else:
            continue
        places.append(quad)
        if real:
            face = people[(3 * seed + at) % len(people)].resize((side, side), Image.Resampling.BICUBIC)
            picture.paste(face.convert("RGB"), (x, y))
        else:
            drawn_face(chance, ImageDraw.Draw(picture), x, y, side)
    return picture, {"kind": "faces" if real else "drawn faces", "faces": places, "lines": []}


def drawn_face(chance, draw, x, y, side):
    """As cartoons are drawn: a head, two eyes, a nose and a mouth."""
    skin = tuple(int(part * chance.uniform(0.6, 1.0)) for part in (255, 214, 180))
    draw.ellipse([x, y, x + side, y + side], skin, outline=(60, 40, 30), width=3)
    for at in (0.32, 0.68):
        eye = side * 0.09
        centre = x + side * at, y + side * 0.4
        draw.ellipse([centre[0] - eye, centre[1] - eye, centre[0] + eye, centre[1] + eye], "white", outline="black")
        draw.ellipse([centre[0] - eye / 2, centre[1] - eye / 2, centre[0] + eye / 2, centre[1] + eye / 2], "black")
    draw.line([(x + side * 0.5, y + side * 0.45), (x + side * 0.46, y + side * 0.6)], (120, 80, 60), 3)
    draw.arc([x + side * 0.3, y + side * 0.5, x + side * 0.7, y + side * 0.8], 20, 160, (160, 40, 40), max(2, side // 30))


def astronaut():
    """A photograph of one person, with some writing on her suit, which no truth is told of."""
    face = [(170, 60), (285, 60), (285, 190), (170, 190)]
    return Image.fromarray(data.astronaut()), {"kind": "astronaut", "faces": [face], "lines": None}


# Those of scikit-image in which nobody looks at the camera.
FACELESS = ["chelsea", "coffee", "rocket", "hubble_deep_field", "retina", "stereo_motorcycle"]


def photograph(name):
    picture = getattr(data, name)()
    picture = picture[0] if isinstance(picture, tuple) else picture
    return Image.fromarray(picture), {"kind": "no faces", "faces": [], "lines": None}


def faceless_cut(at):
    """One of the cuts of LFW that show no face."""
    cut = faces_of(data.lfw_subset()[100 + at :][:1])[0]
    picture = cut.resize((400, 400), Image.Resampling.BICUBIC).convert("RGB")
    return picture, {"kind": "no faces", "faces": [], "lines": None}


def all_covers():
    """Every cover: its name, and the function and arguments that draw it and tell its truth."""
    for script in scripts.PHRASES:
        for seed in range(PER_SCRIPT):
            yield f"text-{script.lower()}-{seed:03}", with_text, (seed, script)
    for seed in range(WITHOUT):
        yield f"none-{seed:03}", without_text, (seed,)
    for seed in range(30):
        yield f"faces-{seed:03}", with_faces, (seed,)
    for seed in range(20):
        yield f"drawn-{seed:03}", with_faces, (seed, False)
    yield "astronaut", astronaut, ()
    for name in FACELESS:
        yield f"photograph-{name}", photograph, (name,)
    for at in range(0, 100, 4):
        yield f"cut-{at:03}", faceless_cut, (at,)
