"""The morning brief in a real browser: it asks nobody for anything, is read by everybody, and says what the tables say.

    python tests/brief.py --axe AXE.JS --chromium /usr/bin/chromium --archive demo/archive --pages FOLDER --hostile ARCHIVE

Pages of `--pages` are drawn by a test of the crate from briefs with every state; those of archives are what the program published.
Every figure of these is read out of the document and held against its Parquet cell. References of how pages look are in
tests/brief/; COVERLEDGER_RECORD_BRIEF=1 writes them again, and the picture of the page for README.md: look at them before they
are kept.
"""

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import brief_figures
import brief_looks

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (360, 768, 1440)
MOST_BYTES = 1_500_000
# The morning after the night that the pages are of, before anything begins.
MORNING = "T05:00:00Z"

problems: list[str] = []


def expect(holds: bool, what: str) -> None:
    if not holds:
        problems.append(what)
        print(f"  WRONG: {what}")


class Opened:
    """A page that is open, with everything that it asked for and said."""

    def __init__(self, browser: Browser, path: Path, at: str | None = None, before: str | None = None, **context):
        self.context: BrowserContext = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.requests, self.said = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        if at is not None:
            self.page.clock.install(time=at)
        if before is not None:
            self.page.add_init_script(before)
        self.url = path.resolve().as_uri()
        self.page.goto(self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def quiet(self, what: str) -> None:
        others = [url for url in self.requests if url != self.url and not url.startswith("data:")]
        expect(not others, f"{what} asks for {others[:3]}")
        expect(not self.said, f"{what} says {self.said[:3]}")

    def language(self, language: str) -> None:
        self.page.evaluate("language => document.querySelector(`[data-l=${language}]`).click()", language)

    def open_everything(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")


def morning(path: Path) -> str:
    """The morning on which a page is read, as the page itself says."""
    text = path.read_text()
    return text.split('data-over="', 1)[1][:10] + MORNING


# What is wider than the window or than what holds it, or is cut: nothing on a page of these widths.
CUT = """() => {
    const wide = [], room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > room) wide.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.body.querySelectorAll('*')) {
        if (element.closest('.vh, .skip, .sprite, [popover], [hidden]') || element.closest('svg')) continue;
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        if (!box.width || style.display === 'none' || style.clipPath === 'inset(50%)') continue;
        if (element.closest('thead') && style.position === 'absolute') continue;
        if (box.right > room + 1 || box.left < -1) wide.push(`${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
        if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
            wide.push(`cut: ${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
    }
    for (const text of document.querySelectorAll('svg text')) {
        const box = text.getBoundingClientRect();
        if (box.width && (box.right > room || box.left < 0)) wide.push(`an axis: ${text.textContent}`);
    }
    return wide.slice(0, 5);
}"""

# What lies over what: two cells of a row whose texts overlap.
OVERLAP = """() => {
    const found = [];
    for (const row of document.querySelectorAll('tr, .cmp .r, .run ul li:not(.q)')) {
        const boxes = [...row.children].map(child => {
            const texts = document.createTreeWalker(child, NodeFilter.SHOW_TEXT), box = [1e9, -1e9, 1e9, -1e9, child.textContent.slice(0, 30)];
            while (texts.nextNode()) {
                if (!texts.currentNode.data.trim() || texts.currentNode.parentElement.closest('.vh, svg')) continue;
                const range = document.createRange();
                range.selectNodeContents(texts.currentNode);
                for (const rect of range.getClientRects()) if (rect.width > 1) {
                    box[0] = Math.min(box[0], rect.left), box[1] = Math.max(box[1], rect.right);
                    box[2] = Math.min(box[2], rect.top), box[3] = Math.max(box[3], rect.bottom);
                }
            }
            return getComputedStyle(child).position === 'absolute' ? [1, 0] : box;
        }).filter(box => box[1] > box[0]);
        for (let one = 0; one < boxes.length; one++) for (let two = one + 1; two < boxes.length; two++) {
            const [a, b] = [boxes[one], boxes[two]];
            if (Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 2 && Math.min(a[3], b[3]) - Math.max(a[2], b[2]) > 3)
                found.push(`${a[4]} | ${b[4]}`);
        }
    }
    return found.slice(0, 5);
}"""

# Buttons, links and choices that a finger has to meet; words of a sentence that lead to a definition are text.
SMALL = """() => [...document.querySelectorAll('a, button:not(.def), select, summary, .pick label')].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && !element.closest('.skip, p, [popover]') && box.height < 31.5;
}).map(element => `${element.tagName}.${element.className} ${element.textContent.slice(0, 30)} ${element.getBoundingClientRect().height}`).slice(0, 5)"""


def readable(browser: Browser, path: Path, axe: str) -> None:
    """At three widths, by day and by night, in both languages: nothing is cut, and an automated checker finds nothing."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            size = {"width": width, "height": 900}
            with Opened(browser, path, morning(path), viewport=size, color_scheme=scheme) as opened:
                opened.page.evaluate(axe)
                for language in ("en", "zh"):
                    what = f"{path.parent.name}/{path.name} at {width} {scheme} {language}"
                    opened.language(language)
                    opened.open_everything()
                    expect(opened.page.evaluate("document.documentElement.lang") == language, f"{what}: its language")
                    for script, about in ((CUT, "cut or wide"), (OVERLAP, "overlaps"), (SMALL, "small to touch")):
                        found = opened.page.evaluate(script)
                        expect(not found, f"{what}: {about}: {found}")
                    found = opened.page.evaluate(
                        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                        ".map(one => `${one.id} ${one.nodes.length}: ${one.nodes[0].html.slice(0, 160)}`)"
                    )
                    expect(not found, f"{what}: axe: {found}")
                opened.quiet(str(path))


def by_keyboard(browser: Browser, path: Path) -> None:
    """The language, a sort, a link, a definition and a choice of place, with keys only; the language is remembered."""
    with Opened(browser, path, morning(path), viewport={"width": 1440, "height": 900}) as opened:
        page = opened.page
        press = page.keyboard.press
        press("Tab")
        expect(page.evaluate("document.activeElement.className") == "skip", "the first Tab is the skip link")
        press("Tab")
        press("Tab")
        expect(page.evaluate("document.activeElement.dataset.l") == "zh", "the language is two Tabs on")
        press("Enter")
        expect(page.evaluate("document.documentElement.lang") == "zh", "Enter switches the language")
        shown = page.evaluate("[...document.querySelectorAll('h1 > [lang]')].filter(e => e.offsetParent).map(e => e.lang)")
        expect(shown == ["zh"], f"one language is shown: {shown}")
        page.reload()
        expect(page.evaluate("document.documentElement.lang") == "zh", "the language is remembered")
        expect(page.title().startswith("晨间简报"), "the title is in it, too")
        opened.language("en")

        first = "[...document.querySelectorAll('.rank .sorted tr:not([hidden])')].map(row => row.querySelector('bdi').textContent)"
        before = page.evaluate(first)
        page.focus(".rank th:first-child .so")
        press("Enter")
        after = page.evaluate(first)
        expect(after == sorted(before, key=str.casefold), f"sorted by name: {after}")
        expect(page.get_attribute(".rank th:first-child", "aria-sort") == "ascending", "aria-sort follows")
        press("Enter")
        expect(page.evaluate(first) == after[::-1], "and the other way")
        page.focus(".rank th:nth-child(3) .so")
        press("Space")
        values = page.evaluate("[...document.querySelectorAll('.rank .sorted tr')].map(row => row.cells[2].dataset.v ?? null)")
        known = [float(value) for value in values if value is not None]
        expect(known == sorted(known, reverse=True), "sorted by what is proven, the best first")
        expect(values[len(known) :] == [None] * (len(values) - len(known)), "what is not known comes last")

        page.focus(".toc a")
        press("Enter")
        expect(page.evaluate("location.hash") == "#tonight", "a link leads to its section")
        page.focus(".cmp .def")
        press("Enter")
        expect(page.evaluate("document.querySelectorAll(':popover-open').length") == 1, "Enter opens a definition")
        press("Escape")
        expect(page.evaluate("document.querySelectorAll(':popover-open').length") == 0, "Escape closes it")

        choices = "[...document.querySelectorAll('#covers fieldset')].filter(f => f.querySelectorAll('input:enabled').length > 1)"
        if page.evaluate(f"{choices}.length"):
            before = page.inner_text(".rank caption")
            page.evaluate(f"{choices}[0].querySelector('input:checked').focus()")
            press("ArrowRight")
            after = page.inner_text(".rank caption")
            expect(before != after, f"an arrow picks another place than {before}")
            expect(page.inner_text(".heat caption b") == page.inner_text(".rank caption b"), "everywhere")
        opened.quiet("by keyboard")


def by_time(browser: Browser, path: Path) -> None:
    """What has begun is said when the page is looked at, and so is its age."""
    day = morning(path)[:10]
    starts = [part[:20].split('"')[0] for part in path.read_text().split('<ol class="run"', 1)[1].split('data-starts="')[1:]]
    with Opened(browser, path, f"{day}T05:00:00Z") as opened:
        expect(not opened.page.is_visible(".beg"), "in the morning nothing has begun")
        expect("tonight" in opened.page.inner_text("h1"), "and it is called tonight")
    with Opened(browser, path, min(starts)) as opened:
        expect(opened.page.locator(".run > li .beg:visible").count() >= 1, "at the first start it has begun")
        expect(opened.page.is_visible("p.now"), "and the page says how many have")
        opened.quiet("while it runs")
    with Opened(browser, path, f"{int(day[:4]) + 1}{day[4:]}T05:00:00Z") as opened:
        said = opened.page.inner_text("h1")
        expect(said.startswith("This brief is 365 days old."), f"an old page says its age first: {said}")
        expect("tonight" not in said and "Tonight" not in opened.page.inner_text("#tonight h2"), "and calls nothing tonight")


def without(browser: Browser, path: Path) -> None:
    """Without a script the decision is there in English; where nothing can be remembered, nothing is said."""
    with Opened(browser, path, java_script_enabled=False) as opened:
        text = opened.page.inner_text("body")
        expect("tonight" in text or "Nothing to decide" in text, "the decision is there without a script")
        expect(opened.page.locator(".pk:visible").count() == 0, "and nothing that would not work")
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})"
    with Opened(browser, path, morning(path), before=refuse) as opened:
        opened.language("zh")
        expect(opened.page.evaluate("document.documentElement.lang") == "zh", "the switch works where nothing is kept")
        opened.quiet("without a memory")


def broadcasts(browser: Browser, path: Path) -> None:
    """The script draws a broadcast as the page did: the first one, picked again, is the same to the letter."""
    with Opened(browser, path, morning(path)) as opened:
        page = opened.page
        if page.locator("select.rs").count() == 0:
            return
        drawn = "document.getElementById('rv').innerHTML"
        first = page.evaluate(drawn)
        page.select_option("select.rs:visible", "1")
        expect(page.evaluate(drawn) != first, f"{path.name}: another broadcast is another one")
        page.select_option("select.rs:visible", "0")
        again = page.evaluate(drawn)
        at = next((at for at, (one, other) in enumerate(zip(first, again)) if one != other), None)
        expect(first == again, f"{path.name}: the script draws otherwise: {first[at - 90 : at + 60] if at else len(first)} / {again[at - 90 : at + 60] if at else len(again)}")
        opened.quiet("broadcasts")


def on_paper(browser: Browser, path: Path, work: Path) -> None:
    """Page 1 holds the whole decision."""
    from pypdf import PdfReader

    with Opened(browser, path, morning(path)) as opened:
        lines = opened.page.evaluate("[...document.querySelectorAll('.run > li .m a')].map(a => a.innerText)")
        headline = opened.page.inner_text("h1").split(",")[0]
        pdf = work / f"{path.parent.name}-{path.stem}.pdf"
        opened.page.pdf(path=pdf, format="A4", prefer_css_page_size=True)
    first = " ".join(PdfReader(pdf).pages[0].extract_text().split())
    for wanted in [headline, *lines]:
        expect(" ".join(wanted.split()) in first, f"{path.name}: page 1 of the print has `{wanted}`")


def hostile(browser: Browser, path: Path) -> None:
    """Names that would run, and do not: in every place, in both languages, with everything open."""
    with Opened(browser, path, morning(path)) as opened:
        for language in ("en", "zh"):
            opened.language(language)
            opened.open_everything()
            brief_figures.every_place(opened.page)
        page = opened.page
        expect(page.locator("script[src], iframe, img, object, embed, form").count() == 0, f"{path}: no element of theirs")
        odd = "[...document.querySelectorAll('script')].filter(s => !['', 'application/json', 'text/plain'].includes(s.type) || (!s.type && s.parentNode !== document.head)).length"
        expect(page.evaluate(odd) == 0, f"{path}: no script of theirs")
        marked = page.evaluate("[...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'style'))")
        expect(not marked, f"{path}: no handler and no style")
        expect(page.evaluate("typeof window.hostile === 'undefined'"), f"{path}: nothing ran")
        expect("‮" not in page.content(), f"{path}: what steers is shown by its number")
        opened.quiet(str(path))


def newest(archive: Path) -> Path:
    pages = sorted(archive.glob("brief/as_of=*/index.html"))
    if not pages:
        raise SystemExit(f"no brief in {archive}")
    expect((archive / "brief/latest/index.html").read_bytes() == pages[-1].read_bytes(), "`latest` is the newest")
    return pages[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--axe", type=Path, required=True, help="axe.js of axe-core")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--archive", type=Path, help="the demo's archive")
    parser.add_argument("--hostile", type=Path, help="an archive whose names are hostile")
    parser.add_argument("--pages", type=Path, required=True, help="pages of briefs for tests")
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    axe = args.axe.read_text()
    made = {path.stem: path for path in sorted(args.pages.glob("*.html"))}
    published = [newest(archive) for archive in (args.archive, args.hostile) if archive]

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=args.chromium, args=FLAGS)
        for path in [*made.values(), *published]:
            size = path.stat().st_size
            print(f"{path}: {size:,} bytes")
            expect(size <= MOST_BYTES, f"{path}: {size} bytes")
            if path.stem != "sixty":
                readable(browser, path, axe)
            without(browser, path)
            broadcasts(browser, path)
        for path in [made["hostile"], *published[1:]]:
            hostile(browser, path)
        for path in [made["brief"], *published[:1]]:
            by_keyboard(browser, path)
            by_time(browser, path)
        for path in [made["brief"], made["stale"], *published[:1]]:
            on_paper(browser, path, args.work)
        for path, archive in zip(published, (args.archive, args.hostile)):
            with Opened(browser, path, morning(path)) as opened:
                count, wrong = brief_figures.compared(opened.page, archive)
                print(f"  {count} figures are those of the tables")
                expect(count > 0, f"{path}: there are figures")
                for line in wrong[:20]:
                    expect(False, line)
        record = bool(os.environ.get("COVERLEDGER_RECORD_BRIEF"))
        for line in brief_looks.compared(browser, made["brief"], published[0] if published else None, morning, args.work, record):
            expect(False, line)
        browser.close()
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
