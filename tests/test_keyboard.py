"""Every task by keyboard alone, with the focus in sight at each step."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, at_rest
from server import Server

with contextlib.suppress(ImportError):  # the fixture "browser" then says so
    from playwright.sync_api import Browser, Page, expect

FAR = 60  # steps with the Tab key that somebody may need at most

FOCUS = """() => {
    const part = document.activeElement;
    const words = [part.getAttribute("aria-label"), part.labels && part.labels[0]?.innerText, part.innerText];
    const {left, top, right, bottom} = part.getBoundingClientRect();
    return {
        tag: part.tagName, role: part.getAttribute("role") || part.type || "",
        name: words.filter(Boolean).map(text => text.replace(/\\s+/g, " ").trim().slice(0, 80))[0] || "",
        within: [...(function* () { for (let at = part; at; at = at.parentElement) yield at.className; })()]
            .filter(name => typeof name === "string").join(" "),
        inSight: right > 0 && bottom > 0 && left < innerWidth && top < innerHeight,
    };
}"""
# How the focused element and what surrounds it look, once nothing changes any more.
LOOK = """
    const look = part => {
        const style = getComputedStyle(part);
        return ["outline", "boxShadow", "borderColor", "backgroundColor", "color", "opacity", "fill"]
            .map(name => style[name]).join();
    };
    const changing = document.getAnimations().filter(run => run instanceof CSSTransition);
    await Promise.all(changing.map(run => run.finished.catch(() => null)));
"""
REMEMBER = f"""async () => {{{LOOK}
    let around = document.activeElement;
    if (around === document.body) return window.focused = null;
    for (let level = 0; level < 6 && around.parentElement !== document.body; level++) {{
        if (around.parentElement.querySelectorAll(":not(canvas *)").length > 60) break;
        around = around.parentElement;
    }}
    const parts = [around, ...around.querySelectorAll(":not(canvas *)")];
    window.focused = {{part: document.activeElement, parts, look: parts.map(look).join(";")}};
}}"""
LOOKED_DIFFERENT = f"""async () => {{{LOOK}
    const last = window.focused;  // within a table a step may lead from cell to cell
    return !last || last.part === document.activeElement || last.parts.map(look).join(";") !== last.look;
}}"""


class Keys:
    """A visitor with a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.at: dict[str, Any] = {}

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab(self, key: str = "Tab") -> None:
        """One step on; what is left must have looked different while it had the focus."""
        last = self.at
        self.page.evaluate(REMEMBER)
        self.press(key)
        self.at = self.page.evaluate(FOCUS)
        assert self.page.evaluate(LOOKED_DIFFERENT), f"nothing shows the focus on {last}"
        assert self.at["tag"] == "BODY" or self.at["inSight"], f"out of sight: {self.at}"

    def tab_to(self, name: str, *, role: str = "", within: str = "", key: str = "Tab") -> None:
        """Step on to the control of that name."""
        for _ in range(FAR):
            self.tab(key)
            if (
                self.at["tag"] != "MAIN"  # scrolls with the arrows
                and re.search(name, self.at["name"])
                and role in (self.at["role"], "")
                and within in self.at["within"]
            ):
                return
        pytest.fail(f"{FAR} steps did not lead to {name!r} {role}; the last was {self.at}")


@pytest.fixture(scope="module")
def context(browser: Browser, server: Server) -> Iterator[Any]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.address)
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def keys(context: Any, server: Server) -> Iterator[Keys]:
    page = context.new_page()
    page.goto(server.address)
    at_rest(page)
    yield Keys(page)
    page.close()


def test_the_years_are_set_with_the_arrows(keys: Keys):
    keys.tab_to("Years", role="range")
    keys.press(*["ArrowRight"] * 3)
    keys.page.wait_for_url("**/?from=1997")
    keys.tab_to("Years", role="range")
    keys.press("ArrowLeft")
    keys.page.wait_for_url("**/?from=1997&to=2025")
    expect(keys.page.get_by_text(re.compile(r"^\d+ meetings · all partners · 1997 to 2025"))).to_be_visible()


def test_two_partners_are_compared(keys: Keys):
    keys.tab_to("^Partners$", within="st-key-navigation")
    keys.press("Enter")
    keys.page.wait_for_url("**/partners")
    at_rest(keys.page)
    keys.tab_to("^Partners$", role="combobox", key="Shift+Tab")
    for name in ("United Kingdom", "Australia"):
        keys.page.keyboard.type(name)
        expect(keys.page.get_by_role("option", name=name)).to_be_visible()
        keys.press("Enter")
    keys.page.wait_for_url("**/partners?partner=AUS&partner=GBR")
    keys.press("Escape")
    expect(keys.page.get_by_role("heading", name="Cadence")).to_be_visible()
    at_rest(keys.page)
    keys.tab_to("Calendar")
    keys.press("ArrowRight", "Space")
    keys.page.wait_for_url("**/partners?partner=AUS&partner=GBR&align=ordinal")


def test_a_meeting_is_opened(keys: Keys):
    keys.tab_to(r"\d{4} · .* · Ministerial 2\+2")
    keys.press("Enter")
    keys.page.wait_for_url(re.compile(r"/meetings\?id=[a-z]{3}-\d{4}-\d\d-\d\d$"))
    expect(keys.page.locator(".st-key-facts h2")).to_be_visible()
    at_rest(keys.page)
    keys.tab_to("^(close )?Close$")
    keys.press("Enter")
    keys.page.wait_for_url("**/meetings")


def test_the_link_is_copied(keys: Keys):
    keys.tab_to("Share and cite")
    keys.press("Enter")
    link = keys.page.locator(".st-key-share").get_by_test_id("stCode").first
    expect(link).to_be_visible()
    at_rest(keys.page)
    keys.tab_to("[Cc]opy", within="st-key-share")
    keys.press("Enter")
    keys.page.wait_for_function("async () => Boolean(await navigator.clipboard.readText())")
    copied = keys.page.evaluate("navigator.clipboard.readText()")
    assert copied == link.inner_text().strip()
    keys.page.goto(copied)
    expect(keys.page.get_by_role("heading", name="Overview", level=1)).to_be_visible()


def test_the_table_below_a_chart_is_downloaded(keys: Keys):
    keys.tab_to("Numbers and downloads")
    keys.press("Enter")
    expect(keys.page.get_by_test_id("stDownloadButton").first).to_be_visible()
    at_rest(keys.page)
    keys.tab_to("CSV", within="st-key-csv_")
    with keys.page.expect_download() as saved:
        keys.press("Enter")
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert {"partner", "year", "meetings"} <= set(rows[0])


def test_the_first_step_leads_past_the_filters(keys: Keys):
    keys.tab_to("Skip to main content")
    keys.press("Enter")
    keys.tab()
    assert "stMain" in keys.at["within"]


def test_on_a_phone_the_focus_passes_the_folded_filters_by_and_they_open(context: Any, server: Server):
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(server.address)
    at_rest(page)
    keys = Keys(page)
    keys.tab_to("Numbers and downloads")  # each step is looked at
    keys.tab_to("Expand sidebar", key="Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="Text")).to_be_in_viewport()
    at_rest(page)
    keys.tab_to("^Partners$", role="combobox")
    page.close()
