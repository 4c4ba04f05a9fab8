#!/usr/bin/env python3
"""Compares what the program measures of pictures with OpenCV, scikit-image, Pillow and scipy, and shows it hostile ones.

    tests/pictures.py LOOK

LOOK is the example `look` of the crate `picture`, which tells what is seen of the files it is given. Three kinds of
pictures: drawn ones, whose measures are known beforehand; the photographs in scikit-image's wheel; and files that are made
to harm or to lie, each of which must be named while memory stays bounded.
"""

import argparse
import io
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import skimage.color
import skimage.data
from PIL import Image, ImageCms, ImageOps
from scipy import ndimage

from gallery import drawn, hostile

SIDE = 512

# Of memory, whatever is looked at: 153 for the pixels, 20 for the file twice, and the rest.
MOST_MIB = 260

# What a measure may differ by from its reference: of itself (relative), and in its own unit. Measures are published with four
# digits, which is a relative difference of 0.0005 and part of each. Pillow scales as the program does, but for rounding: a
# level of 255 here and there, in copies of PNG and WebP. JPEG decoders differ by a level or two besides.
TOLERANCE = {
    #                      relative  absolute
    "aspect":             (0.0005,   0.0),
    "colourfulness":      (0.003,    0.05),
    "saturation":         (0.006,    0.0005),
    "brightness":         (0.001,    0.02),
    "contrast":           (0.002,    0.02),
    "colour_temperature": (0.002,    1.0),
    "sharpness":          (0.02,     0.2),
    "clutter":            (0.03,     0.001),
    "symmetry":           (0.001,    0.001),
    "subject_share":      (0.01,     0.0005),
    "subject_x":          (0.0,      0.002),
    "subject_y":          (0.0,      0.002),
}

compared = defaultdict(int)
worst = defaultdict(float)
wrong = []
peaks = []


def look(binary, files, *arguments):
    """What is seen of each file: a dictionary, with a list of colours."""
    told = subprocess.run([binary, *arguments, *map(str, files)], check=True, capture_output=True, text=True).stdout
    seen = defaultdict(lambda: {"colours": []})
    for line in told.splitlines():
        file, name, value = line.split("\t")
        if name == "colour":
            colour, share = value.split()
            seen[file]["colours"].append((tuple(bytes.fromhex(colour[1:])), float(share)))
        else:
            seen[file][name] = value
    peaks.append(int(seen["-"]["peak_kib"] or 0))
    return [seen[str(file)] for file in files]


# -------------------------------------------------------------------------------------------- the references

def copy_of(picture):
    """The copy that is measured, as Pillow makes it."""
    longer = max(picture.size)
    if longer <= SIDE:
        return np.asarray(picture.convert("RGB"))
    size = [max(1, (side * SIDE + longer // 2) // longer) for side in picture.size]
    return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR))


def luma(copy):
    """Of BT.709, rounded down as `image` does."""
    return ((copy.astype(np.uint32) @ np.array([2126, 7152, 722], np.uint32)) // 10000).astype(np.uint8)


def colourfulness(copy):
    """Hasler and Süsstrunk, by OpenCV's means and deviations."""
    red, green, blue = cv2.split(copy.astype(np.float64))
    (rg_mean, rg_sd), (yb_mean, yb_sd) = (cv2.meanStdDev(plane) for plane in (red - green, (red + green) / 2 - blue))
    return math.hypot(rg_sd.item(), yb_sd.item()) + 0.3 * math.hypot(rg_mean.item(), yb_mean.item())


def temperature(copy):
    """McCamy's formula on scikit-image's XYZ; nothing where the mean colour is far from Krystek's locus."""
    x, y, z = skimage.color.rgb2xyz(copy).reshape(-1, 3).mean(axis=0)
    if x + y + z <= 0:
        return None
    x, y = x / (x + y + z), y / (x + y + z)
    n = (x - 0.3320) / (0.1858 - y)
    t = ((449 * n + 3525) * n + 6823.3) * n + 5520.33
    if not 1667 <= t <= 25000:
        return None
    u, v = 4 * x / (-2 * x + 12 * y + 3), 6 * y / (-2 * x + 12 * y + 3)
    at_u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    at_v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    return t if math.hypot(u - at_u, v - at_v) <= 0.05 else None


def symmetry(grey):
    half = grey.shape[1] // 2
    left, right = grey[:, :half].ravel().astype(float), grey[:, ::-1][:, :half].ravel().astype(float)
    if np.array_equal(left, right):
        return 1.0
    return 0.0 if left.std() == 0 or right.std() == 0 else np.corrcoef(left, right)[0, 1]


def overlaps(pixels):
    """How much of each pixel lies on each of 64 places; of a place together 1."""
    ends = np.minimum.outer(np.arange(1, 65) * pixels, np.arange(1, pixels + 1) * 64)
    begins = np.maximum.outer(np.arange(64) * pixels, np.arange(pixels) * 64)
    return np.maximum(ends - begins, 0) / pixels


def subject(grey):
    """The program that Hou and Zhang published, with numpy and scipy: share and place of what stands out."""
    rows, columns = (overlaps(side) for side in grey.shape)
    small = rows @ grey.astype(float) @ columns.T
    spectrum = np.fft.fft2(small)
    amplitude = np.log1p(np.abs(spectrum))
    residual = amplitude - ndimage.uniform_filter(amplitude, 3, mode="nearest")
    back = np.fft.ifft2(spectrum / (1 + np.abs(spectrum)) * np.exp(residual))
    saliency = ndimage.gaussian_filter(np.abs(back) ** 2, 2.5, mode="nearest", radius=5)
    above = np.where(saliency > 3 * saliency.mean(), saliency, 0)
    if not above.any():
        return 0.0, None, None
    down, right = np.mgrid[0:64, 0:64] + 0.5
    return (above > 0).mean(), (right * above).sum() / above.sum() / 64, (down * above).sum() / above.sum() / 64


def references(picture):
    """Every measure of a picture that is upright, sRGB and without transparency."""
    copy = copy_of(picture)
    grey = luma(copy)
    lightness = skimage.color.rgb2lab(copy)[..., 0]
    blurred = cv2.GaussianBlur(grey, (7, 7), 1.4, borderType=cv2.BORDER_REPLICATE)
    share, right, down = subject(grey)
    large = min(grey.shape) >= 3
    return {
        "aspect": picture.width / picture.height,
        "colourfulness": colourfulness(copy),
        "saturation": skimage.color.rgb2hsv(copy)[..., 1].mean(),
        "brightness": lightness.mean(),
        "contrast": lightness.std(),
        "colour_temperature": temperature(copy),
        "sharpness": cv2.Laplacian(grey, cv2.CV_64F, borderType=cv2.BORDER_REPLICATE).var() if large else None,
        "clutter": (cv2.Canny(blurred, 50, 100, L2gradient=True) > 0).mean() if large else None,
        "symmetry": symmetry(grey),
        "subject_share": share,
        "subject_x": right,
        "subject_y": down,
    }


def compare(name, seen, expected, factor=1.0):
    """Notes where a picture's measures are farther from what is expected than `factor` times the tolerance."""
    if "refused" in seen:
        wrong.append(f"{name}: refused, {seen['reason']}")
        return
    if max(expected["subject_share"], float(seen["subject_share"])) < 0.002:
        # A few of 4,096 places hardly stand out: which of them do is chance.
        expected = {measure: value for measure, value in expected.items() if measure not in ("subject_x", "subject_y")}
    for measure, value in expected.items():
        found = float(seen[measure]) if measure in seen else None
        compared[measure] += 1
        if found is None or value is None:
            if found is not value:
                wrong.append(f"{name}: {measure} is {found} instead of {value}")
            continue
        relative, absolute = TOLERANCE[measure]
        allowed = factor * (relative * abs(value) + absolute) + 0.0005 * abs(value)
        off = abs(found - value)
        worst[measure] = max(worst[measure], off / allowed if allowed else off)
        if off > allowed:
            wrong.append(f"{name}: {measure} is {found} instead of {value:.6g} (allowed: {allowed:.2g})")


def expect(name, found, expected):
    compared["other"] += 1
    if found != expected:
        wrong.append(f"{name}: {found} instead of {expected}")


# ------------------------------------------------------------------------------------------------- the checks

def known(binary, folder):
    """Drawn pictures: by what was drawn, and by the references."""
    pictures = drawn.all_of()
    files = []
    for name, (picture, _) in pictures.items():
        files.append(folder / f"{name}.png")
        picture.save(files[-1])
    for (name, (picture, answers)), seen in zip(pictures.items(), look(binary, files)):
        colours = answers.pop("colours", None)
        compare(name, seen, references(picture))
        for measure, (value, allowed) in answers.items():
            compared["known answers"] += 1
            found = float(seen[measure]) if measure in seen else None
            if (found is None) != (value is None) or (value is not None and abs(found - value) > allowed):
                wrong.append(f"{name}: {measure} is {found}, drawn {value} ± {allowed}")
        if colours:
            expect(f"{name}: colours", [colour for colour, _ in seen["colours"]], [colour for colour, _ in colours])
            for (_, share), (_, drawn_share) in zip(seen["colours"], colours):
                compared["known answers"] += 1
                if abs(share - drawn_share) > 0.02:
                    wrong.append(f"{name}: a colour has {share} instead of {drawn_share}")


def srgb(picture):
    """In sRGB, from its profile if it has one."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture.convert("RGB")
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")


WAYS = [
    ("jpg", {"quality": 92}), ("webp", {"quality": 90}), ("progressive.jpg", {"progressive": True}),
    ("rough.jpg", {"quality": 50}), ("lossless.webp", {"lossless": True}),
]


def photographs(binary, folder):
    """The photographs that scikit-image ships, as they are and as JPEG, WebP and large PNG."""
    source = Path(skimage.data.__file__).parent
    files, expected, factors = [], [], []
    for file in sorted([*source.glob("*.png"), *source.glob("*.jpg")]):
        picture = Image.open(file)
        # Sixteen bits a channel and palettes are of the other checks.
        if picture.mode not in ("RGB", "L"):
            continue
        files.append(file)
        expected.append(references(srgb(picture)))
        # JPEG is decoded, and a profile converted, by another program than Pillow's.
        factors.append(4 if file.suffix == ".jpg" or "icc_profile" in picture.info else 1)
        picture = picture.convert("RGB")
        picture.info.pop("icc_profile", None)
        # Every photograph in one other way, in turn.
        ending, options = WAYS[len(files) // 2 % len(WAYS)]
        again = folder / f"{file.stem}.{ending}"
        picture.save(again, **options)
        files.append(again)
        expected.append(references(Image.open(again)))
        factors.append(4)
    thumbnails = folder / "thumbnails"
    thumbnails.mkdir()
    seen = look(binary, files, "--thumbnails", thumbnails)
    for file, seen_of_it, expected_of_it, factor in zip(files, seen, expected, factors):
        compare(file.name, seen_of_it, expected_of_it, factor)
    expect("the same pictures again", look(binary, files[::4]), seen[::4])
    saliency_of_opencv(files, seen)
    for thumbnail in thumbnails.iterdir():
        with Image.open(thumbnail) as picture:
            picture.load()
            expect(f"{thumbnail.name}: thumbnail", (picture.format, max(picture.size) <= 320), ("WEBP", True))
        expect(f"{thumbnail.name}: bytes of the thumbnail", thumbnail.stat().st_size <= 24 << 10, True)


def saliency_of_opencv(files, seen):
    """OpenCV's spectral residual takes other sizes and blurs: the place must be near on most photographs."""
    away = []
    for file, seen_of_it in zip(files, seen):
        if "subject_x" not in seen_of_it:
            continue
        copy = copy_of(Image.open(file))
        _, saliency = cv2.saliency.StaticSaliencySpectralResidual_create().computeSaliency(luma(copy))
        saliency = ndimage.gaussian_filter(saliency, max(saliency.shape) / 64 * 2.5)
        above = np.where(saliency > 3 * saliency.mean(), saliency, 0)
        if above.any():
            down, right = ndimage.center_of_mass(above)
            away.append(max(abs(right / copy.shape[1] - float(seen_of_it["subject_x"])),
                            abs(down / copy.shape[0] - float(seen_of_it["subject_y"]))))
    compared["place of the subject, OpenCV"] = len(away)
    middle = float(np.median(away))
    worst["place of the subject, OpenCV"] = middle / 0.15
    if middle > 0.15:
        wrong.append(f"the subject is {middle:.3f} from OpenCV's on half of the photographs")


def stored(binary, folder):
    """One picture stored in many ways is one picture: orientations, profiles, depths, transparency, CMYK."""
    upright = drawn.scene()
    plain = folder / "upright.png"
    upright.save(plain)
    [of_plain] = look(binary, [plain])
    measures = {measure: float(of_plain[measure]) for measure in TOLERANCE if measure in of_plain}
    for name, (file, notes, factor) in drawn.stored(upright, folder).items():
        [seen] = look(binary, [file])
        compare(name, seen, measures, factor)
        expect(f"{name}: notes", seen.get("notes"), notes)
        expect(f"{name}: size", (seen.get("width"), seen.get("height")), (of_plain["width"], of_plain["height"]))
    # A wide profile: what another program makes of it.
    wide = ImageCms.profileToProfile(upright, ImageCms.createProfile("sRGB"), drawn.display_p3(), outputMode="RGB")
    file = folder / "wide.png"
    wide.save(file, icc_profile=drawn.display_p3().tobytes())
    [seen] = look(binary, [file])
    back = ImageCms.profileToProfile(wide, drawn.display_p3(), ImageCms.createProfile("sRGB"), outputMode="RGB")
    compare("a wide profile", seen, references(back), 4)
    expect("a wide profile: notes", seen.get("notes"), "profile_converted")


def refused(binary, folder):
    """Files that harm or lie: each is named, none ends the program, and memory stays bounded."""
    cases = hostile.all_of(folder)
    for (file, words), seen in zip(cases, look(binary, [file for file, _ in cases], "--faces")):
        found = seen.get("refused") or f"measured {seen.get('notes')}".strip()
        if words:
            expect(file.name, found if found not in words else words, words)
        elif found == "decoder_panicked":
            wrong.append(f"{file.name}: a decoder panicked")
    compared["hostile files"] = len(cases)
    print(f"{len(cases)} hostile files in one process, {peaks[-1] >> 10} MiB at most")
    if peaks[-1] >> 10 > MOST_MIB:
        wrong.append(f"hostile files took {peaks[-1] >> 10} MiB")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("look")
    binary = arguments.parse_args().look
    for check in known, photographs, stored, refused:
        with tempfile.TemporaryDirectory() as folder:
            check(binary, Path(folder))
    for name, count in compared.items():
        print(f"{name:<30} {count:5} compared" + (f", {worst[name]:.2f} of what is allowed at worst" if name in worst else ""))
    for line in wrong[:50]:
        print(f"WRONG: {line}", file=sys.stderr)
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
