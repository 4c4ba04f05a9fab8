"""What a cover is without its text: colours, shapes, photographs and textures, none with a letter on it."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from skimage import data

# Photographs and textures that come with scikit-image and show no writing. Each is cut from anew.
PHOTOGRAPHS = ["chelsea", "coffee", "rocket", "hubble_deep_field", "retina", "immunohistochemistry"]
TEXTURES = ["brick", "grass", "gravel", "coins", "moon", "cell"]


def colour(chance):
    return tuple(chance.randrange(256) for _ in range(3))


def flat(chance, size):
    return Image.new("RGB", size, colour(chance))


def gradient(chance, size):
    one, other = np.array(colour(chance), np.float32), np.array(colour(chance), np.float32)
    angle = chance.uniform(0, math.tau)
    across, down = (np.linspace(0, 1, side, dtype=np.float32) for side in size)
    along = np.cos(angle) * across[None, :] + np.sin(angle) * down[:, None]
    share = (along - along.min()) / (along.max() - along.min())
    return Image.merge("RGB", [Image.fromarray((a + (b - a) * share).astype(np.uint8)) for a, b in zip(one, other)])


def shapes(chance, size):
    """Blobs, boxes and bottles, as products are drawn."""
    picture = gradient(chance, size)
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randrange(4, 14)):
        x, y = chance.uniform(0, size[0]), chance.uniform(0, size[1])
        width, height = (chance.uniform(0.05, 0.4) * min(size) for _ in range(2))
        box, fill = [x, y, x + width, y + height], colour(chance)
        kind = chance.choice(["ellipse", "box", "round", "polygon"])
        if kind == "ellipse":
            draw.ellipse(box, fill)
        elif kind == "box":
            draw.rectangle(box, fill, outline=colour(chance), width=chance.randrange(0, 9))
        elif kind == "round":
            draw.rounded_rectangle(box, min(width, height) / 3, fill)
        else:
            draw.polygon([(x + width * chance.random(), y + height * chance.random()) for _ in range(5)], fill)
    return picture


def cut(chance, name, size):
    """A cut of a picture that comes with scikit-image, as large as asked for."""
    picture = Image.fromarray(getattr(data, name)()).convert("RGB")
    share = chance.uniform(0.5, 1.0)
    scale = share * min(picture.width / size[0], picture.height / size[1])
    width, height = size[0] * scale, size[1] * scale
    x, y = chance.uniform(0, picture.width - width), chance.uniform(0, picture.height - height)
    return picture.resize(size, Image.Resampling.BICUBIC, (x, y, x + width, y + height))


def photograph(chance, size):
    return cut(chance, chance.choice(PHOTOGRAPHS), size)


def texture(chance, size):
    """A texture in one piece, or as tiles of a few hundred pixels, which makes it fine; grey or toned."""
    name = chance.choice(TEXTURES)
    if chance.random() < 0.5:
        picture = cut(chance, name, size)
    else:
        side = chance.randrange(200, 520)
        tile = cut(chance, name, (side, side))
        picture = Image.new("RGB", size)
        for x in range(0, size[0], side):
            for y in range(0, size[1], side):
                picture.paste(tile, (x, y))
    if chance.random() < 0.5:
        picture = Image.blend(picture, flat(chance, size), 0.3)
    return picture


def stripes(chance, size):
    picture, fill, angle = flat(chance, size), colour(chance), chance.choice([0, 90, 45, chance.uniform(0, 180)])
    pitch = chance.uniform(8, 90)
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]]
    along = np.cos(math.radians(angle)) * xs + np.sin(math.radians(angle)) * ys
    mask = Image.fromarray(np.where(np.mod(along, pitch) < pitch * chance.uniform(0.2, 0.7), 255, 0).astype(np.uint8))
    picture.paste(fill, mask=mask)
    return picture


def checks(chance, size):
    picture, draw_with, side = flat(chance, size), colour(chance), chance.randrange(10, 120)
    draw = ImageDraw.Draw(picture)
    for row, y in enumerate(range(0, size[1], side)):
        for x in range(side * (row % 2), size[0], 2 * side):
            draw.rectangle([x, y, x + side - 1, y + side - 1], draw_with)
    return picture


def dots(chance, size):
    picture, fill, pitch = flat(chance, size), colour(chance), chance.randrange(14, 90)
    draw, radius = ImageDraw.Draw(picture), pitch * chance.uniform(0.15, 0.45)
    for row, y in enumerate(range(0, size[1] + pitch, pitch)):
        for x in range(-pitch * (row % 2) // 2, size[0] + pitch, pitch):
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill)
    return picture


def bricks(chance, size):
    picture, height = flat(chance, size), chance.randrange(24, 90)
    draw, width = ImageDraw.Draw(picture), height * chance.uniform(1.6, 3.2)
    for row, y in enumerate(range(0, size[1], height)):
        x = -width * (row % 2) / 2
        while x < size[0]:
            tone = tuple(min(255, int(part * chance.uniform(0.75, 1.15))) for part in (176, 92, 72))
            draw.rectangle([x + 2, y + 2, x + width - 3, y + height - 3], tone)
            x += width
    return picture


def leaves(chance, size):
    """Thousands of short strokes: the nearest thing to writing that is none."""
    picture = flat(chance, size)
    draw = ImageDraw.Draw(picture)
    tones, length = [colour(chance) for _ in range(4)], chance.uniform(12, 70)
    for _ in range(chance.randrange(300, 2500)):
        x, y, angle = chance.uniform(0, size[0]), chance.uniform(0, size[1]), chance.uniform(0, math.tau)
        end = x + length * math.cos(angle), y + length * math.sin(angle)
        draw.line([(x, y), end], chance.choice(tones), width=chance.randrange(2, 8))
    return picture


def noise(chance, size):
    grain = chance.choice([1, 2, 4, 8, 16, 32])
    small = np.random.default_rng(chance.randrange(2**32)).integers(
        0, 256, (size[1] // grain + 1, size[0] // grain + 1, chance.choice([1, 3])), np.uint8
    )
    picture = Image.fromarray(np.broadcast_to(small, (*small.shape[:2], 3)).copy())
    return picture.resize(size, chance.choice([Image.Resampling.NEAREST, Image.Resampling.BICUBIC]))


def windows(chance, size):
    """A front of a house: rows of alike things, as letters are."""
    picture, draw_with = gradient(chance, size), [colour(chance) for _ in range(2)]
    draw, pitch_x, pitch_y = ImageDraw.Draw(picture), chance.randrange(30, 160), chance.randrange(40, 200)
    for y in range(pitch_y // 3, size[1], pitch_y):
        for x in range(pitch_x // 3, size[0], pitch_x):
            box = [x, y, x + pitch_x * 0.6, y + pitch_y * 0.6]
            draw.rectangle(box, draw_with[0], outline=draw_with[1], width=3)
            draw.line([(x + pitch_x * 0.3, y), (x + pitch_x * 0.3, y + pitch_y * 0.6)], draw_with[1], 3)
    return picture


def scribbles(chance, size):
    """Curved lines, as of hair, cables and lace."""
    picture = flat(chance, size)
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randrange(5, 60)):
        x, y, angle = chance.uniform(0, size[0]), chance.uniform(0, size[1]), chance.uniform(0, math.tau)
        points = []
        for _ in range(chance.randrange(10, 60)):
            angle += chance.uniform(-0.7, 0.7)
            x, y = x + 14 * math.cos(angle), y + 14 * math.sin(angle)
            points.append((x, y))
        draw.line(points, colour(chance), width=chance.randrange(2, 9), joint="curve")
    return picture


def softened(picture, chance):
    """As a lens does it, one time in two."""
    blur = chance.choice([0, 0, 0.8, 2])
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture


def things(chance, size):
    """A few large things on a plain ground, as covers show products: rings, discs, stars, hearts, boxes, bottles, eyes."""
    picture = (flat if chance.random() < 0.5 else gradient)(chance, size)
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randrange(1, 6)):
        side = chance.uniform(0.08, 0.4) * min(size)
        x, y = chance.uniform(0, size[0] - side), chance.uniform(0, size[1] - side)
        one, other, kind = colour(chance), colour(chance), chance.randrange(7)
        def at(*points):
            return [(x + side * px, y + side * py) for px, py in points]
        if kind == 0:
            draw.ellipse(at((0, 0), (1, 1)), None, one, int(side * chance.uniform(0.04, 0.3)))
        elif kind == 1:
            draw.ellipse(at((0, 0), (1, 1)), one)
            draw.ellipse(at((0.3, 0.3), (0.7, 0.7)), other)
        elif kind == 2:
            turns = [(0.5 + (0.5 if k % 2 else 0.2) * math.cos(k * math.pi / 5), 0.5 + (0.5 if k % 2 else 0.2) * math.sin(k * math.pi / 5)) for k in range(10)]
            draw.polygon(at(*turns), one)
        elif kind == 3:
            draw.ellipse(at((0, 0), (0.55, 0.55)), one)
            draw.ellipse(at((0.45, 0), (1, 0.55)), one)
            draw.polygon(at((0.04, 0.4), (0.96, 0.4), (0.5, 1)), one)
        elif kind == 4:
            draw.rectangle(at((0, 0.2), (1, 1)), one)
            draw.rectangle(at((0.42, 0.2), (0.58, 1)), other)
            draw.rectangle(at((0, 0.5), (1, 0.62)), other)
        elif kind == 5:
            draw.rounded_rectangle(at((0.3, 0.25), (0.7, 1)), side * 0.08, one)
            draw.rectangle(at((0.42, 0), (0.58, 0.25)), other)
        else:
            draw.ellipse(at((0, 0.25), (1, 0.75)), "white", one, max(2, int(side * 0.03)))
            draw.ellipse(at((0.3, 0.3), (0.7, 0.7)), other)
            draw.ellipse(at((0.42, 0.42), (0.58, 0.58)), "black")
    return picture


# Of covers with text, and how often.
UNDER_TEXT = [flat, flat, gradient, gradient, shapes, shapes, photograph, photograph, photograph, texture]
# Of covers without: textures by far.
WITHOUT_TEXT = [texture, texture, texture, photograph, photograph, photograph, shapes, things, things, stripes, checks, dots,
                bricks, leaves, noise, windows, scribbles]
