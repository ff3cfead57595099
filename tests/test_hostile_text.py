"""A record whose every text tries to be more than text: on pages, in charts, in files it stays letters.

Each device below has a word of its own that occurs nowhere else. Where the device worked, its word
stands without the signs around it; so wherever a word is read, its whole device must be read.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree as ET

import feedparser
import html5lib
import icalendar
import openpyxl
import pandas as pd
import pytest
from browsing import PATIENCE, at_rest, path_of
from server import ROOT, Server, running
from small_record import (
    agreement,
    context,
    edit_descriptor,
    framework,
    meeting,
    mention,
    person,
    read_rows,
    step,
    write_record,
    write_table,
)
from streamlit.testing.v1 import AppTest
from test_pages import PAGES, SCRIPT

from twoplustwo import Record, Selection, brief, export, feeds, load, shared
from twoplustwo.record import person_id, table_schemas
from twoplustwo.selection import FORMATS, View

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DEVICES = {
    "zqbold": "**zqbold**",
    "zqem": "_zqem_",
    "zqstrike": "~~zqstrike~~",
    "zqcode": "`zqcode`",
    "zqtag": "<b>zqtag</b>",
    "zqimage": "<img src=x onerror=alert('zqimage')>",
    "zqscript": "<script>alert('zqscript')</script>",
    "zqanchor": '<a href="https://zqhref.example/">zqanchor</a>',
    "zqlink": "[zqlink](https://zqlinked.example)",
    "zqpicture": "![zqpicture](https://zqpictured.example/a.png)",
    "zqmaths": "$zqmaths$",
    "zqlatex": r"\textbf{zqlatex}",
    "zqcolour": ":red[zqcolour]",
    "zqicon": ":material/home:zqicon:smile:",
    "zqentity": "&lt;zqentity&gt;&#60;",
    "zqaddress": "https://zqaddress.example/a?b=c",
    "zqwww": "www.zqwww.example",
    "zqmail": "someone@zqmail.example",
    "zqfoot": "[^zqfoot]",
    "zqtable": "| zqtable |",
    "zqarrow": "->zqarrow<-",
    "zqdash": "--zqdash--",
    "zqbrace": "{{ zqbrace }} %{zqbrace}",
    "zqquote": "\"'zqquote'\"",  # curly ones are turned within a citation, as its style asks
    "zqhebrew": "שלום zqhebrew مرحبا",
}
FORMULAS = ("=", "+", "-", "@", "# ", "> ", "1. ", "- ", "|", "    ", "\\")
"""What a text begins with, one after the other: formulas, headings, quotes, lists, tables, code."""
ADDRESS = "https://source.example/%28zq\\[a](b)<c>\"'`$d$*e*_f_:red[g]"
WITHIN = unquote(ADDRESS)
LONG_WORD = "Zqlong" * 300
BREAKS = "\n\n    zqnext\n# zqnext\n\n- zqnext\n> zqnext\tzqnext"
BRITISH, AMERICAN, ACSA = "gbr-2015-01-21", "usa-2014-05-06", "gbr-acsa"
TOPICS = ("cyber", "space", "indo_pacific")


def free_text(schema: dict[str, Any]) -> list[str]:
    """The columns of a table that may hold any text."""
    closed = {"meeting_id", "topic_id", "partner", "agreement_id", "source_id", "person_id"}
    return [
        field["name"]
        for field in schema["fields"]
        if field["type"] == "string"
        and field["name"] not in closed
        and not {"pattern", "enum"} & set(field.get("constraints", {}))
    ]


def hostile(text: str, number: int) -> str:
    return f"{FORMULAS[number % len(FORMULAS)]}{text} {' '.join(DEVICES.values())}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid record; the same text is made hostile in the same way wherever it stands."""
    folder = write_record(
        tmp_path_factory.mktemp("hostile") / "data",
        partners=["GBR", "USA"],
        topics=TOPICS,
        frameworks=[framework("GBR"), framework("USA")],
        meetings=[
            *(
                meeting("GBR", f"{year}-01-21", city="London", outcome_document="Joint")
                for year in (2015, 2016)
            ),
            meeting("GBR", "2017-12-14", "summit", city="Windsor"),
            meeting("USA", "2014-05-06", city="Washington", ordinal=1, outcome_document="Joint"),
            meeting("USA", "2025-05-06", city="Tokyo", ordinal=3),
        ],
        participants=[
            person(BRITISH, "Gen Nakatani"),
            person(BRITISH, "Philip Hammond", "GBR"),
            person("gbr-2016-01-21", "Gen Nakatani"),
            person(AMERICAN, "Ash Carter", "USA"),
        ],
        mentions=[
            *(mention(BRITISH, topic) for topic in TOPICS[:2]),
            *(mention("gbr-2016-01-21", topic, "news") for topic in TOPICS[1:]),
            *(mention(AMERICAN, topic) for topic in TOPICS),
        ],
        agreements=[
            agreement("gbr-acsa", "acsa", "in_force"),
            agreement("gbr-raa", "raa", "signed"),
            agreement("gbr-detta", "detta", "negotiating"),
            agreement("usa-other", "other", "announced"),
        ],
        agreement_events=[
            step("gbr-acsa", "2015-06-01", "signed"),
            step("gbr-acsa", "2017-08-01", "entered_into_force", "month"),
            step("gbr-raa", "2016-01-01", "signed", "year"),
            step("gbr-detta", "2016-02-01", "negotiations_launched"),
        ],
        context_events=[
            context("jpn-abe", "2012-12-26", "cabinet", end_date="2020-09-16", country="JPN"),
            context("crisis", "2014-03-18", "crisis"),
        ],
    )
    doubts = [{"doubt_id": "a", "partner": "GBR", "state": "contested", "claim": "C", "finding": "F"}]
    revisions = [
        {"revision_id": "2026.1.0-0001", "date": "2026-01-01", "version": "2026.1.0", "action": "revised"}
        | {"table": "meetings", "key": "K", "column": "city", "was": "W", "is": "I", "reason": "R"}
    ]
    for name, rows in (("doubts", doubts), ("revisions", revisions)):
        write_table(folder, name, read_rows(folder, name)[0], rows)
    known: dict[str, str] = {}
    for name, schema in table_schemas().items():
        columns, rows = read_rows(folder, name)
        for row in rows:
            for column in free_text(schema):
                if row[column]:
                    row[column] = known.setdefault(row[column], hostile(row[column], len(known)))
            if name == "people":
                row["person_id"] = person_id(row["name"])
            if name == "sources":
                row["url"] = f"{ADDRESS}{row['source_id']}"
            if name == "meetings" and row["meeting_id"] == BRITISH:
                row["summary"] += f" {LONG_WORD}{BREAKS}"
        write_table(folder, name, columns, rows)
    text = hostile("About", 4)
    coverage = {"start": "1994-03-11", "end": "2026-05-31", "note": text}
    edit_descriptor(folder, title=text, citation=text, licenses=[{"name": text}], coverage=coverage)
    return folder


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    """The hostile record, which is valid."""
    return load(folder)


def test_every_column_of_free_text_is_hostile(record: Record):
    for name, schema in table_schemas().items():
        for column in free_text(schema):
            texts = record.tables()[name][column].dropna()
            assert all(DEVICES["zqscript"] in text for text in texts), (name, column)
    assert sum(len(table) for table in record.tables().values()) > 30


def all_there(text: str) -> int:
    """How many devices are read in a text. Fails where one is read without its signs."""
    text = text.replace("\u2060", "")
    for word, device in DEVICES.items():
        assert text.count(word) == text.count(device) * device.count(word), word
    return sum(text.count(device) for device in DEVICES.values())


# --- pages --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown_instead(folder: Path) -> Iterator[None]:
    """Lets the dashboard of this process load the hostile folder as the one it comes with."""
    patch = pytest.MonkeyPatch()
    shared._load.cache_clear()
    patch.setattr(shared, "load", lambda: load(folder))
    yield
    patch.undo()
    shared._load.cache_clear()


VISITS = [
    *((page, "") for page in PAGES),
    ("overview", "format=all"),
    ("timeline", f"context=cabinet&context=event&id={BRITISH}"),
    ("partners", "partner=GBR&partner=USA"),
    ("partners", "partner=GBR&partner=USA&align=ordinal&format=all"),
    ("topics", "measure=count&topic=cyber&basis=joint_statement"),
    ("agreements", f"types=all&id={ACSA}"),
    ("meetings", f"id={BRITISH}&format=all"),
    ("meetings", f"id={ACSA}"),
    ("meetings", "id=gbr-2015-01-22"),
    ("method", "v=2024.1.0&partner=GBR"),
]
OPENED = ("share", "download", "changes", "columns", "other-types", "meeting-links", "people-links")


def markdown_of(visit: AppTest) -> Iterator[str]:
    """Everything on a page that Streamlit reads as Markdown."""
    for element in visit._tree:
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        assert not getattr(proto, "allow_html", False)
        for name in ("body", "label", "help", "caption", "title"):
            yield str(getattr(proto, name, ""))
        if element.type == "arrow_table":
            frame = element.value
            yield from (str(cell) for cell in [*frame.columns, *frame.index, *frame.to_numpy().ravel()])


def texts_of(node: Any) -> Iterator[str]:
    """Every text within a JSON document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from texts_of(part)


BARE = re.compile(
    r"(\*\*|_|~~|`|<\w[^>]*|\[\^?|\$|:red\[|://|www\.|@|->|--|\{\{ ?|&lt;|\| )zq"
    r"|[\n\t][^\na-z]*zqnext|<script|<img|:material/home:|:smile:"
)


@pytest.mark.usefixtures("shown_instead")
@pytest.mark.parametrize(("page", "link"), VISITS)
def test_no_text_of_the_record_is_markup_on_a_page(page: str, link: str):
    visit = AppTest.from_file(SCRIPT, default_timeout=60)
    visit.query_params.update(parse_qs(link))
    if page != PAGES[0]:
        visit.switch_page(f"../../pages/{page}.py")
    visit.run()
    for fold in [*(fold.key for fold in visit.expander if fold.key), *OPENED]:
        visit.session_state[fold] = True
    for identifier, kind in ((BRITISH, "meeting"), (ACSA, "agreement")):
        visit.session_state[f"report_{kind}_{identifier}"] = True
        visit.session_state[f"cite_record_{identifier}"] = True
    visit.run()
    assert not visit.exception
    seen = [text for text in markdown_of(visit) if "zq" in text]
    assert seen
    bare = []
    for text in seen:
        without_escapes = re.sub(r"\\.|&amp;", "", text)
        # Where a source is linked, its address stands as it is, with percent signs for what ends it.
        without_links = re.sub(r"\]\(https://source\.example/[^()\s\\<>]*\)", "", without_escapes)
        bare += [without_links] if BARE.search(without_links) else []
    assert not bare
    for chart in visit.get("plotly_chart"):
        for text in texts_of(json.loads(chart.proto.spec)):
            assert not re.search(r"<(script|img|a)\b|<b>zq", text), text
            assert "zqentity>" not in text


@contextlib.contextmanager
def tree_with(data: Path, tree: Path) -> Iterator[Server]:
    """The whole program in a tree of its own, with other data; started as it stands there."""
    for name in ("twoplustwo", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tree)
    shutil.copytree(data, tree / "data")
    with running(tree) as started:
        yield started


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with tree_with(folder, tmp_path_factory.mktemp("tree")) as started:
        yield started


# What stands in code to be copied is written in the language of that code.
READ = """() => {
    const texts = (root, within) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const found = [];
        while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement;
            if (!parent.closest("script, style, [data-testid=stCode]") && !!parent.closest("svg") === within)
                found.push(walker.currentNode.data);
        }
        return found.join("");
    };
    const all = kinds => [...document.querySelectorAll(kinds)].map(part => part.outerHTML.slice(0, 200));
    return {
        page: texts(document.body, false),
        charts: texts(document.body, true),
        made: all("img, script, .katex, svg a, blockquote, ol")
            .filter(made => /zq|src="?x|katex|<ol|<blockquote/.test(made)),
        elsewhere: [...document.querySelectorAll("a")].map(link => link.href).filter(link =>
            !link.startsWith(location.origin) && !link.startsWith("https://source.example/")),
        links: [...document.querySelectorAll("a[href*='source.example']")].map(link => link.href),
    };
}"""


@pytest.mark.parametrize(
    ("page", "link"),
    [
        *{page: link for page, link in VISITS if page != "meetings"}.items(),
        ("meetings", f"id={BRITISH}&format=all"),
        ("meetings", f"id={ACSA}"),
    ],
)
def test_a_browser_makes_nothing_of_the_text_of_a_record(
    page: str, link: str, browser: Browser, server: Server
):
    asked, troubles = [], []
    visitor = browser.new_context(viewport={"width": 1440, "height": 4000})
    visitor.on("request", lambda request: asked.append(request.url))
    tab = visitor.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.goto(f"{server.address}{path_of(page)}?{link}")
    at_rest(tab)
    tab.evaluate(
        "document.querySelectorAll('[data-testid=stExpander] summary').forEach(fold => fold.click())"
    )
    at_rest(tab)
    for chart in tab.locator(".js-plotly-plot").all():
        for mark in chart.locator(".points path").all()[:2]:
            mark.hover(force=True)
    assert not tab.get_by_test_id("stException").count(), server.output()
    found = tab.evaluate(READ)
    assert all_there(found["page"]) > 20
    assert not found["made"]
    assert set(found["elsewhere"]) <= {"https://creativecommons.org/licenses/by/4.0/"}
    drawn = found["charts"]
    assert "zqentity>" not in drawn
    assert "onerror" not in drawn or "<img src=x" in drawn
    assert {unquote(link)[: len(WITHIN)] for link in found["links"]} <= {WITHIN}
    assert bool(found["links"]) == (page == "meetings")
    visitor.close()
    assert not troubles
    hosts = {address.split("/")[2] for address in asked if address.startswith("http")}
    assert hosts == {server.address.removeprefix("http://")}


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stated(record: Record) -> export.Provenance:
    return export.Provenance.of(
        record, Selection(formats=FORMATS, text="=zq"), "https://example.org/?a=b&c=d"
    )


def test_no_cell_of_a_csv_file_begins_as_a_formula_does(record: Record, stated: export.Provenance):
    for name, table in record.tables().items():
        rows = list(csv.reader(io.StringIO(export.table_csv(table, stated).decode(), newline="")))
        assert len(rows) == len(table) + 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        there = {cell.removeprefix("'") for row in rows for cell in row}
        for column in free_text(table_schemas()[name]):
            assert set(table[column].dropna()) <= there


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(record: Record, stated: export.Provenance):
    book = openpyxl.load_workbook(io.BytesIO(export.table_excel(record.tables(), stated)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    ids = set(record.people["person_id"])  # made of the letters of the names
    assert all_there(" ".join(str(cell.value) for cell in cells if cell.value not in ids)) > 500


def test_json_and_parquet_hold_the_texts_as_they_are(record: Record, stated: export.Provenance):
    for name, table in record.tables().items():
        rows = json.loads(export.table_json(table, stated))["data"]
        again = pd.read_parquet(io.BytesIO(export.table_parquet(table, stated)))
        for column in free_text(table_schemas()[name]):
            assert [row[column] for row in rows] == table[column].astype(object).where(
                table[column].notna(), None
            ).tolist()
            assert again[column].dropna().tolist() == table[column].dropna().tolist()


def test_the_package_is_a_valid_record_again(record: Record, stated: export.Provenance, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(export.package_zip(record, stated))) as archive:
        archive.extractall(tmp_path)
    again = load(tmp_path)
    assert {name: len(table) for name, table in again.tables().items()} == {
        name: len(table) for name, table in record.tables().items()
    }
    assert again.about.coverage_note == record.about.coverage_note


def test_the_calendar_and_the_feed_hold_one_entry_a_row_with_its_text(
    record: Record, stated: export.Provenance
):
    calendar = icalendar.Calendar.from_ical(
        feeds.calendar_ics(record, stated, lambda name: f"https://example.org/{name}")
    )
    events = calendar.walk("VEVENT")
    assert len(events) == len(record.meetings)
    assert {key for event in events for key in event} <= {
        *("UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "CATEGORIES"),
        *("TRANSP", "LOCATION", "URL"),
    }
    assert all_there(" ".join(f"{event['SUMMARY']} {event['DESCRIPTION']}" for event in events)) > 100
    content = feeds.changes_atom(
        record, stated, lambda name: f"https://example.org/{name}", "https://e.org/f"
    )
    root = ET.fromstring(content)
    assert all_there(" ".join(root.itertext())) > 100
    feed = feedparser.parse(content)
    assert not feed.bozo
    assert {link["href"].split("/")[2] for entry in feed.entries for link in entry.links} == {"example.org"}


def test_the_brief_shows_every_text_and_makes_nothing_of_it(record: Record, stated: export.Provenance):
    selection = Selection(formats=FORMATS)
    selected, series = selection.apply(record), selection.series().apply(record)
    text = brief.brief_html(record, selected, series, View("overview", selection), stated, date(2026, 1, 1))
    document = html5lib.parse(text, namespaceHTMLElements=False)
    for parent in document.iter():
        for style in parent.findall("style"):  # which holds text as code points
            parent.remove(style)
    assert all_there("".join(document.itertext())) > 200
    assert not {element.tag for element in document.iter()} & {"script", "img", "svg", "iframe"}
    links = [element.get("href") for element in document.iter("a")]
    assert {unquote(link)[: len(WITHIN)] for link in links if "source.example" in link} == {WITHIN}
    assert not [link for link in links if "zq" in link and "source.example" not in link]
