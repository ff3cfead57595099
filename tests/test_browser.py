"""The dashboard in a real browser: links, history, marks, downloads, widths, colours."""

from __future__ import annotations

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsing import HARMLESS, PAGES, PATIENCE, path_of
from server import ROOT, Server, running
from test_charts import contrast

from twoplustwo.dashboard.navigation import TITLES

with contextlib.suppress(ImportError):  # the fixture "browser" then says so
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

WITH_CHARTS = ("overview", "timeline", "partners", "topics", "agreements")
SUMMARY = re.compile(r"^[\d,]+ meetings? · ")

Visit = Callable[..., "Page"]


@pytest.fixture(scope="module")
def second_server() -> Iterator[Server]:
    """Another one, that has not seen the visitor who sends the link."""
    with running() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, server: Server, cache: BrowserContext) -> Iterator[Visit]:
    """Opens an address in a tab of its own, which to Streamlit is a session of its own."""
    opened = []

    def open_address(
        address: str, *, at: Server = server, stranger: bool = False, width: int = 1440, scheme: str = "light"
    ) -> Page:
        """A stranger comes with an empty browser; others have the dashboard's code in their cache."""
        opened.append(browser.new_context() if stranger else cache.new_page())
        page = opened[-1].new_page() if stranger else opened[-1]
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        go(page, at.address + address)
        return page

    yield open_address
    for tab_or_context in opened:
        tab_or_context.close()


def go(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page is there and Streamlit has nothing more to draw."""
    expect(summary(page)).to_be_visible()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()


def step_to(page: Page, name: str) -> None:
    """Follow the link to another page."""
    page.locator(".st-key-navigation").get_by_role("link", name=TITLES[name]).click()
    expect(heading(page, name)).to_be_visible()
    settled(page)


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=TITLES[name], exact=True, level=1)


def summary(page: Page) -> Locator:
    return page.get_by_text(SUMMARY)


def chart(page: Page, key: str) -> Locator:
    drawn = page.locator(f".st-key-{key} .js-plotly-plot")
    expect(drawn.locator("svg text").first).to_be_visible()
    return drawn


CONTROLS = ("partner", "years", "format", "topic", "basis")


def controls(page: Page) -> dict[str, str]:
    """What the filters show."""
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_count(4)
    expect(page.get_by_role("slider")).to_have_count(2)
    shown = {name: page.locator(f".st-key-{name}").inner_text() for name in CONTROLS}
    text = parse_qs(urlsplit(page.url).query).get("q", [""])[0]
    # The box stands there a moment before it holds the text of the link.
    expect(page.get_by_role("textbox", name="Text")).to_have_value(text)
    return shown | {"text": text}


def expect_controls(page: Page, shown: dict[str, str]) -> None:
    """Wait until the filters show the same as elsewhere or before."""
    for name in CONTROLS:
        expect(page.locator(f".st-key-{name}")).to_have_text(shown[name], use_inner_text=True)
    expect(page.get_by_role("textbox", name="Text")).to_have_value(shown["text"])


def choose_partner(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Partners")
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")


def type_text(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Text")
    box.fill(text)
    box.press("Enter")


def meetings_with(partner: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "meetings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if (row["partner"], row["format"]) == (partner, "two_plus_two")]


# --- links ------------------------------------------------------------------------------------


def test_the_first_visitor_after_a_start_may_come_by_a_deep_link(visit: Visit):
    with running() as cold:
        page = visit("/partners?partner=GBR&partner=AUS", at=cold, stranger=True)
        expect(heading(page, "partners")).to_be_visible()
        number = len(meetings_with("GBR")) + len(meetings_with("AUS"))
        expect(summary(page)).to_contain_text(f"{number} meetings · Australia, United Kingdom · ")
        assert controls(page)["partner"].split("\n")[-2:] == ["Australia", "United Kingdom"]


@pytest.mark.parametrize("name", PAGES)
def test_a_copied_address_shows_another_visitor_of_another_server_the_same(
    name: str, visit: Visit, server: Server, second_server: Server
):
    sender = visit(path_of(name))
    choose_partner(sender, "United Kingdom")
    sender.wait_for_url("**?partner=GBR")
    type_text(sender, "joint")
    sender.wait_for_url("**?partner=GBR&q=joint")
    expect(summary(sender)).to_contain_text("with “joint”")
    settled(sender)
    address = sender.url.removeprefix(server.address)
    reader = visit(address, at=second_server, stranger=True)
    expect(heading(reader, name)).to_be_visible()
    expect(summary(reader)).to_have_text(summary(sender).inner_text())
    expect_controls(reader, controls(sender))
    assert reader.url == second_server.address + address


def test_back_and_forward_step_through_the_filters_and_restore_the_controls(visit: Visit):
    page = visit("/timeline")
    states = [(page.url, summary(page).inner_text(), controls(page))]
    changes = [
        (lambda: choose_partner(page, "Germany"), "**/timeline?partner=DEU"),
        (lambda: type_text(page, "Tokyo"), "**/timeline?partner=DEU&q=Tokyo"),
        (
            lambda: page.get_by_role("button", name="Reset all filters").click(),
            re.compile(r"/timeline$"),
        ),
    ]
    for change, address in changes:
        change()
        page.wait_for_url(address)
        expect(summary(page)).not_to_have_text(states[-1][1])
        settled(page)
        states.append((page.url, summary(page).inner_text(), controls(page)))
    assert states[0] == states[3] != states[1] != states[2]
    back, forth = states[2::-1], states[1:]
    for step, expected in [(page.go_back, state) for state in back] + [
        (page.go_forward, state) for state in forth
    ]:
        step()
        address, words, shown = expected
        expect(page).to_have_url(address)
        expect(summary(page)).to_have_text(words)
        settled(page)
        expect_controls(page, shown)


def test_filters_go_along_from_page_to_page_with_one_step_of_history_each(visit: Visit):
    page = visit("/?partner=GBR&from=2010&q=joint")
    words, shown = summary(page).inner_text(), controls(page)
    steps = page.evaluate("history.length")
    for number, name in enumerate([*PAGES[1:], PAGES[0]], start=1):
        step_to(page, name)
        expect(page).to_have_url(re.compile(rf"/{path_of(name)[1:]}\?partner=GBR&from=2010&q=joint$"))
        expect(summary(page)).to_have_text(words)
        expect_controls(page, shown)
        assert page.evaluate("history.length") == steps + number
    page.go_back()
    expect(heading(page, PAGES[-1])).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/{PAGES[-1]}\?partner=GBR&from=2010&q=joint$"))


def test_a_mark_on_the_timeline_opens_its_record_and_back_closes_it(visit: Visit):
    page = visit("/timeline?partner=GBR")
    first = min(meetings_with("GBR"), key=lambda row: row["date"])
    drawn = chart(page, "timeline")
    # The first trace holds the ministerial meetings, in the order of the file.
    drawn.locator(".scatterlayer .trace").first.locator(".points path").first.click(force=True)
    page.wait_for_url(f"**/timeline?partner=GBR&id={first['meeting_id']}")
    facts = page.locator(".st-key-facts")
    expect(facts).to_contain_text(first["name"])
    expect(facts).to_contain_text(first["summary"])
    page.go_back()
    expect(page).to_have_url(re.compile(r"/timeline\?partner=GBR$"))
    expect(facts).to_have_count(0)


# --- what leaves, and what is said ------------------------------------------------------------


def test_no_request_leaves_for_another_host_and_nothing_fails_on_a_walk_over_all_pages(
    browser: Browser, server: Server
):
    asked: list[str] = []
    complaints: list[str] = []
    context = browser.new_context()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} {message.location['url']}")
            if message.type == "error"
            else None
        ),
    )
    go(page, f"{server.address}/{PAGES[-1]}?partner=AUS&partner=GBR")
    for name in PAGES:
        step_to(page, name)
        if name in WITH_CHARTS:
            page.get_by_text("Numbers and downloads").first.click()
            expect(page.get_by_test_id("stDownloadButton").first).to_be_visible()
    context.close()
    hosts = {address.split("/")[2] for address in asked if not address.startswith(("data:", "blob:"))}
    assert hosts == {server.address.removeprefix("http://")}
    assert not [text for text in complaints if not HARMLESS.search(text)]


MARKUP = (
    ":material/home: :streamlit: :red[c] $x$ https://x.example/y www.x.example a@x.example "
    "[a](https://x.example) ![i](x.png) <b>t</b> &lt; **b** ~~s~~ `c` <- -> -- >= <="
)


def test_markup_in_a_link_is_shown_letter_by_letter_and_nothing_of_it_can_be_clicked(visit: Visit):
    # Streamlit's own signs and bare addresses are seen by no other Markdown renderer than the browser's.
    page = visit(f"/?{urlencode({'q': MARKUP})}")
    line = summary(page).locator("xpath=ancestor-or-self::p")
    assert line.inner_text().replace("\u2060", "").endswith(f"with “{MARKUP}”")
    expect(line.locator("a, img, svg, code, em, del, b, span, [role=img]")).to_have_count(0)


# --- downloads --------------------------------------------------------------------------------


def test_the_numbers_below_a_chart_are_saved_as_csv(visit: Visit):
    page = visit("/?partner=GBR")
    page.get_by_text("Numbers and downloads").click()
    with page.expect_download() as saved:
        page.locator(".st-key-csv_partner-by-year").get_by_role("button").click()
    assert re.fullmatch(r"two-plus-two_\d{4}\.\d+\.\d+_partner-by-year\.csv", saved.value.suggested_filename)
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    years = Counter(row["date"][:4] for row in meetings_with("GBR"))
    assert {row["year"]: int(row["meetings"]) for row in rows} == years
    assert {row["partner"] for row in rows} == {"United Kingdom"}


def test_the_camera_saves_the_chart_as_png_and_on_choice_as_svg(visit: Visit):
    page = visit("/?partner=GBR")
    drawn = chart(page, "partner-by-year")

    def photograph() -> tuple[str, bytes]:
        # The figure is drawn anew after a choice; for a moment two of it are there.
        expect(drawn).to_have_count(1)
        drawn.hover()
        with page.expect_download() as saved:
            drawn.locator(".modebar-btn").click()
        return saved.value.suggested_filename, Path(saved.value.path()).read_bytes()

    name, image = photograph()
    assert name.endswith("_partner-by-year.png")
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    page.get_by_text("Numbers and downloads").click()
    page.get_by_text("SVG", exact=True).click()
    expect(drawn.locator(".modebar-btn").first).not_to_have_attribute("aria-label", re.compile("PNG"))
    settled(page)
    name, image = photograph()
    assert name.endswith("_partner-by-year.svg")
    assert image.startswith(b"<svg")
    assert b"United Kingdom" in image


# --- widths and colours -----------------------------------------------------------------------


DRAWN = """() => {
    const charts = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
    return charts.length > 0 && charts.every(chart => chart.querySelector("svg text"));
}"""


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_scrolls_sideways_in_light_or_dark(width: int, visit: Visit):
    page = visit("/?partner=AUS&partner=GBR", width=width)
    for name in PAGES:
        step_to(page, name)
        if name in WITH_CHARTS:
            page.wait_for_function(DRAWN)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Polled, since charts take the width of the page a moment later.
            page.wait_for_function(
                """() => [document.documentElement, ...document.querySelectorAll(
                    "[data-testid=stApp], [data-testid=stMain], [data-testid=stMainBlockContainer]"
                )].every(part => part.scrollWidth <= part.clientWidth)""",
                timeout=10_000,
            )


COLOURS = """kinds => [...document.querySelectorAll(kinds)].map(text => getComputedStyle(text).fill)"""
GROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
LABELS = ", ".join(
    f".js-plotly-plot {kind}" for kind in (".annotation text", ".xtick text", ".ytick text", ".legendtext")
)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", colour)[:3])


@pytest.mark.parametrize(
    ("scheme", "texts"),
    # In the dark every text is light; in the light the figures in dark cells are not dark.
    [("dark", ".js-plotly-plot text"), ("light", LABELS)],
)
def test_the_text_of_charts_stands_out_from_the_page(scheme: str, texts: str, visit: Visit):
    page = visit("/?partner=AUS&partner=GBR", scheme=scheme)
    ground = rgb(page.evaluate(GROUND))
    assert (max(ground) < 60) == (scheme == "dark")
    weak = {}
    for name in WITH_CHARTS:
        step_to(page, name)
        page.wait_for_function(DRAWN)
        colours = {rgb(colour) for colour in page.evaluate(COLOURS, texts)}
        assert colours
        weak[name] = {colour for colour in colours if contrast(colour, ground) < 4.5}
    assert not {name: colours for name, colours in weak.items() if colours}
