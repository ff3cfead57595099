"""One browser for all tests that need one: the Chromium that the machine has, and how to wait for a page."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
HOME = "overview"
PAGES = [HOME, *sorted(file.stem for file in ROOT.glob("pages/*.py") if file.stem != HOME)]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# A browser that asks for nothing by itself, so that every request is the dashboard's.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # ms; a cold page on a busy machine
# On a deep link Streamlit first looks for its own addresses below the page.
HARMLESS = re.compile(r"404 \(Not Found\) \S+/_stcore/(health|host-config)$")


def missing() -> str:
    """What a browser test lacks on this machine; empty if nothing."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if CHROMIUM else "no Chromium is on the PATH"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser, ended with the block."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def path_of(page: str) -> str:
    """The address of a page."""
    return "/" if page == HOME else f"/{page}"


# Two looks in a row find everything drawn and in the same place.
_AT_REST = """() => {
    const app = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]");
    const shown = part => part.checkVisibility();
    const waiting = !app || !document.querySelector("h1") ||
        [...document.querySelectorAll("[data-testid=stSkeleton]")].some(shown) ||
        [...document.querySelectorAll("[data-testid=stPlotlyChart]")].some(
            chart => shown(chart) && !chart.querySelector(".main-svg text")) ||
        [...document.querySelectorAll("[data-testid=stDataFrame]")].some(
            table => shown(table) && !table.querySelector("canvas"));
    const places = waiting ? null : [...document.querySelectorAll("body *")].map(part => {
        const {x, y, width, height} = part.getBoundingClientRect();
        return [x, y, width, height].map(Math.round).join();
    }).join(";");
    const same = places !== null && places === window.placesBefore;
    window.placesBefore = places;
    return same;
}"""


def at_rest(page: Page) -> None:
    """Wait until the page with all its charts and tables is drawn, and nothing of it moves any more."""
    page.evaluate("() => { window.placesBefore = undefined; }")
    page.wait_for_function(_AT_REST, polling=100)


def in_scheme(page: Page, scheme: str) -> None:
    """Let the visitor's machine turn to light or dark, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """scheme => {
            const app = document.querySelector("[data-testid=stApp]");
            return getComputedStyle(app).colorScheme === scheme;
        }""",
        arg=scheme,
    )
    at_rest(page)
