"""Every visitor: axe-core finds no violation of WCAG 2.2 A and AA on any page, in light and dark, on a phone
and on a laptop; charts speak; who asks for less motion gets none.

What is wrong in the frameworks themselves stands in a table below, by rule and element.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE, in_scheme
from conftest import lacking
from looks import SCHEMES, VIEWS, View, open_view
from server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

AXE = "axe-core@4.14.1"
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""The SHA-512 with which that version was published."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True)
class Known:
    """Something that is wrong, or that axe cannot judge, in an element that is not ours."""

    rule: str
    element: str
    """CSS selector of the elements that it holds for."""
    reason: str


VIOLATIONS: list[Known] = []
# What axe leaves to a human eye, and what ours saw.
UNDECIDED = [
    Known(
        "color-contrast",
        ".js-plotly-plot :is(text, tspan)",
        "axe does not see what lies behind the text of a drawing; test_browser and test_charts measure it",
    ),
    Known(
        "color-contrast",
        ".st-key-navigation *",
        "Streamlit's header lies over it, and axe does not see that it is transparent; the text has the "
        "colour of all others",
    ),
    Known(
        "color-contrast",
        "[data-testid=stTabs] [role=tab] *",
        "the line below the chosen tab is a pseudo element of Streamlit's; the text has the colour of links "
        "or of all others",
    ),
    Known(
        "aria-prohibited-attr",
        "[data-testid=stMultiSelect] [data-tag]",
        "Streamlit names the values chosen in a filter twice, as text and as label of an element without a "
        "role (streamlit/streamlit#16200 proposes one); both say the same",
    ),
]


@pytest.fixture(scope="module")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, fetched once by npm and checked against the hash of its publication."""
    folder = Path(request.config.cache.mkdir("axe-core"))
    archive = folder / f"{AXE.replace('@', '-')}.tgz"
    if not archive.exists():
        npm = shutil.which("npm")
        if not npm:
            lacking("npm is not on the PATH", "accessibility was not tested")
        command = [npm, "pack", AXE, "--pack-destination", str(folder), "--silent"]
        fetched = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False, cwd=folder
        )
        if fetched.returncode:
            lacking(f"npm did not fetch {AXE}: {fetched.stderr}", "accessibility was not tested")
    content = archive.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != INTEGRITY:
        archive.unlink()
        pytest.fail(f"{archive.name} is not what was published under that name.")
    with tarfile.open(archive) as files:
        source = files.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()


@dataclass(frozen=True)
class Finding:
    """One element that breaks a rule, or about which axe could not decide."""

    view: str
    rule: str
    target: str
    html: str
    message: str
    known: tuple[Known, ...]
    undecided: bool

    def __str__(self) -> str:
        return f"{self.view}: {self.rule} {self.target} {self.html} {self.message}"


RUN = """async ({tags, known, part}) => {
    const {violations, incomplete} = await axe.run(part, {
        runOnly: tags, rules: {"target-size": {enabled: true}}, resultTypes: ["violations", "incomplete"],
    });
    return [[violations, false], [incomplete, true]].flatMap(([rules, undecided]) => rules.flatMap(rule =>
        rule.nodes.map(node => {
            const part = document.querySelector(node.target.at(-1));
            return {
                rule: rule.id, undecided, target: node.target.join(" "), html: node.html.slice(0, 200),
                message: [...node.any, ...node.all, ...node.none].map(check => check.message).join("; "),
                known: known.map(selector => Boolean(part && part.matches(selector))),
            };
        })
    ));
}"""


def audited(page: Page, axe: str, name: str, part: str = "html") -> list[Finding]:
    """What axe finds on the page, or a part of it, as it stands."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(axe)
    entries = [*VIOLATIONS, *UNDECIDED]
    known = [entry.element for entry in entries]
    found = page.evaluate(RUN, {"tags": TAGS, "known": known, "part": part})
    return [
        Finding(
            view=name,
            rule=node["rule"],
            target=node["target"],
            html=node["html"],
            message=node["message"],
            undecided=node["undecided"],
            known=tuple(
                entry
                for entry, matches in zip(entries, node["known"], strict=True)
                if matches
                and entry.rule == node["rule"]
                and entry in (UNDECIDED if node["undecided"] else VIOLATIONS)
            ),
        )
        for node in found
    ]


Audit = Callable[[View, int], list[Finding]]


@pytest.fixture(scope="module")
def audit(cache: BrowserContext, server: Server, axe: str) -> Audit:
    """Audits a view in both schemes; each once, however many tests ask."""
    done: dict[tuple[str, int], list[Finding]] = {}

    def once(view: View, width: int) -> list[Finding]:
        if (view.name, width) not in done:
            page = cache.new_page()
            page.set_default_timeout(PATIENCE)
            page.emulate_media(color_scheme=SCHEMES[0])
            open_view(page, server.address, view, width)
            findings = []
            for scheme in SCHEMES:
                in_scheme(page, scheme)
                findings += audited(page, axe, f"{view.name}, {width} px, {scheme}", view.part)
            page.close()
            done[view.name, width] = findings
        return done[view.name, width]

    return once


ALL = [pytest.param(view, width, id=f"{view.name}-{width}") for view in VIEWS for width in view.widths]


@pytest.mark.parametrize(("view", "width"), ALL)
def test_axe_finds_no_violation_in_what_is_ours(view: View, width: int, audit: Audit):
    assert [str(finding) for finding in audit(view, width) if not finding.known] == []


def test_every_entry_of_the_tables_still_occurs(audit: Audit):
    occurring = {entry for param in ALL for finding in audit(*param.values) for entry in finding.known}
    assert [entry for entry in [*VIOLATIONS, *UNDECIDED] if entry not in occurring] == []


def test_axe_sees_a_violation(cache: BrowserContext, server: Server, axe: str):
    page = cache.new_page()
    open_view(page, server.address, VIEWS[0], 1440)
    page.evaluate(
        """() => {
            const image = document.createElement("img");
            image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
            const small = document.createElement("p");
            small.innerHTML = "<button style='width: 9px; height: 9px; padding: 0'>a</button>" +
                "<button style='width: 9px; height: 9px; padding: 0'>b</button>";
            const pale = document.createElement("p");
            pale.textContent = "pale";
            pale.style.cssText = "color: #bbb; background: #fff";
            document.querySelector("[data-testid=stMainBlockContainer]").append(image, small, pale);
        }"""
    )
    found = {finding.rule for finding in audited(page, axe, "broken") if not finding.undecided}
    page.close()
    assert found == {"image-alt", "target-size", "color-contrast"}


# --- charts -----------------------------------------------------------------------------------


CHARTS = """() => [...document.querySelectorAll("[data-testid=stPlotlyChart]")].map(chart => {
    const figure = chart.closest("[role=figure]") || chart.querySelector("[role=figure]");
    const keyed = chart.closest("[class*=st-key-]");
    return {
        key: /st-key-(\\S+)/.exec(keyed.className)[1],
        alt: figure && figure.getAttribute("aria-label"),
    };
})"""


@pytest.fixture
def page(cache: BrowserContext) -> Iterator[Page]:
    tab = cache.new_page()
    tab.set_default_timeout(PATIENCE)
    yield tab
    tab.close()


# Number of charts of each page.
DRAWN = {
    "overview": 1,
    "timeline": 1,
    "partners": 2,
    "topics": 3,
    "agreements": 4,
    "meetings": 0,
    "method": 0,
}


@pytest.mark.parametrize("name", list(DRAWN))
def test_every_chart_says_in_words_what_it_shows_and_has_its_numbers_in_a_table(
    name: str, page: Page, server: Server
):
    open_view(page, server.address, next(view for view in VIEWS if view.name == name), 1440)
    charts = page.evaluate(CHARTS)
    assert len(charts) == DRAWN[name]
    assert len({chart["key"] for chart in charts}) == len(charts)
    for chart in charts:
        assert re.search(r"\d", chart["alt"] or ""), chart
        assert re.search(r"[A-Z][a-z]+ \w+", chart["alt"]), chart
        fold = page.locator(f".st-key-numbers_{chart['key']}")
        fold.locator("summary").click()
        fold.get_by_test_id("stDataFrame").wait_for()
        page.locator(f".st-key-csv_{chart['key']} button").wait_for()


# --- motion -----------------------------------------------------------------------------------

MOVING = """() => {
    const long = times => times.split(",").some(time => parseFloat(time) > 0.01);  // s
    const moving = [];
    for (const part of document.querySelectorAll("body, body *"))
        for (const pseudo of [null, "::before", "::after"]) {
            const style = getComputedStyle(part, pseudo);
            if ((style.animationName !== "none" && long(style.animationDuration)) ||
                long(style.transitionDuration) || style.scrollBehavior === "smooth")
                moving.push(`${part.tagName} ${part.dataset.testid || part.className} ${pseudo || ""}`);
        }
    return moving;
}"""


def test_who_asks_for_less_motion_gets_none(cache: BrowserContext, server: Server):
    for view in VIEWS:
        if view.act:
            page = cache.new_page()
            page.set_default_timeout(PATIENCE)
            page.emulate_media(reduced_motion="no-preference")
            open_view(page, server.address, view, view.widths[0])
            assert page.evaluate(MOVING)  # the measure sees the transitions of Streamlit's buttons
            page.emulate_media(reduced_motion="reduce")
            assert page.evaluate(MOVING) == []
            page.close()
