"""Every page looks right in a real browser: no text over text, none cut off, nothing that scrolls sideways,
no error in the console, no request to another host. And each of these checks can fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE, in_scheme
from looks import SCHEMES, VIEWS, View, faults, open_view, watched
from server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# 720 px are what a window of 1440 px has left at 200 % zoom; 320 px are those of WCAG 2.2, 1.4.10 Reflow,
# and 200 % zoom on the widest phones is less than that.
ZOOMED = (720, 320)


@pytest.fixture
def page(cache: BrowserContext) -> Iterator[Page]:
    tab = cache.new_page()
    tab.set_default_timeout(PATIENCE)
    yield tab
    tab.close()


@pytest.mark.parametrize(
    ("view", "width"),
    [pytest.param(view, width, id=f"{view.name}-{width}") for view in VIEWS for width in view.widths],
)
def test_a_page_looks_right_in_light_and_dark(view: View, width: int, page: Page, server: Server):
    found = {}
    with watched(page, server.address) as complaints:
        # The machine of the visitor turns from one to the other while the page is open: half of the
        # views begin in the light, half in the dark.
        first, second = SCHEMES if width > 400 else reversed(SCHEMES)
        page.emulate_media(color_scheme=first)
        open_view(page, server.address, view, width)
        found[first] = faults(page)
        in_scheme(page, second)
        found[second] = faults(page)
    assert found == {"light": [], "dark": []}
    assert complaints == []


@pytest.mark.parametrize("width", ZOOMED)
@pytest.mark.parametrize("view", [pytest.param(view, id=view.name) for view in VIEWS if not view.act])
def test_zoomed_to_200_percent_a_page_loses_nothing_and_does_not_scroll_sideways(
    view: View, width: int, page: Page, server: Server
):
    open_view(page, server.address, view, width)
    # WCAG lets diagrams be wider than 320 px; what is cut off there stands in the table below the chart.
    allowed = "text of a chart is cut off" if width < 390 else " "
    assert [fault for fault in faults(page) if not fault.startswith(allowed)] == []


# --- the checks see what they are made for ------------------------------------------------------

MOVED_LABEL = """() => {
    const [first, second] = document.querySelectorAll(".js-plotly-plot svg text");
    const {x, y} = first.getBoundingClientRect(), old = second.getBoundingClientRect();
    second.parentElement.style.transform = `translate(${x - old.x}px, ${y - old.y + 4}px)`;
}"""
MOVED_OUT_OF_CHART = """() => {
    const label = document.querySelector(".js-plotly-plot svg text");
    label.parentElement.style.transform = "translateX(-300px)";
}"""
TITLE_OVER_CHART = """() => {
    document.querySelector("[data-testid=stPlotlyChart]").style.transform = "translateY(-60px)";
}"""
CUT_OFF = """() => {
    const heading = document.querySelector("h3");
    heading.style.cssText = "width: 60px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap";
}"""
CUT_OFF_BELOW = """() => {
    const line = document.querySelector("[data-testid=stMarkdown] p");
    line.style.cssText = "display: block; height: 6px; overflow: hidden";
}"""
WIDE = """() => {
    const wide = document.createElement("div");
    wide.style.cssText = "width: 3000px; height: 10px; flex: none";
    document.querySelector("[data-testid=stMainBlockContainer]").append(wide);
}"""
OUT_OF_WINDOW = """() => {
    document.querySelector("h1").style.cssText = "position: fixed; left: -40px; top: 300px";
}"""
DEFECTS = [
    ("text overlaps", MOVED_LABEL),
    ("text overlaps", TITLE_OVER_CHART),
    ("text of a chart is cut off", MOVED_OUT_OF_CHART),
    ("text is cut off", CUT_OFF),
    ("text is cut off", CUT_OFF_BELOW),
    ("the page scrolls sideways", WIDE),
    ("text leaves the window", OUT_OF_WINDOW),
    ("console error", "() => console.error('broken')"),
    ("page error", "() => { setTimeout(() => { throw new Error('broken'); }); }"),
    ("request to another host", "() => { new Image().src = 'http://elsewhere.invalid/x.png'; }"),
]


@pytest.fixture(scope="module")
def whole(cache: BrowserContext, server: Server) -> Iterator[Callable[[], Page]]:
    """The overview, whole again each time."""
    tab = cache.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.route("http://elsewhere.invalid/**", lambda route: route.abort())

    def opened() -> Page:
        open_view(tab, server.address, VIEWS[0], 1440)
        return tab

    yield opened
    tab.close()


@pytest.mark.parametrize(("told", "defect"), DEFECTS)
def test_a_defect_is_reported(told: str, defect: str, whole: Callable[[], Page], server: Server):
    page = whole()
    assert faults(page) == []
    with watched(page, server.address) as complaints:
        page.evaluate(defect)
        # An error or a request is told a moment later.
        end = time.monotonic() + 5
        said = faults(page)
        while not any(sentence.startswith(told) for sentence in said) and time.monotonic() < end:
            page.wait_for_timeout(50)
            said = [*faults(page), *complaints]
    assert [sentence for sentence in said if sentence.startswith(told)]
