"""How the brief looks: small pictures that are kept, and compared in size and coarsely in what they show.

A font of another version moves letters by a pixel, and is no fault; a block that is gone, a colour or a layout that broke is one.
"""

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser

KEPT = Path(__file__).parent / "brief"
README = Path(__file__).parent.parent / "docs" / "brief.webp"
# Grey levels of 255 by which a picture may differ on average, each side made this small.
COARSE, TOLERATED = 48, 6.0
# What is wider is kept at half its size.
WIDE = 1280
MOST_BYTES, README_BYTES = 60 << 10, 150 << 10

# Name, width, height, colours, language, medium.
LOOKS = [
    ("phone-en-light", 360, 2400, "light", "en", "screen"),
    ("phone-zh-dark", 360, 2400, "dark", "zh", "screen"),
    ("tablet-en-dark", 768, 1600, "dark", "en", "screen"),
    ("tablet-zh-light", 768, 1600, "light", "zh", "screen"),
    ("desktop-en-light", 1440, 1800, "light", "en", "screen"),
    ("desktop-zh-dark", 1440, 1800, "dark", "zh", "screen"),
    ("print-en", 720, 1000, "light", "en", "print"),
]


def drawn(browser: Browser, path: Path, at: str, look: tuple, scale: float = 1) -> Image.Image:
    _, width, height, scheme, language, medium = look
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=scale
    )
    page = context.new_page()
    page.clock.install(time=at)
    page.goto(path.resolve().as_uri())
    page.emulate_media(media=medium, color_scheme=scheme)
    page.evaluate("language => document.querySelector(`[data-l=${language}]`).click()", language)
    picture = Image.open(io.BytesIO(page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height})))
    context.close()
    picture = picture.convert("RGB")
    return picture.reduce(2) if width > WIDE else picture


def written(picture: Image.Image, most: int) -> bytes:
    for quality in (80, 70, 60, 50, 40, 30, 20):
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= most:
            break
    return file.getvalue()


def coarse(picture: Image.Image) -> Image.Image:
    return picture.convert("L").resize((COARSE, COARSE), Image.Resampling.BOX)


def compared(browser: Browser, made: Path, published: Path | None, morning, work: Path, record: bool) -> list[str]:
    """What looks otherwise than it did, of a page of every state; when recording, nothing."""
    wrong = []
    KEPT.mkdir(exist_ok=True)
    for look in LOOKS:
        now = drawn(browser, made, morning(made), look)
        now.save(work / f"{look[0]}.png")
        kept = KEPT / f"{look[0]}.webp"
        if record:
            kept.write_bytes(written(now, MOST_BYTES))
            continue
        if not kept.exists():
            wrong.append(f"no reference {kept.name}: COVERLEDGER_RECORD_BRIEF=1 writes it")
            continue
        then = Image.open(kept)
        if then.size != now.size:
            wrong.append(f"{look[0]} is {now.size}, was {then.size}")
            continue
        difference = ImageStat.Stat(ImageChops.difference(coarse(now), coarse(then))).mean[0]
        if difference > TOLERATED:
            wrong.append(f"{look[0]} differs by {difference:.1f} grey levels from its reference")
    if record and published:
        README.write_bytes(written(drawn(browser, published, morning(published), ("readme", 1280, 1500, "light", "en", "screen")), README_BYTES))
    return wrong
