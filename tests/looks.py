"""Pictures of every page, and what a program can see to be wrong with them.

``python tests/looks.py [folder]`` makes the pictures: each page in light and dark, 390 and 1440 px wide, in
full length. ``test_looks`` runs the checks on the same views.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from browsing import HARMLESS, PAGES, PATIENCE, ROOT, at_rest, chromium, missing, path_of
from server import running

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

WIDTHS = (390, 1440)
HEIGHT = 900
SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class View:
    """What a visitor may look at: an address, and what is done there."""

    name: str
    address: str
    act: Callable[[Page], None] | None = None
    widths: tuple[int, ...] = WIDTHS
    part: str = "html"
    """CSS selector of what lies above the rest, if anything does."""


def _share(page: Page) -> None:
    page.get_by_text("Share and cite").click()
    page.locator(".st-key-share").get_by_role("tab").last.wait_for()


def _numbers(page: Page) -> None:
    page.get_by_text("Numbers and downloads").first.click()
    page.locator("[class*=st-key-numbers_] [data-testid=stDownloadButton]").last.wait_for()


def _filters(page: Page) -> None:
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("textbox", name="Text").wait_for()


ADDRESSES = {
    **{page: path_of(page) for page in PAGES},
    "timeline": "/timeline?context=cabinet&context=event",
    "partners": "/partners?partner=GBR&partner=AUS",
}
VIEWS = [
    *(View(name, address) for name, address in ADDRESSES.items()),
    *(
        View(f"{name}-ja", f"{address}{'&' if '?' in address else '?'}lang=ja")
        for name, address in ADDRESSES.items()
    ),
    View("meetings-record", "/meetings?id=gbr-2015-01-21"),
    View("meetings-record-ja", "/meetings?id=gbr-2015-01-21&lang=ja"),
    View("overview-numbers", "/", _numbers),
    View("overview-empty", "/?partner=GBR&from=2024&to=2025"),
    View("partners-share", "/partners?partner=GBR&partner=AUS", _share),
    View("overview-filters", "/", _filters, (390,), part="[data-testid=stSidebar]"),
]


@contextmanager
def watched(page: Page, server: str) -> Iterator[list[str]]:
    """The errors that a page reports and the requests that it sends to another host, in a growing list."""
    complaints: list[str] = []
    ours = re.compile(rf"(data|blob):|(http|ws)://{re.escape(server.removeprefix('http://'))}(/|$)")

    def asked(url: str) -> None:
        if not ours.match(url):
            complaints.append(f"request to another host: {url}")

    def said(message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location['url']}"
        if message.type == "error" and not HARMLESS.search(text):
            complaints.append(f"console error: {text}")

    listeners = {
        "request": lambda request: asked(request.url),
        "websocket": lambda socket: asked(socket.url),
        "pageerror": lambda error: complaints.append(f"page error: {error}"),
        "console": said,
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield complaints
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def open_view(page: Page, server: str, view: View, width: int) -> None:
    """Open a view in a window of that width, long enough to show all of it."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.add_init_script("localStorage.clear()")  # Streamlit would remember that the filters were opened
    page.goto(server + view.address)
    at_rest(page)
    if view.act:
        view.act(page)
        at_rest(page)
    if view.part == "html":
        length = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(HEIGHT, length)})
        at_rest(page)


# Parts that are wider or longer than they show, and why that is right. CSS selector -> reason.
MEANT = {
    "[data-testid=stDataFrame] *": "a table with more columns or rows than fit scrolls within itself",
    "[data-testid=stTabs] [role=tablist]": "a row of tabs scrolls within itself, with buttons to do so",
}

_FAULTS = """meant => {
    const faults = [];
    const tolerated = 2;  // px by which two boxes of text may run into one another: they hold no ink there
    const said = text => "“" + text.trim().replace(/\\s+/g, " ").slice(0, 60) + "”";
    const seen = part => part.checkVisibility({opacityProperty: true, visibilityProperty: true}) &&
        !part.closest("[data-testid=stSidebar][data-collapsed=true]");
    const hidden = part => {  // for screen readers only
        for (let at = part; at && at !== document.body; at = at.parentElement) {
            const style = getComputedStyle(at), box = at.getBoundingClientRect();
            if (style.clip !== "auto" && style.position === "absolute") return true;
            if (style.overflow !== "visible" && box.width <= 1 && box.height <= 1) return true;
        }
        return false;
    };
    const scroller = part => {
        for (let at = part.parentElement; at && at !== document.body; at = at.parentElement)
            if (/(auto|scroll)/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth)
                return at;
        return null;
    };
    const above = "[data-testid=stPopoverBody], [data-testid=stSidebar], [data-testid=stHeader], " +
        "[data-testid=stToast], [data-testid=stDialog], [data-testid=stTooltipContent]";

    // 1. the page itself
    for (const part of [document.documentElement, ...document.querySelectorAll(
        "[data-testid=stApp], [data-testid=stMain], [data-testid=stMainBlockContainer]")])
        if (part.scrollWidth > part.clientWidth)
            faults.push(`the page scrolls sideways: ${part.dataset.testid || part.tagName} is ` +
                `${part.scrollWidth} px wide in ${part.clientWidth} px`);
    for (const part of document.querySelectorAll("[data-testid=stException]"))
        faults.push(`an exception is shown: ${said(part.textContent)}`);

    // 2. every piece of text with its box: a line of HTML text, a text of a chart
    const pieces = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const parent = node.parentElement;
        if (!node.data.trim() || parent.closest("svg, script, style, canvas, noscript")) continue;
        if (!seen(parent) || hidden(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects())
            pieces.push({part: parent, text: node.data, box, layer: parent.closest(above), svg: null});
    }
    for (const text of document.querySelectorAll("svg text")) {
        if (!text.textContent.trim() || !seen(text) || text.closest(".hoverlayer, .modebar")) continue;
        const lines = [...text.querySelectorAll("tspan.line")];
        for (const line of lines.length ? lines : [text]) {
            const box = line.getBoundingClientRect();
            if (box.width)
                pieces.push({part: line, text: line.textContent, box, layer: text.closest(above),
                             svg: text.ownerSVGElement});
        }
    }
    const scrolled = new Map(pieces.map(piece => [piece, piece.svg ? null : scroller(piece.part)]));

    // 3. text that overlaps
    pieces.sort((one, other) => one.box.top - other.box.top);
    pieces.forEach((one, index) => {
        for (let next = index + 1; next < pieces.length; next++) {
            const other = pieces[next];
            if (other.box.top >= one.box.bottom - tolerated) break;
            if (one.layer !== other.layer || one.part === other.part) continue;
            if (scrolled.get(one) !== scrolled.get(other)) continue;
            const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
            const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
            if (wide > tolerated && high > tolerated)
                faults.push(`text overlaps: ${said(one.text)} and ${said(other.text)} by ` +
                    `${Math.round(wide)} x ${Math.round(high)} px`);
        }
    });

    // 4. text that is cut off: by the window, by the box of its chart, by its own box
    const edge = document.documentElement.clientWidth;
    for (const {part, text, box, layer, svg} of pieces) {
        if (!layer && !scroller(part) && (box.left < -1 || box.right > edge + 1))
            faults.push(`text leaves the window: ${said(text)}`);
        if (!svg) continue;
        const frames = [svg.getBoundingClientRect()];
        for (let at = part; at && at !== svg; at = at.parentElement) {
            const name = /url\\("?#([^")]+)"?\\)/.exec(at.getAttribute("clip-path") || "");
            const rect = name && document.getElementById(name[1])?.querySelector("rect");
            if (!rect) continue;
            const matrix = at.getScreenCTM();
            const [x, y, width, height] = ["x", "y", "width", "height"].map(side => rect[side].baseVal.value);
            const start = new DOMPoint(x, y).matrixTransform(matrix);
            const end = new DOMPoint(x + width, y + height).matrixTransform(matrix);
            frames.push({left: start.x, top: start.y, right: end.x, bottom: end.y});
        }
        if (frames.some(frame => box.left < frame.left - tolerated || box.right > frame.right + tolerated ||
                box.top < frame.top - tolerated || box.bottom > frame.bottom + tolerated))
            faults.push(`text of a chart is cut off: ${said(text)}`);
    }
    for (const part of document.querySelectorAll("body *")) {
        if (part.closest("svg, canvas") || !seen(part) || hidden(part)) continue;
        const style = getComputedStyle(part);
        const cuts = flow => flow === "hidden" || flow === "clip";
        const tooWide = part.scrollWidth > part.clientWidth + 1 && cuts(style.overflowX);
        const tooLong = part.scrollHeight > part.clientHeight + tolerated && cuts(style.overflowY);
        if (!part.textContent.trim() && part.tagName !== "INPUT") continue;
        if (style.display === "inline" || !part.clientWidth || !(tooWide || tooLong)) continue;
        if (!part.matches(meant))
            faults.push(`text is cut off: ${said(part.textContent || part.placeholder)} in ` +
                `${part.dataset.testid || part.tagName} ${part.className}, ${part.scrollWidth} x ` +
                `${part.scrollHeight} px in ${part.clientWidth} x ${part.clientHeight} px`);
    }
    for (const input of document.querySelectorAll("input[placeholder]"))
        if (seen(input) && !input.value && input.scrollWidth > input.clientWidth + 1)
            faults.push(`text is cut off: ${said(input.placeholder)} in an input`);
    return [...new Set(faults)];
}"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in a sentence each.

    Overlapping or cut-off text, a page that scrolls sideways, an exception on screen.
    """
    return page.evaluate(_FAULTS, ", ".join(MEANT))


def main(folder: Path) -> None:
    """Make the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with running() as server, chromium() as browser:
        for scheme in SCHEMES:
            context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
            context.set_default_timeout(PATIENCE)
            for view in VIEWS:
                for width in view.widths:
                    page = context.new_page()
                    open_view(page, server.address, view, width)
                    page.screenshot(path=folder / f"{view.name}-{width}-{scheme}.png")
                    page.close()
            context.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")  # noqa: T201 a command prints


if __name__ == "__main__":
    if lacking := missing():
        sys.exit(f"No pictures: {lacking}.")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots")
    main(parser.parse_args().folder)
