"""Files that harm or lie, each with the words that it may be refused by; `measured` and its notes where it is a picture."""

import io
import random
import struct
import zlib

import numpy as np
from PIL import Image

from . import drawn

FLIPPED = 120


def chunk(name, body=b""):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, depth=8, colour=2, data=b"", before=b"", end=True):
    """A PNG of these chunks, whatever its size promises."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", head) + before + (chunk(b"IDAT", zlib.compress(data)) if data is not None else b"")
    return b"\x89PNG\r\n\x1a\n" + body + (chunk(b"IEND") if end else b"")


def saved(picture, kind, **options):
    held = io.BytesIO()
    picture.save(held, kind, **options)
    return held.getvalue()


def resized(jpeg, width, height):
    """The same JPEG with another size in its frame."""
    at = next(at for at in range(len(jpeg) - 1) if jpeg[at] == 0xFF and jpeg[at + 1] in (0xC0, 0xC2))
    return jpeg[:at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9:]


def reframed(jpeg, marker):
    """The same JPEG with another kind of frame."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[:at] + bytes((0xFF, marker)) + jpeg[at + 2:]


def many_scans(jpeg, times):
    """A progressive JPEG with its last pass many times."""
    at = jpeg.rindex(b"\xff\xda")
    return jpeg[:at] + jpeg[at:-2] * times + jpeg[-2:]


def riff(*parts):
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def brand(*names):
    return struct.pack(">I", 8 + 4 * len(names)) + b"ftyp" + b"".join(names) + b"\0" * 64


def all_of(folder):
    """Writes them; a list of files with the words allowed for each."""
    cases = []

    def case(name, data, *words):
        file = folder / name
        file.write_bytes(data)
        cases.append((file, words))

    scene = drawn.scene((320, 240))
    jpeg, progressive = saved(scene, "JPEG", quality=90), saved(scene, "JPEG", quality=90, progressive=True)
    as_png, webp = saved(scene, "PNG"), saved(scene, "WEBP", quality=90)
    lossless = saved(scene, "WEBP", lossless=True)
    row = b"\0" * (1 + 3 * 64)

    # What is no picture, or none that is read, whatever its name says.
    case("empty.jpg", b"", "empty")
    case("byte.jpg", b"\xff", "unknown_format")
    case("nothing.png", b"\0" * 4096, "unknown_format")
    case("program.jpg", b"MZ\x90\0" + b"\0" * 400, "unknown_format")
    case("error.jpg", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is_markup")
    case("error.json.jpg", b'{"error": "expired"}', "is_markup")
    case("page.jpg", b"<!doctype html><title>404</title>", "is_html")
    case("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "is_lfs_pointer")
    case("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"/>', "is_svg")
    laughs = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(12)) + b"]><svg>&m;</svg>"
    case("laughs.svg", laughs, "is_svg", "is_markup")
    case("drawing.svgz.png", b"\x1f\x8b\x08" + b"\0" * 40, "is_archive")
    case("archive.jpg", b"PK\x03\x04" + b"\0" * 40, "is_archive")
    case("document.jpg", b"%PDF-1.7\n" + jpeg, "is_document")
    case("film.jpg", brand(b"isom", b"\0\0\0\0", b"mp41"), "is_video")
    case("phone.jpg", brand(b"heic", b"\0\0\0\0", b"mif1", b"heic"), "is_heic")
    case("xl.jpg", b"\xff\x0a" + b"\0" * 40, "is_jpeg_xl")
    case("photoshop.jpg", b"8BPS\0\x01" + b"\0" * 40, "is_photoshop")
    case("icon.png", saved(scene.resize((32, 32)), "ICO"), "is_icon")
    case("picture.bmp.jpg", saved(scene, "BMP"), "is_bmp")
    case("picture.tiff.jpg", saved(scene, "TIFF"), "is_tiff")
    case("picture.gif.jpg", saved(scene, "GIF"), "is_gif")
    case("moving.gif", saved(scene, "GIF", save_all=True, append_images=[scene.rotate(9)] * 5), "is_gif")
    case("script.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", "is_gif")
    case("picture.jp2.jpg", saved(scene, "JPEG2000"), "is_jpeg_2000")
    case("picture.avif.jpg", saved(scene, "AVIF"), "is_avif")

    # Pictures under a wrong name, and pictures that are something else besides.
    case("really.png.jpg", as_png, "measured")
    case("really.jpg.png", jpeg, "measured")
    case("really.webp.jpg", webp, "measured")
    case("and-archive.jpg", jpeg + b"PK\x03\x04" + b"\0" * 500, "measured bytes_follow")
    case("and-page.png", as_png + b"<script>alert(1)</script>", "measured bytes_follow")
    case("and-another.webp", webp + webp, "measured bytes_follow")
    comment = b"\xff\xfe" + struct.pack(">H", 2 + 40) + b"<script>alert(1)</script>\xff\xd9".ljust(40)
    case("script-inside.jpg", jpeg[:2] + comment + jpeg[2:], "measured")

    # What is too large.
    case("60000.png", png(60000, 60000), "side_too_long")
    case("4294967295.png", png(0x7FFFFFFF, 0x7FFFFFFF), "side_too_long", "damaged", "metadata_too_large")
    case("65535.jpg", resized(jpeg, 65500, 65500), "side_too_long")
    canvas = b"\0\0\0\0" + (16383).to_bytes(3, "little") * 2
    case("16384.webp", riff((b"VP8X", canvas), (b"VP8 ", b"\0" * 20)), "side_too_long", "damaged")
    case("bits.png", png(7999, 7999, 1, 0, b"\0" * 7999 * 1001), "too_many_pixels")
    case("deep.png", png(7000, 5700, 16, 6), "too_much_memory")
    case("passes.jpg", resized(progressive, 7900, 5000), "too_much_memory")
    # What is just allowed: here is seen whether as much memory is taken as was reckoned.
    case("at-the-limit.png", saved(Image.new("RGB", (6320, 6320)), "PNG"), "measured")
    case("clear-at-the-limit.png", saved(Image.new("RGBA", (6320, 6320)), "PNG"), "measured on_white")
    case("at-the-limit.jpg", saved(Image.new("RGB", (6320, 6320)), "JPEG"), "measured")
    case("passes-at-the-limit.jpg", saved(Image.new("RGB", (3800, 3800)), "JPEG", progressive=True), "measured")
    case("at-the-limit.webp", saved(Image.new("RGB", (4700, 4700)), "WEBP", method=0), "measured")
    case("lossless-at-the-limit.webp", saved(Image.new("RGB", (4700, 4700)), "WEBP", lossless=True, method=0), "measured")
    case("file.png", as_png + b"\0" * (21 << 20), "file_too_large")
    case("profile-bomb.png", png(64, 64, data=row * 64, before=chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(128 << 20), 9))),
         "metadata_too_large", "measured", "measured profile_ignored")
    case("text-bomb.png", png(64, 64, data=row * 64, before=chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(128 << 20), 9))),
         "measured")
    case("much-data.png", png(64, 64, data=bytes(64 << 20)), "measured", "damaged")
    case("scans.jpg", many_scans(progressive, 500), "too_many_scans")
    animation = chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0)) + chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 0, 64, 64, 0, 0, 1, 1, 0, 0))
    case("frames.png", png(64, 64, data=row * 64, before=animation), "measured first_frame")
    case("frames.webp", saved(scene, "WEBP", save_all=True, append_images=[scene.rotate(at) for at in range(40)]),
         "measured first_frame")

    # What is cut short.
    for name, data in {"jpg": jpeg, "progressive.jpg": progressive, "png": as_png, "webp": webp, "lossless.webp": lossless}.items():
        for part in 0.1, 0.5, 0.9:
            case(f"cut-{part}.{name}", data[:int(len(data) * part)], "cut_short")
        case(f"cut-last.{name}", data[:-1], "cut_short")
    case("no-end.jpg", jpeg[:-2], "cut_short")
    case("no-end.png", png(64, 64, data=row * 64, end=False), "cut_short")

    # What contradicts itself.
    case("no-data.png", png(64, 64, data=None), "damaged", "cut_short")
    case("little-data.png", png(64, 64, data=row * 10), "damaged", "cut_short")
    case("no-width.png", png(0, 64), "damaged")
    case("odd-depth.png", png(64, 64, 3, 2, row * 64), "damaged")
    case("no-palette.png", png(64, 64, 8, 3, b"\0" * 65 * 64), "damaged")
    case("wrong-checksum.png", as_png[:-20] + bytes([as_png[-20] ^ 255]) + as_png[-19:], "damaged", "cut_short")
    case("header-only.png", b"\x89PNG\r\n\x1a\n", "cut_short")
    case("header-only.jpg", b"\xff\xd8\xff\xd9", "damaged", "cut_short")
    case("header-only.webp", b"RIFF\x04\0\0\0WEBP", "damaged", "cut_short")
    case("no-height.jpg", resized(jpeg, 320, 0), "damaged", "unsupported")
    case("lossless.jpg", reframed(jpeg, 0xC3), "damaged", "unsupported")
    case("arithmetic.jpg", reframed(jpeg, 0xC9), "damaged", "unsupported")
    case("no-tables.jpg", jpeg[:2] + jpeg[jpeg.index(b"\xff\xc0"):], "damaged")
    case("unknown-part.webp", riff((b"JUNK", b"\0" * 64)), "damaged", "unsupported")

    # Sound files with a bit turned here and there: whatever comes of them, the next is looked at.
    chance = random.Random(20)
    for name, data in {"jpg": jpeg, "progressive.jpg": progressive, "png": as_png, "webp": webp, "lossless.webp": lossless}.items():
        for at in range(FLIPPED):
            flipped = bytearray(data)
            for _ in range(chance.choice((1, 3, 20))):
                flipped[chance.randrange(min(len(flipped), chance.choice((40, 700, len(flipped)))))] ^= 1 << chance.randrange(8)
            case(f"flipped-{at}.{name}", bytes(flipped))
    return cases
