"""Folders that are no record: refused with the cell or file that is wrong, or else fit for everything.

What a column may hold is told here once more, in kinds; a cell of the record is replaced by chance, and
a folder that is accepted must survive the brief, the exports and a selection, where a value that nobody
checked would come to light.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from small_record import edit_descriptor, read_rows, set_cell, write_table
from test_check import write_sample

from twoplustwo import Record, Selection, brief, check, export, feeds
from twoplustwo.check import Report
from twoplustwo.record import DESCRIPTOR, shipped_folder, table_schemas
from twoplustwo.selection import FORMATS, View, Vocabulary

SURE = settings(derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
"""The same examples on every machine; none is made shorter, since each checks a folder."""

DAYS = {
    ("meetings", "date"),
    ("meetings", "end_date"),
    ("agreement_events", "date"),
    ("frameworks", "established_date"),
    ("context_events", "date"),
    ("context_events", "end_date"),
    ("revisions", "date"),
    ("sources", "date"),
}
TEXTS = {
    "partners": {"name", "name_ja", "ministries", "status_reason"},
    "meetings": {"name", "outcome_document", "summary"},
    "places": {"name_ja"},
    "participants": {"note"},
    "people": {"name_ja", "name_own"},
    "offices": {"title_ja"},
    "mentions": {"note"},
    "agreements": {"title", "summary"},
    "agreement_events": set(),
    "frameworks": {"established_by", "counterpart_ministries", "status_note"},
    "context_events": {"title", "summary", "why_it_matters"},
    "topics": {
        *("label", "label_ja", "definition", "definition_ja", "include", "exclude"),
        *("example_1", "example_1_why", "example_2", "example_2_why"),
    },
    "codings": set(),
    "sources": {"publisher", "title"},
    "doubts": {"claim", "finding"},
    "revisions": {"table", "key", "column", "was", "is", "reason"},
}
"""Columns that take any text. All others hold codes, days, numbers, addresses or names of other rows."""

NAMED_BY_OTHERS = {
    (reference["resource"], reference["fields"])
    for schema in table_schemas().values()
    for key in schema.get("foreignKeys", ())
    for reference in [key["reference"]]
}
"""Columns that other rows name: where such a cell changes, those rows may be what is refused."""

NOWHERE = ["\x00", "a\x07b", "\u202eabc", "a\ufffdb", "x" * 20_001, "\x1b[31m"]
"""What no cell may hold."""
NO_CODE = [
    "no such code!",
    " ",
    "=1+1",
    "<b>",
    "../../etc/passwd",
    "https://",
    "-1",
    "٢٠١٥",
    "NULL?",
    "🫠",
]
"""What only a text may hold."""
NO_DAY = ["2015-02-30", "2015-13-01", "21.1.2015", "2015-1-1", "0001-01-01", "9999-12-31", "2015-01-21T00:00"]
FINE = ["A text; with, signs: \"'$<b>**", "日本", "مرحبا", "a\nb", "  padded  ", "=SUM(A1)", "x" * 20_000]


def survives(record: Record) -> None:
    """Make of an accepted record what the dashboard makes of one."""
    selection = Selection(formats=FORMATS)
    Vocabulary.of(record)
    selected = selection.apply(record)
    stated = export.Provenance.of(record, selection, "https://example.org/")
    series = selection.series().apply(record)
    brief.brief_html(record, selected, series, View("overview", selection), stated, date(2026, 1, 1))
    feeds.calendar_ics(selected, stated, str)
    feeds.changes_atom(record, stated, str, "https://example.org/feed")
    export.table_json(selected.sources, stated)
    export.package_zip(selected, stated)


def verdict(folder: Path) -> Report:
    """The report of a check that takes no more than seconds, and that is about this folder."""
    begun = time.monotonic()
    report = check(folder)
    assert time.monotonic() - begun < 30
    assert (report.record is None) == bool(report.problems)
    for problem in report.problems:
        assert problem.file == DESCRIPTOR or problem.file.removesuffix(".csv") in TEXTS
        assert problem.expected
        assert len(str(problem)) < 2000
    return report


@cache
def cells(folder: Path) -> list[tuple[str, int, str]]:
    """Table, row and column of every cell of a folder, as a spreadsheet counts."""
    return [
        (table, number, column)
        for table in table_schemas()
        for columns, rows in [read_rows(folder, table)]
        for number in range(2, len(rows) + 2)
        for column in columns
    ]


def replaced(folder: Path, cell: tuple[str, int, str], value: str) -> Report:
    """The report on a folder with one cell replaced; the folder is as before afterwards."""
    table, row, column = cell
    path = folder / f"{table}.csv"
    before = path.read_bytes()
    set_cell(folder, table, row, column, value)
    try:
        return verdict(folder)
    finally:
        path.write_bytes(before)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_sample(tmp_path_factory.mktemp("sample") / "record")
    doubt = {"doubt_id": "a", "partner": "GBR", "state": "contested", "claim": "C", "finding": "F"}
    done = {"revision_id": "2026.1.0-0001", "date": "2026-01-01", "version": "2026.1.0", "action": "revised"}
    done |= {"table": "meetings", "key": "K", "column": "city", "was": "W", "is": "I", "reason": "R"}
    for name, row in (("doubts", doubt), ("revisions", done)):
        write_table(folder, name, read_rows(folder, name)[0], [row])
    assert check(folder).problems == ()
    return folder


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(shipped_folder(), tmp_path_factory.mktemp("shipped") / "record")


def is_named(report: Report, cell: tuple[str, int, str]) -> bool:
    table, row, column = cell
    named = {
        (problem.file, problem.row, name)
        for problem in report.problems
        for name in (problem.column or "").split(", ")
    }
    return (f"{table}.csv", row, column) in named


def judge(folder: Path, cell: tuple[str, int, str], value: str) -> None:
    """Replace a cell. Fails unless it is refused by name, or accepted where it may hold the value."""
    table, _, column = cell
    report = replaced(folder, cell, value)
    must_not = value in NOWHERE or (column not in TEXTS[table] and value in NO_CODE)
    must_not |= (table, column) in DAYS and value in [*NO_DAY, *NO_CODE]
    if must_not and (table, column) in NAMED_BY_OTHERS and value not in NOWHERE:
        assert report.record is None
    elif must_not:
        assert is_named(report, cell), (value[:50], [str(problem) for problem in report.problems])
    elif column in TEXTS[table] and value in FINE and (table, column) != ("participants", "name"):
        assert report.record is not None, [str(problem) for problem in report.problems]
    if report.record is not None:
        survives(report.record)


VALUES = st.sampled_from([*NOWHERE, *NO_CODE, *NO_DAY, *FINE, "", "GBR", "cyber", "1960", "999999999"])


@settings(SURE, max_examples=80)
@given(st.data(), VALUES | st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_cell_of_a_small_record_is_refused_by_name_or_fit_for_everything(
    sample: Path, data: st.DataObject, value: str
):
    judge(sample, data.draw(st.sampled_from(cells(sample))), value)


@settings(SURE, max_examples=6)
@given(st.data(), VALUES)
def test_a_cell_of_the_shipped_record_is_refused_by_name_or_fit_for_everything(
    shipped: Path, data: st.DataObject, value: str
):
    table = data.draw(st.sampled_from(sorted(TEXTS)))
    judge(shipped, data.draw(st.sampled_from([cell for cell in cells(shipped) if cell[0] == table])), value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((("sources", 2, "date"), value) for value in ("2015-13", "2015-02-30", "0000", "٢٠١٥", "2999")),
        (("participants", 2, "name"), "!!!"),
        (("participants", 2, "name"), "GBR 2015-01-21"),
        (("context_events", 2, "date"), "0001-01-01"),
        (("context_events", 2, "end_date"), "9999-12-31"),
        (("frameworks", 2, "established_date"), "9999-12-31"),
        (("meetings", 2, "summary"), "a\u202eb"),
        (("meetings", 2, "name"), "Caf\ufffd"),
    ],
)
def test_what_once_got_through_is_refused_by_name(sample: Path, cell: tuple[str, int, str], value: str):
    assert is_named(replaced(sample, cell, value), cell)


# --- files ------------------------------------------------------------------------------------


def pipe(path: Path) -> None:
    os.mkfifo(path)


FILES = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: path.mkdir(),
    "a pipe": pipe,
    "a link to a file elsewhere": lambda path: path.symlink_to("/etc/passwd"),
    "a link to something endless": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "in UTF-16": lambda path: path.write_bytes("a,b\n1,2\n".encode("utf-16")),
    "in Latin-1": lambda path: path.write_bytes("a,é\n1,2\n".encode("latin-1")),
    "a workbook": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 10),
    "one quotation mark": lambda path: path.write_bytes(b'"'),
    "line ends alone": lambda path: path.write_bytes(b"\n" * 1_000_000),
    "commas alone": lambda path: path.write_bytes(b"," * 1_000_000),
    "quotation marks alone": lambda path: path.write_bytes(b'"' * 1_000_001),
    "too large": lambda path: path.write_bytes(b" " * (16 * 1024 * 1024 + 1)),
    "json": lambda path: path.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("name", ["meetings.csv", DESCRIPTOR])
@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, case: str):
    folder = write_sample(tmp_path / "record")
    (folder / name).unlink()
    FILES[case](folder / name)
    report = verdict(folder)
    assert {problem.file for problem in report.problems} == {name}
    assert "root:" not in "".join(map(str, report.problems))


def test_a_link_within_the_folder_is_followed(tmp_path: Path):
    folder = write_sample(tmp_path / "record")
    (folder / "meetings.csv").rename(folder / "meetings-2026.csv")
    (folder / "meetings.csv").symlink_to("meetings-2026.csv")
    assert verdict(folder).problems == ()


@pytest.mark.parametrize("number", [20_001, 200_000])
def test_a_table_of_endless_rows_is_refused_at_once(tmp_path: Path, number: int):
    folder = write_sample(tmp_path / "record")
    columns, rows = read_rows(folder, "mentions")
    write_table(folder, "mentions", columns, rows * number)
    begun = time.monotonic()
    (problem,) = verdict(folder).problems
    assert time.monotonic() - begun < 10
    assert (problem.file, problem.row, problem.expected) == ("mentions.csv", 20_002, "at most 20,000 rows")


# --- the descriptor ---------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ENTRIES = ["title", "version", "created", "coverage", "licenses", "citation", "resources", "contributors"]


@settings(SURE, max_examples=60)
@given(st.sampled_from(ENTRIES), JSON)
@example("title", ["a"])
@example("citation", 5)
@example("licenses", [{"name": 5}])
@example("coverage", {"start": "2020-01-01", "end": "2010-01-01", "note": "n"})
@example("coverage", {"start": "1994-01-01", "end": "9999-12-31", "note": "n"})
@example("coverage", {"start": "1994-01-01", "end": "2026-05-31", "note": None})
@example("created", "2015-01-01")
@example("version", "99999999999999999999.1.0")
@example("resources", [{"name": "meetings", "path": "https://example.org/x.csv", "schema": {}}])
def test_a_descriptor_is_refused_by_name_or_fit_for_everything(sample: Path, entry: str, value: Any):
    path = sample / DESCRIPTOR
    before = path.read_bytes()
    edit_descriptor(sample, **{entry: value})
    try:
        report = verdict(sample)
    finally:
        path.write_bytes(before)
    if report.record is not None:
        about = report.record.about
        assert all(isinstance(text, str) for text in (about.title, about.citation, about.licence))
        assert isinstance(about.coverage_note, str)
        survives(report.record)


@settings(SURE, max_examples=40)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_in_place_of_the_descriptor_upset_the_check(sample: Path, content: bytes):
    path = sample / DESCRIPTOR
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        assert {problem.file for problem in verdict(sample).problems} == {DESCRIPTOR}
    finally:
        path.write_bytes(before)
