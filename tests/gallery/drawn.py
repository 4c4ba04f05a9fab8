"""Pictures that are drawn, with measures that are known from what was drawn, and one picture stored in many ways."""

import io
import struct

import numpy as np
from PIL import Image, ImageCms


def plain(colour, size=(300, 200)):
    return Image.new("RGB", size, colour)


def of(array):
    return Image.fromarray(np.asarray(array, np.uint8))


def halves(left, right, size=(400, 300)):
    picture = plain(right, size)
    picture.paste(left, (0, 0, size[0] // 2, size[1]))
    return picture


def disc(size, centre, radius, ground=(60, 60, 60), colour=(220, 220, 220)):
    down, right = np.mgrid[0:size[1], 0:size[0]]
    inside = np.hypot(right - centre[0], down - centre[1]) < radius
    return of(np.where(inside[..., None], colour, ground))


def checks(size=480, field=40):
    down, right = np.mgrid[0:size, 0:size] // field
    return of(np.repeat((((down + right) % 2) * 255)[..., None], 3, axis=2))


def slope(size=(512, 256)):
    return of(np.repeat(np.tile(np.arange(size[0]) / 2, (size[1], 1))[..., None], 3, axis=2))


def noise(size=(512, 384), seed=7):
    return of(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3)))


def scene(size=(600, 480)):
    """Something like a cover: a slope of colour, a disc, a rectangle and some grain."""
    down, right = np.mgrid[0:size[1], 0:size[0]]
    array = np.stack([60 + right / 5, 90 + down / 6, 160 - right / 8], axis=2)
    array[np.hypot(right - 380, down - 180) < 90] = (230, 190, 150)
    array[330:420, 60:330] = (200, 30, 40)
    array += np.random.default_rng(3).normal(0, 3, array.shape)
    return of(array.clip(0, 255))


def all_of():
    """By name: a picture, and each measure with what it may differ by."""
    mirror = np.concatenate([np.asarray(noise((256, 300))), np.asarray(noise((256, 300)))[:, ::-1]], axis=1)
    negative = np.concatenate([np.asarray(noise((256, 300))), 255 - np.asarray(noise((256, 300)))[:, ::-1]], axis=1)
    return {
        "grey": (plain((119, 119, 119)), {
            "aspect": (1.5, 0), "colourfulness": (0, 0), "saturation": (0, 0), "brightness": (50.03, 0.01),
            "contrast": (0, 0), "colour_temperature": (6504, 5), "sharpness": (0, 0), "clutter": (0, 0), "symmetry": (1, 0),
            "subject_share": (0, 0), "subject_x": (None, 0), "subject_y": (None, 0), "colours": [((119, 119, 119), 1.0)]}),
        "white": (plain((255, 255, 255)), {"brightness": (100, 0), "saturation": (0, 0), "colour_temperature": (6504, 5)}),
        "black": (plain((0, 0, 0)), {"brightness": (0, 0), "saturation": (0, 0), "colour_temperature": (None, 0)}),
        "red": (plain((255, 0, 0)), {
            "saturation": (1, 0), "colour_temperature": (None, 0), "colourfulness": (0.3 * np.hypot(255, 127.5), 0.02)}),
        "warm": (plain((255, 169, 87)), {"colour_temperature": (2700, 150)}),
        "red and green": (halves((255, 0, 0), (0, 255, 0)), {
            "colourfulness": (255 + 0.3 * 127.5, 0.1), "colours": [((0, 255, 0), 0.5), ((255, 0, 0), 0.5)]}),
        "black and white": (halves((0, 0, 0), (255, 255, 255)), {
            "brightness": (50, 0.01), "contrast": (50, 0.01), "symmetry": (0, 0), "clutter": (1 / 400, 0.0001)}),
        "checks": (checks(), {"brightness": (50, 0.01), "contrast": (50, 0.01), "symmetry": (-1, 0)}),
        "slope": (slope(), {"clutter": (0, 0), "sharpness": (1, 0.01)}),
        "noise": (noise(), {"symmetry": (0, 0.02), "clutter": (0.17, 0.02)}),
        "mirror": (of(mirror), {"symmetry": (1, 0)}),
        "negative": (of(negative), {"symmetry": (-1, 0.001)}),
        "disc left": (disc((500, 400), (125, 300), 30), {"subject_x": (0.25, 0.02), "subject_y": (0.75, 0.02)}),
        "disc right": (disc((400, 500), (340, 100), 30), {"subject_x": (0.85, 0.02), "subject_y": (0.2, 0.02)}),
        "wide": (scene((4000, 300)), {"aspect": (4000 / 300, 0.01)}),
        "tall": (scene((120, 1900)), {"aspect": (120 / 1900, 0.0001)}),
        "large": (scene((2160, 2700)), {"aspect": (0.8, 0)}),
        "line": (plain((40, 80, 120), (900, 1)), {"sharpness": (None, 0), "clutter": (None, 0)}),
        "pixel": (plain((40, 80, 120), (1, 1)), {"aspect": (1, 0), "sharpness": (None, 0), "contrast": (0, 0)}),
        "stripes": (of(np.repeat([[(250, 250, 250)] * 50 + [(200, 20, 30)] * 30 + [(20, 30, 160)] * 20], 60, axis=0)), {
            "colours": [((250, 250, 250), 0.5), ((200, 20, 30), 0.3), ((20, 30, 160), 0.2)]}),
        "scene": (scene(), {}),
    }


def display_p3():
    """The profile of a wide screen, with the curve of sRGB: made here, since Pillow makes only sRGB."""
    def s15(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(s15(value) for value in values)

    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(map(s15, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    text = "mluc\0\0\0\0".encode() + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 8, 28) + "Wide".encode("utf-16-be")
    tags = {
        b"desc": text, b"cprt": text, b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz((0.51512, 0.24120, -0.00105)), b"gXYZ": xyz((0.29198, 0.69225, 0.04189)),
        b"bXYZ": xyz((0.15710, 0.06657, 0.78407)), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }
    table, bodies, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        body += b"\0" * (-len(body) % 4)
        table += struct.pack(">4sII", name, at + len(bodies), len(body))
        bodies += body
    head = struct.pack(">I4s4s4s4s4s12x4s", at + len(bodies), b"\0\0\0\0", b"\x04\x20\0\0", b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head += b"\0" * (68 - len(head)) + s15(0.9642) + s15(1.0) + s15(0.8249)
    profile = head + b"\0" * (128 - len(head)) + struct.pack(">I", len(tags)) + table + bodies
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def stored(upright, folder):
    """The same picture in many ways. By name: its file, the notes it gets, and how many times the tolerance it may be off."""
    ways = {}

    def keep(name, picture, ending, notes, factor=1, **options):
        file = folder / f"{name}.{ending}"
        picture.save(file, **options)
        ways[name] = (file, notes, factor)

    # How a viewer must turn each back; so it is stored turned the other way.
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation, way in turned.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored_so = upright.transpose(way)
        keep(f"orientation {orientation} png", stored_so, "png", "oriented", exif=exif)
        keep(f"orientation {orientation} jpeg", stored_so, "jpg", "oriented", 6, exif=exif, quality=95, subsampling=0)
        keep(f"orientation {orientation} webp", stored_so, "webp", "oriented", exif=exif, lossless=True)
    wrong = Image.Exif()
    wrong[0x0112] = 99
    keep("orientation 99", upright, "png", "", exif=wrong)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    keep("profile srgb", upright, "png", "profile_converted", 3, icc_profile=srgb)
    keep("profile srgb webp", upright, "webp", "profile_converted", 3, icc_profile=srgb, lossless=True)
    keep("profile broken", upright, "png", "profile_ignored", icc_profile=b"no profile at all" * 20)
    keep("palette", upright.quantize(255, dither=Image.Dither.NONE), "png", "", 12)
    see_through = upright.convert("RGBA")
    keep("opaque", see_through, "png", "")
    keep("opaque webp", see_through, "webp", "", lossless=True)
    keep("quality 95", upright, "jpg", "", 6, quality=95, subsampling=0)
    keep("progressive", upright, "jpg", "", 6, quality=95, subsampling=0, progressive=True)
    keep("adobe cmyk", upright.convert("CMYK"), "jpg", "", 12, quality=97)
    keep("cmyk profile", upright.convert("CMYK"), "jpg", "profile_ignored", 12, quality=97, icc_profile=cmyk_profile())
    keep("bytes follow", upright, "png", "bytes_follow")
    file = ways["bytes follow"][0]
    file.write_bytes(file.read_bytes() + b"PK\x03\x04 an archive behind a picture")
    keep("frames", upright, "png", "first_frame", save_all=True, append_images=[plain((0, 0, 0), upright.size)] * 2)
    keep("frames webp", upright, "webp", "first_frame", save_all=True, lossless=True,
         append_images=[plain((0, 0, 0), upright.size)] * 2)
    ways["sixteen bits"] = (sixteen_bits(upright, folder / "sixteen.png"), "", 2)
    # Half transparent black on white is grey: drawn darker so that it comes out as it was.
    array = np.asarray(upright).astype(int)
    alpha = 255 - array.min(axis=2)
    colour = np.where(alpha[..., None] > 0, 255 - (255 - array) * 255 // np.maximum(alpha, 1)[..., None], 0)
    laid = Image.fromarray(np.concatenate([colour, alpha[..., None]], axis=2).astype(np.uint8), "RGBA")
    keep("transparent", laid, "png", "on_white", 12)
    keep("transparent webp", laid, "webp", "on_white", 12, lossless=True, exact=True)
    return ways


def cmyk_profile():
    """Enough of a profile of CMYK to be one."""
    head = struct.pack(">I4s4s4s4s4s12x4s", 132, b"\0\0\0\0", b"\x02\x40\0\0", b"prtr", b"CMYK", b"Lab ", b"acsp")
    return head + b"\0" * (128 - len(head)) + struct.pack(">I", 0)


def sixteen_bits(picture, file):
    """A PNG of sixteen bits a channel, which Pillow does not write."""
    import cv2

    array = np.asarray(picture).astype(np.uint16)[..., ::-1] * 257
    cv2.imwrite(str(file), array)
    return file
