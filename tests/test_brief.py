"""The brief: right in its figures, one file that asks nobody for anything, and safe to open."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from small_record import (
    agreement,
    edit_descriptor,
    framework,
    meeting,
    mention,
    person,
    read_small,
    set_cell,
    step,
    write_record,
)
from test_charts import contrast, rgb

from twoplustwo import Record, Selection, load
from twoplustwo.brief import NOTES_UP_TO, TEMPLATES, brief_html, css_text
from twoplustwo.export import Provenance
from twoplustwo.selection import FORMATS, View

ROOT = Path(__file__).parent.parent
ADDRESS = "https://example.org/overview?partner=GBR&v=2026.11.0"
MADE = date(2026, 12, 3)
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)></style>{{ 7 * 7 }}&amp;'


def brief(record: Record, selection: Selection | None = None, **stated: str) -> str:
    selection = selection or Selection()
    provenance = replace(Provenance.of(record, selection, ADDRESS), **stated)
    selected, series = selection.apply(record), selection.series().apply(record)
    return brief_html(record, selected, series, View("overview", selection), provenance, MADE)


def parse(text: str) -> Element:
    """The document as a browser reads it; anything that is not valid HTML raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def said(element: Element | None) -> str:
    """The text of an element, with single spaces."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def with_class(document: Element, name: str) -> Iterator[Element]:
    return (element for element in document.iter() if name in element.get("class", "").split())


def section(document: Element, heading: str) -> Element:
    (found,) = [part for part in document.iter("section") if said(part.find("h2")) == heading]
    return found


def lines(table: Element) -> list[list[str]]:
    return [[said(cell) for cell in line if cell.tag in {"th", "td"}] for line in table.iter("tr")]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Three meetings with the United Kingdom, one with France, one of another format."""
    return read_small(
        tmp_path_factory.mktemp("small"),
        meetings=[
            meeting("GBR", "2015-01-21", city="London", source_ids="first;second"),
            meeting("GBR", "2015-12-21", city="Tokyo", source_ids="second"),
            meeting("GBR", "2017-12-14", mode="virtual", outcome_document="Joint Statement"),
            meeting("FRA", "2014-01-09", city="Paris", end_date="2014-01-10"),
            meeting("GBR", "2025-03-07", "economic_two_plus_two"),
        ],
        participants=[
            person("gbr-2015-01-21", "Gen Nakatani", title="Minister of Defense"),
            person("gbr-2015-01-21", "Philip Hammond", "GBR", title="Foreign Secretary"),
        ],
        mentions=[
            mention("gbr-2015-01-21", "cyber", note="Talks agreed", source_id="third"),
            mention("gbr-2015-12-21", "cyber"),
            mention("gbr-2015-12-21", "space"),
            mention("gbr-2017-12-14", "space", "news"),
            mention("gbr-2017-12-14", "china"),
            mention("fra-2014-01-09", "cyber"),
        ],
        topics=["cyber", "space", "china", "climate"],
        agreements=[
            agreement("gbr-acsa", "acsa", "in_force", title="Supplies"),
            agreement("gbr-raa", "raa", "signed", title="Access"),
            agreement("fra-isa", "isa", "in_force", title="Secrets"),
        ],
        agreement_events=[
            step("gbr-acsa", "2017-01-01", "entered_into_force", "year"),
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-raa", "2023-01-01", "signed", "month"),
            step("fra-isa", "2011-10-24", "signed"),
        ],
        frameworks=[framework("GBR"), framework("FRA")],
    )


@pytest.fixture(scope="module")
def whole(small: Record) -> Element:
    return parse(brief(small))


# --- figures ----------------------------------------------------------------------------------


def test_headline_figures_are_those_counted_by_hand(whole: Element):
    shown = {
        said(figure.find("dt")): [said(line) for line in figure.iter("dd")]
        for figure in next(with_class(whole, "figures"))
    }
    assert shown == {
        "Meetings": ["4", "in this selection"],
        "Partners met": ["2", "2 active"],
        "Latest meeting": ["14 December 2017", "United Kingdom, by video link"],
        "Agreements in force": ["2", "of 3 on record whatever the years, as of 31 May 2026"],
    }


def test_the_matrix_counts_meetings_by_partner_and_year(whole: Element):
    (table,) = with_class(whole, "matrix")
    read = lines(table)
    assert read[1] == ["14", "15", "16", "17", *(str(year) for year in range(18, 27))]
    cells = {line[0]: line[1:] for line in read[2:]}
    assert list(cells) == ["France", "United Kingdom"]  # in the order in which their series began
    assert cells["France"] == ["1", *[""] * 12, "1"]
    assert cells["United Kingdom"] == ["", "2", "", "1", *[""] * 9, "3"]


def test_each_format_has_a_matrix_of_its_own_and_the_brief_says_what_stands_together(small: Record):
    document = parse(brief(small, Selection(formats=FORMATS)))
    captions = [said(table.find("caption")) for table in with_class(document, "matrix")]
    assert captions == ["Ministerial 2+2", "Economic 2+2"]
    assert "here they stand together: Ministerial 2+2 4, Economic 2+2 1." in said(document)


def test_cadence_names_gaps_days_since_and_the_day_they_run_to(whole: Element):
    part = section(whole, "Cadence")
    read = {line[0]: line[1:] for line in lines(part)[1:]}
    # 334 days and 724 days between them; 3,090 from 14 December 2017 to 31 May 2026.
    assert read["United Kingdom"] == [
        "Ministerial 2+2",
        "3",
        "21 January 2015",
        "14 December 2017",
        "529",
        "724",
        "3,090",
        "overdue",
    ]
    assert read["France"][-4:] == ["–", "–", "4,525", "met once"]
    assert "As of 31 May 2026, the day to which the sources reach." in said(part)


def test_cadence_of_past_years_runs_to_their_end(small: Record):
    document = parse(brief(small, Selection(to_year=2017)))
    assert "As of 31 December 2017, the end of the years selected." in said(section(document, "Cadence"))


def test_areas_stand_with_count_share_and_interval(whole: Element):
    part = section(whole, "Cooperation areas")
    # Wilson 95 % of 3 of 4: 30.1 to 95.4; of 2 of 4: 15.0 to 85.0; of 1 of 4: 4.6 to 69.9.
    assert lines(part)[1:] == [
        ["Cyber", "3 of 4", "75 % (30 to 95)"],
        ["Space", "2 of 4", "50 % (15 to 85)"],
        ["China", "1 of 4", "25 % (5 to 70)"],
    ]
    assert [bar.get("style") for bar in with_class(part, "bar")] == ["width:75%", "width:50%", "width:25%"]
    assert "not found in the texts read" in said(part)


def test_the_latest_meeting_of_a_series_stands_against_the_one_before(whole: Element):
    (change,) = section(whole, "New and dropped at the latest meetings").iter("li")
    assert said(change) == (
        "United Kingdom, Ministerial 2+2, 14 December 2017 (before it 21 December 2015). "
        "New: China. Dropped: Cyber."
    )


def test_agreements_show_status_and_every_step_as_exactly_as_it_is_known(whole: Element):
    part = section(whole, "Agreements")
    assert [said(heading) for heading in part.iter("h3")] == ["France", "United Kingdom"]
    secrets, supplies, access = (said(item) for item in part.iter("li"))
    assert secrets.startswith("Secrets (Information security)")
    assert "● In force: signed 24 October 2011" in secrets
    # A signature on a day of 2017 comes before an entry into force some day of 2017.
    assert "● In force: signed 26 January 2017; entered into force 2017" in supplies
    assert "◐ Signed: signed January 2023" in access
    assert "Statuses as of 31 May 2026" in said(part)


def test_meetings_stand_newest_first_with_place_people_document_and_areas(whole: Element):
    articles = list(whole.iter("article"))
    assert [said(article.find("h3")) for article in articles] == [
        "14 December 2017 · United Kingdom",
        "21 December 2015 · United Kingdom",
        "21 January 2015 · United Kingdom",
        "9 January 2014 to 10 January 2014 · France",
    ]
    newest, _, first, _ = (said(article) for article in articles)
    assert "Ministerial 2+2, by video link · Meeting · gbr-2017-12-14" in newest
    assert "Document Joint Statement" in newest
    assert "No participant found in the texts read." in newest
    assert "Who Philip Hammond (Foreign Secretary); Gen Nakatani (Minister of Defense)" in first
    assert "Cyber: Talks agreed (joint statement)" in first


def test_a_brief_of_many_meetings_names_the_areas_without_what_was_said(tmp_path: Path):
    days = [f"{year}-01-01" for year in range(2000, 2001 + NOTES_UP_TO)]
    many = read_small(
        tmp_path,
        meetings=[meeting("GBR", day) for day in days],
        mentions=[mention(f"gbr-{day}", "cyber", note="They spoke of it") for day in days],
    )
    text = brief(many)
    assert "They spoke of it" not in text
    assert f"stands in briefs of up to {NOTES_UP_TO} meetings" in text
    assert "They spoke of it" in brief(many, Selection(to_year=2011))


def test_footnotes_are_numbered_in_order_and_lead_to_their_source(whole: Element):
    (listed,) = with_class(whole, "sources")
    ids = [item.get("id") for item in listed]
    assert ids == [f"source-{number}" for number in range(1, len(ids) + 1)]
    refs = [link.get("href", "") for link in with_class(whole, "ref")]
    assert {ref.removeprefix("#") for ref in refs} == set(ids)
    assert list(dict.fromkeys(refs)) == [f"#{name}" for name in ids]
    titles = [said(item) for item in listed]
    assert titles[0] == "Statement source-1. Ministry, 2015 (read in full)"
    first = next(item for item in listed if "Statement first" in said(item))
    assert [link.get("href") for link in first.iter("a")] == ["https://example.org/first"]


def test_the_brief_states_version_selection_licence_link_citation_and_day(whole: Element, small: Record):
    footer = said(whole.find(".//footer"))
    for stated in ("2026.11.0", "CC-BY-4.0", ADDRESS, small.about.citation, "from=2011&to=2026"):
        assert stated in footer
    assert "Made 3 December 2026 from data version 2026.11.0." in said(whole)
    assert said(whole.find(".//h1")) == "All partners, 2014 to 2026, ministerial 2+2"
    trust = said(section(whole, "How far to trust it"))
    assert f"{small.about.coverage_note} The sources reach to 31 May 2026." in trust
    assert (
        "Of 4 meetings, 4 had at least one page read in full, and 0 had no cooperation area coded." in trust
    )


@pytest.mark.parametrize(
    "selection",
    [Selection(text="zzz"), Selection(partners=("FRA",), from_year=2020), Selection(formats=("summit",))],
    ids=str,
)
def test_an_empty_selection_says_so(small: Record, selection: Selection):
    document = parse(brief(small, selection))
    assert "No meeting on record fits all filters together." in said(section(document, "Meetings"))
    assert "Of 0 meetings" not in said(document)


# --- safety -----------------------------------------------------------------------------------

LOADING = {
    "script",
    "img",
    "link",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "base",
    "form",
    "svg",
}


def loads_nothing(text: str) -> None:
    document = parse(text)
    for element in document.iter():
        assert element.tag not in LOADING
        for name, value in element.attrib.items():
            assert name not in {"src", "srcset", "data", "poster", "background", "action"}
            assert not name.startswith("on")
            if name == "href":
                assert element.tag == "a"
                assert value.startswith(("https://", "http://", "#"))
    for style in document.iter("style"):
        assert not re.search(r"url\(|@import|expression|<", style.text or "")
    for element in document.iter():
        assert re.fullmatch(
            r"(--[a-z]+|width|left):[0-9.]+(%|rem)(;width:[0-9]+%)?", element.get("style", "left:0%")
        )


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(partners=("GBR",)), Selection(formats=FORMATS)], ids=str
)
def test_the_brief_of_the_record_is_valid_html_and_loads_nothing(record: Record, selection: Selection):
    loads_nothing(brief(record, selection))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A record that tries to write markup in every text that the brief shows."""
    folder = write_record(
        tmp_path_factory.mktemp("hostile"),
        meetings=[
            meeting("GBR", "2015-01-21", name=EVIL, city=EVIL, summary=EVIL, outcome_document=EVIL),
            meeting("GBR", "2016-01-21"),
        ],
        participants=[person("gbr-2015-01-21", EVIL, title=EVIL)],
        mentions=[mention("gbr-2015-01-21", "cyber", note=EVIL)],
        agreements=[agreement("gbr-acsa", "acsa", "signed", title=EVIL)],
        agreement_events=[step("gbr-acsa", "2016-02-01", "signed")],
    )
    for table, column in (
        ("partners", "name"),
        ("topics", "label"),
        ("sources", "title"),
        ("sources", "publisher"),
    ):
        set_cell(folder, table, 2, column, EVIL)
    edit_descriptor(folder, title=EVIL, citation=EVIL, licenses=[{"name": EVIL}])
    return load(folder)


def test_hostile_text_stays_text(hostile: Record):
    text = brief(hostile, words=EVIL, citation=EVIL, address=f"javascript:{EVIL}")
    loads_nothing(text)
    document = parse(text)
    title = document.find(".//title")
    assert title is not None
    assert EVIL in said(title)
    assert said(document).count(EVIL) >= 12
    assert "{{ 7 * 7 }}" in said(document)
    assert "javascript:" in said(document)  # written, and no link


def test_text_in_a_style_sheet_is_written_in_code_points():
    assert css_text('a</style>"1') == r"a\3c \2f style\3e \22 1"


# --- look -------------------------------------------------------------------------------------


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the template, for light and dark."""
    sheet = (TEMPLATES / "brief.html").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", sheet, flags=re.DOTALL)
    return {
        mode: dict(re.findall(r"--(\w+): (#\w+);", text)) for mode, text in (("light", light), ("dark", dark))
    }


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_brief_has_the_colours_of_the_dashboard(mode: str):
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][mode]
    ours = palettes()[mode]
    same = {
        "page": "backgroundColor",
        "panel": "secondaryBackgroundColor",
        "text": "textColor",
        "small": "grayTextColor",
        "line": "borderColor",
        "link": "linkColor",
        "late": "orangeTextColor",
    }
    assert {name: ours[name] for name in same} == {name: theme[key] for name, key in same.items()}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "page", 4.5),
        ("small", "page", 4.5),
        ("small", "panel", 4.5),
        ("link", "page", 4.5),
        ("late", "page", 4.5),
        ("text", "one", 4.5),
        ("text", "two", 4.5),
        ("text", "many", 4.5),
        ("range", "panel", 3),
    ],
)
def test_text_can_be_read_on_its_ground(mode: str, front: str, back: str, least: float):
    colours = palettes()[mode]
    assert contrast(rgb(colours[front]), rgb(colours[back])) >= least


@pytest.fixture(scope="module")
def files(record: Record, hostile: Record, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("briefs")
    for name, text in {
        "real": brief(record, Selection(partners=("GBR",))),
        "hostile": brief(hostile),
    }.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_offline_in_a_browser_it_asks_for_nothing_and_fits(
    browser: Any, files: list[Path], width: int, mode: str
):
    for path in files:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=mode)
        context.set_offline(True)
        page = context.new_page()
        requests: list[str] = []
        noise: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        page.on("console", lambda message, heard=noise: heard.append(message.text))
        page.on("pageerror", lambda error, heard=noise: heard.append(str(error)))
        page.on("dialog", lambda dialog, heard=noise: heard.append(dialog.message))
        page.goto(path.as_uri())
        assert requests == [path.as_uri()]
        assert noise == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == f"rgb{rgb(palettes()[mode]['page'])}"
        context.close()


def test_it_prints_on_a4(browser: Any, record: Record, tmp_path: Path):
    path = tmp_path / "brief.html"
    path.write_text(brief(record, Selection(partners=("DEU",))), encoding="utf-8")
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())
    content = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", content)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
    # What is wider than the sheet would be cut off: nothing is, in the width between the margins.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 672, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 672
    page.close()
