"""What the check says of broken folders: file, row, column, value and what was expected."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_record import (
    CREATED,
    VERSION,
    add_row,
    agreement,
    context,
    edit_descriptor,
    framework,
    meeting,
    mention,
    person,
    read_rows,
    set_cell,
    step,
    write_record,
    write_table,
)

from twoplustwo import check
from twoplustwo.__main__ import main
from twoplustwo.check import Problem, Report
from twoplustwo.record import DESCRIPTOR, shipped_descriptor, table_schemas

ROOT = Path(__file__).parent.parent
PACKAGE_DAY = CREATED[:10]


def write_sample(folder: Path) -> Path:
    """A valid record with a row or two in every table; the comments count rows from the header."""
    return write_record(
        folder,
        partners=["GBR", "AUS"],  # rows 2, 3
        frameworks=[framework("GBR")],
        meetings=[
            meeting("GBR", "2015-01-21", ordinal=1, city="London"),  # row 2
            meeting("GBR", "2016-01-08", ordinal=2),  # row 3
            meeting("AUS", "2015-11-22", ordinal=1),  # row 4
        ],
        participants=[
            person("gbr-2015-01-21", "Anna Abe"),  # row 2
            person("gbr-2015-01-21", "Bo Brown", "GBR"),  # row 3
        ],
        mentions=[mention("gbr-2015-01-21", "cyber")],
        agreements=[agreement("gbr-acsa", "acsa", "in_force")],
        agreement_events=[
            step("gbr-acsa", "2017-01-26", "signed"),  # row 2
            step("gbr-acsa", "2017-08-18", "entered_into_force"),  # row 3
        ],
        context_events=[context("jpn-abe", "2012-12-26", "cabinet", end_date="2020-09-16")],
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "record")


def rewrite(folder: Path, change: Callable[[bytes], bytes], file: str = "meetings.csv") -> None:
    path = folder / file
    path.write_bytes(change(path.read_bytes()))


def problems_of(folder: Path) -> tuple[Problem, ...]:
    report = check(folder)
    assert report.problems
    assert report.record is None
    return report.problems


def only_problem(folder: Path) -> Problem:
    problems = problems_of(folder)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def place(problem: Problem) -> tuple[str, int | None, str | None]:
    return problem.file, problem.row, problem.column


def test_a_sound_folder_has_no_problem(folder: Path):
    report = check(folder)
    assert report.problems == ()
    assert report.notes == ()
    assert report.record is not None
    assert len(report.record.meetings) == 3


# --- cells ------------------------------------------------------------------------------------

A_DATE = "a date such as 2015-01-21"
A_NUMBER = "a whole number"

WRONG_CELLS = [
    ("meetings", 2, "date", "21/01/2015", A_DATE),
    ("meetings", 2, "date", "2015-02-30", A_DATE),
    ("meetings", 2, "date", "", "a value"),
    ("meetings", 2, "end_date", "2015-01-20", "a day not before date"),
    ("context_events", 2, "end_date", "2012-12-25", "a day not before date"),
    ("meetings", 2, "ordinal", "first", A_NUMBER),
    ("meetings", 2, "ordinal", "1.5", A_NUMBER),
    ("meetings", 2, "ordinal", "1_0", A_NUMBER),
    ("meetings", 2, "ordinal", "１", A_NUMBER),
    ("meetings", 2, "ordinal", "99999999999999999999", A_NUMBER),
    ("meetings", 2, "ordinal", "0", "at least 1"),
    ("meetings", 3, "ordinal", "1", "a number above 1 of gbr-2015-01-21"),
    ("meetings", 2, "format", "bilateral", "one of two_plus_two, economic_two_plus_two"),
    ("meetings", 2, "country", "uk", "text of the form ^[A-Z]{3}$"),
    ("meetings", 2, "mode", "", "a value"),
    ("meetings", 2, "partner", "ZZZ", "a row of partners.csv with this partner"),
    ("meetings", 4, "meeting_id", "aus-2015-11-23", "an id that begins with partner and date"),
    ("meetings", 3, "version_added", "2999.1.0", f"a version not after {VERSION}"),
    ("meetings", 3, "version_revised", "2999.1.0", f"a version not after {VERSION}"),
    ("mentions", 2, "topic_id", "cybr", "a row of topics.csv with this topic_id"),
    ("mentions", 2, "source_id", "source-9", "a row of sources.csv with this source_id"),
    ("participants", 3, "country", "FRA", "JPN or the partner of the meeting"),
    ("partners", 2, "status", "dormant", "active, the status of its framework"),
    ("partners", 3, "status", "active", "none for a partner without framework"),
    ("partners", 3, "name", "United Kingdom", "a value that no other row has"),
    ("agreement_events", 3, "date", "2999-01-01", f"not after the package's own date, {PACKAGE_DAY}"),
    ("agreement_events", 3, "date", "2017-01-25", "entered_into_force not before signed on 2017-01-26"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "expected"), WRONG_CELLS)
def test_a_wrong_cell_is_named(folder: Path, *, table: str, row: int, column: str, value: str, expected: str):
    set_cell(folder, table, row, column, value)
    problem = only_problem(folder)
    assert place(problem) == (f"{table}.csv", row, column)
    assert problem.value == value
    assert expected in problem.expected


def test_a_name_spelled_otherwise_at_another_meeting_is_named(folder: Path):
    row = add_row(folder, "participants", person("gbr-2016-01-08", "Anna ABE"))
    problem = only_problem(folder)
    assert place(problem) == ("participants.csv", row, "name")
    assert problem.expected == "a row of people.csv with this name"


def test_a_second_spelling_of_a_person_is_no_second_person(folder: Path):
    person_row = {"person_id": "anna-abe", "name": "Anna ABE", "country": "JPN"}
    row = add_row(folder, "people", person_row)
    assert {place(problem) for problem in problems_of(folder)} >= {("people.csv", row, "person_id")}


@pytest.mark.parametrize(
    ("table", "row", "column", "expected"),
    [
        ("people", 2, "person_id", "made of the name"),
        ("people", 2, "name_ja", "with a source"),
        ("offices", 2, "title_ja", "with a source"),
        ("participants", 2, "title", "title of its office"),
    ],
)
def test_names_and_offices_are_in_one_wording_with_a_source(
    folder: Path, table: str, row: int, column: str, expected: str
):
    set_cell(folder, table, row, column, "other")
    problem = only_problem(folder)
    assert place(problem) == (f"{table}.csv", row, column)
    assert expected in problem.expected


def test_two_names_without_latin_letters_are_two_persons(folder: Path):
    for name in ("中谷元", "岸田文雄"):
        add_row(folder, "participants", person("gbr-2016-01-08", name))
        add_row(folder, "people", {"person_id": name, "name": name, "country": "JPN"})
    assert check(folder).problems == ()


def test_a_name_with_accents_is_the_same_person_as_without(folder: Path):
    add_row(folder, "people", {"person_id": "jurgen-muller", "name": "Jurgen Muller", "country": "DEU"})
    row = add_row(folder, "people", {"person_id": "jurgen-muller", "name": "Jürgen Müller", "country": "DEU"})
    assert {place(problem) for problem in problems_of(folder)} >= {("people.csv", row, "person_id")}


def test_a_place_has_one_country_and_a_source_for_its_japanese_name(folder: Path):
    set_cell(folder, "meetings", 2, "country", "CAN")  # London lies in Japan here, as no country was named
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 2, "country")
    assert "places.csv" in problem.expected
    set_cell(folder, "meetings", 2, "country", "JPN")
    set_cell(folder, "places", 2, "name_ja", "ロンドン")
    problem = only_problem(folder)
    assert place(problem) == ("places.csv", 2, "name_ja")
    set_cell(folder, "places", 2, "source_id", "source-1")
    assert check(folder).problems == ()
    set_cell(folder, "meetings", 2, "city", "Londres")
    assert place(only_problem(folder)) == ("meetings.csv", 2, "city")


def test_one_series_meets_once_a_day(folder: Path):
    again = meeting("GBR", "2015-01-21", meeting_id="gbr-2015-01-21-again")
    row = add_row(folder, "meetings", again)
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", row, "date")
    set_cell(folder, "meetings", row, "format", "summit")
    assert check(folder).problems == ()


@pytest.mark.parametrize(
    ("precision", "day", "fits"),
    [
        ("month", "2017-01-26", False),
        ("month", "2017-01-01", True),
        ("year", "2017-03-01", False),
        ("year", "2017-01-01", True),
        ("day", "2017-01-26", True),
    ],
)
def test_a_date_known_to_the_month_or_year_is_the_first_day_of_it(folder: Path, precision, day, fits):
    set_cell(folder, "agreement_events", 2, "precision", precision)
    set_cell(folder, "agreement_events", 2, "date", day)
    if fits:
        assert check(folder).problems == ()
    else:
        problem = only_problem(folder)
        assert place(problem) == ("agreement_events.csv", 2, "date")
        assert f"first day of the {precision}" in problem.expected


def test_a_source_is_named_once_in_a_list(folder: Path):
    set_cell(folder, "meetings", 2, "source_ids", "source-1;source-1")
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 2, "source_ids")
    assert problem.expected == "each id once"


def test_an_unknown_source_in_a_list_is_named_alone(folder: Path):
    set_cell(folder, "meetings", 2, "source_ids", "source-1;source-9")
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 2, "source_ids")
    assert problem.value == "source-9"
    assert "sources.csv" in problem.expected


def test_a_meeting_after_the_package_is_a_problem_and_one_on_its_day_is_none(folder: Path):
    edit_descriptor(folder, coverage={"start": "1990-01-01", "end": PACKAGE_DAY, "note": "All."})
    add_row(folder, "meetings", meeting("AUS", PACKAGE_DAY))
    assert check(folder).problems == ()
    row = add_row(folder, "meetings", meeting("AUS", "2999-01-01"))
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", row, "date")
    assert problem.value == "2999-01-01"
    assert PACKAGE_DAY in problem.expected


def test_an_example_that_is_no_meeting_is_noted_since_a_part_of_the_record_may_lack_it(folder: Path):
    set_cell(folder, "topics", 2, "example_1", "gbr-1900-01-01")
    report = check(folder)
    assert report.problems == ()
    assert [note for note in report.notes if "topics.csv, row 2, column example_1" in note]


def test_a_meeting_after_the_end_of_the_coverage_is_named(folder: Path):
    edit_descriptor(folder, coverage={"start": "1990-01-01", "end": "2020-05-31", "note": "All."})
    add_row(folder, "meetings", meeting("AUS", "2020-05-31"))
    row = add_row(folder, "meetings", meeting("AUS", "2020-06-01"))
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", row, "date")
    assert "2020-05-31, the end of the coverage" in problem.expected


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("meetings", "meeting_id", "gbr-2015-01-21"),
        ("mentions", "meeting_id, topic_id", "gbr-2015-01-21; cyber"),
        ("participants", "meeting_id, name", "gbr-2015-01-21; Anna Abe"),
    ],
)
def test_a_row_with_the_key_of_an_earlier_one_is_named(folder: Path, table: str, key: str, value: str):
    _, rows = read_rows(folder, table)
    row = add_row(folder, table, rows[0])
    named = [problem for problem in problems_of(folder) if problem.column == key]
    assert [(problem.file, problem.row, problem.value) for problem in named][-1:] == [
        (f"{table}.csv", row, value)
    ]
    assert "no " in named[-1].expected


def test_ordinals_follow_the_dates_whatever_the_order_of_the_rows(folder: Path):
    set_cell(folder, "meetings", 2, "ordinal", "5")
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 3, "ordinal")
    assert problem.value == "2"
    assert "above 5 of gbr-2015-01-21" in problem.expected


def test_a_gap_in_the_ordinals_is_a_note_and_no_problem(folder: Path):
    set_cell(folder, "meetings", 3, "ordinal", "4")
    report = check(folder)
    assert report.problems == ()
    assert report.record is not None
    assert len(report.notes) == 1
    # Between number 1 and number 4 stand two, the second and the third.
    assert "GBR two_plus_two: 2 meeting(s) missing between number 1" in report.notes[0]


def test_a_step_known_only_to_the_year_contradicts_no_step_of_that_year(folder: Path):
    # In force "in 2017" stands as 1 January 2017, before the signature on 26 January 2017.
    set_cell(folder, "agreement_events", 3, "date", "2017-01-01")
    set_cell(folder, "agreement_events", 3, "precision", "year")
    assert check(folder).problems == ()
    # In force "in 2016" does contradict it: no day of 2016 lies after the signature.
    set_cell(folder, "agreement_events", 3, "date", "2016-01-01")
    assert place(only_problem(folder)) == ("agreement_events.csv", 3, "date")


def test_an_amendment_may_come_at_any_time(folder: Path):
    add_row(folder, "agreement_events", step("gbr-acsa", "2010-01-01", "amended"))
    assert check(folder).problems == ()


def test_a_huge_cell_is_named_and_shown_short(folder: Path):
    set_cell(folder, "meetings", 2, "city", "x" * 10_000_000)
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 2, "city")
    assert "not 10,000,000" in problem.expected
    assert len(str(problem)) < 300


def test_a_huge_number_in_a_version_is_no_crash(folder: Path):
    set_cell(folder, "meetings", 2, "version_added", f"2026.11.{'9' * 5000}")
    assert place(only_problem(folder)) == ("meetings.csv", 2, "version_added")


def test_a_nul_byte_is_named(folder: Path):
    set_cell(folder, "meetings", 2, "city", "Lon\0don")
    problem = only_problem(folder)
    assert place(problem) == ("meetings.csv", 2, "city")
    assert problem.value == "Lon\0don"


# --- tables -----------------------------------------------------------------------------------

HEADER = ",".join(field["name"] for field in table_schemas()["meetings"]["fields"]).encode()


def first_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(HEADER, change(HEADER), 1)


WRONG_ENCODINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cp1252": (lambda old: old.replace(b"London", "Zürich".encode("cp1252")), "text in UTF-8"),
    "UTF-16": (lambda old: old.decode().encode("utf-16"), "text in UTF-8"),
    "empty": (lambda old: b"", "a header row"),
    "blank": (lambda old: b"\n \n", "a header row"),
}


@pytest.mark.parametrize("case", WRONG_ENCODINGS)
def test_a_file_that_is_no_text_or_empty_is_named(folder: Path, case: str):
    change, expected = WRONG_ENCODINGS[case]
    rewrite(folder, change)
    problem = only_problem(folder)
    assert problem.file == "meetings.csv"
    assert expected in problem.expected


WRONG_HEADERS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no header": (lambda old: old.split(b"\n", 1)[1], "meeting_id"),
    "column misspelt": (first_line(lambda old: old.replace(b"city", b"town")), "city"),
    "column missing": (first_line(lambda old: old.removesuffix(b",version_revised")), "version_revised"),
    "column added": (first_line(lambda old: old + b",mood"), "mood"),
    "columns swapped": (
        first_line(lambda old: old.replace(b"meeting_id,partner", b"partner,meeting_id")),
        "meeting_id",
    ),
    "column twice": (first_line(lambda old: old.replace(b"city", b"name")), "city"),
}


@pytest.mark.parametrize("case", WRONG_HEADERS)
def test_a_wrong_header_is_named_by_its_first_wrong_column(folder: Path, case: str):
    change, column = WRONG_HEADERS[case]
    rewrite(folder, change)
    problem = problems_of(folder)[0]
    assert (problem.file, problem.row or 1, problem.column) == ("meetings.csv", 1, column)
    assert "the columns meeting_id, partner, date, end_date" in problem.expected
    assert not problem.expected.endswith("()"), "an empty remark"


def test_a_wrong_header_is_said_once_and_not_for_each_row(folder: Path):
    rewrite(folder, first_line(lambda old: old.removesuffix(b",version_revised")))
    assert only_problem(folder).file == "meetings.csv"


WRONG_ROWS: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "cell added": (lambda old: old.removesuffix(b"\n") + b",more\n", 4),
    "blank line": (lambda old: old.replace(b"\n", b"\n\n", 1), 2),
    "row breaks off": (lambda old: old + b"gbr-2017-12-14,GBR,2017-12-14\n", 5),
}


@pytest.mark.parametrize("case", WRONG_ROWS)
def test_a_row_with_more_or_fewer_cells_than_columns_is_named(folder: Path, case: str):
    change, row = WRONG_ROWS[case]
    rewrite(folder, change)
    problems = problems_of(folder)
    assert {(problem.file, problem.row) for problem in problems} == {("meetings.csv", row)}
    assert not any(problem.expected.endswith("()") for problem in problems), "an empty remark"
    assert "None" not in {problem.value for problem in problems}, "a cell that nobody wrote"


@pytest.mark.parametrize("separator", [b";", b"\t", b"|", b", "])
def test_cells_are_separated_by_commas_alone(folder: Path, separator: bytes):
    # A spreadsheet of another locale saves semicolons. What is read must be what was checked.
    rewrite(folder, lambda old: old.replace(b",", separator))
    assert all(problem.file == "meetings.csv" for problem in problems_of(folder)[:1])


def test_blanks_around_a_column_name_are_a_problem(folder: Path):
    rewrite(folder, first_line(lambda old: b" " + old.replace(b"city", b"city ")))
    assert "meetings.csv" in {problem.file for problem in problems_of(folder)}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(folder: Path):
    # Spreadsheets write both; neither changes what a reader sees.
    before = check(folder).record
    rewrite(folder, lambda old: b"\xef\xbb\xbf" + old.replace(b"\n", b"\r\n"))
    after = check(folder).record
    assert before is not None
    assert after is not None
    assert before.meetings.equals(after.meetings)


def test_a_table_with_a_header_alone_is_empty_and_sound(folder: Path):
    rewrite(folder, lambda old: old.split(b"\n")[0] + b"\n", "context_events.csv")
    record = check(folder).record
    assert record is not None
    assert record.context_events.empty


def test_rows_that_refer_to_an_emptied_table_are_named(folder: Path):
    rewrite(folder, lambda old: HEADER + b"\n")
    assert {place(problem) for problem in problems_of(folder)} == {
        ("participants.csv", 2, "meeting_id"),
        ("participants.csv", 3, "meeting_id"),
        ("mentions.csv", 2, "meeting_id"),
    }


@pytest.mark.parametrize("table", table_schemas())
def test_a_missing_table_is_named(folder: Path, table: str):
    (folder / f"{table}.csv").unlink()
    problem = only_problem(folder)
    assert place(problem) == (f"{table}.csv", None, None)
    assert problem.expected == "a CSV file of this name"


@pytest.mark.parametrize("name", ["meetings.csv", DESCRIPTOR])
def test_a_folder_in_place_of_a_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    (folder / name).mkdir()
    assert only_problem(folder).file == name


# --- descriptor -------------------------------------------------------------------------------


def test_a_missing_folder_is_named(tmp_path: Path):
    problem = only_problem(tmp_path / "nowhere")
    assert problem.file == str(tmp_path / "nowhere")
    assert problem.expected == "a folder that exists"


def test_a_missing_descriptor_is_named(folder: Path):
    (folder / DESCRIPTOR).unlink()
    problem = only_problem(folder)
    assert place(problem) == (DESCRIPTOR, None, None)
    assert "a Data Package descriptor" in problem.expected


@pytest.mark.parametrize(
    ("content", "row", "expected"),
    [
        (b'{\n"title": "Two Plus Two",\n}', 3, "valid JSON"),
        (b"", 1, "valid JSON"),
        (b'{"title": "Z\xfcrich"}', None, "text in UTF-8"),
        (b"[]", None, "the entries of the shipped descriptor"),
        (b"null", None, "the entries of the shipped descriptor"),
        (b"[" * 100_000, None, ""),
    ],
    ids=["comma", "empty", "cp1252", "list", "null", "deep"],
)
def test_a_broken_descriptor_is_named(folder: Path, content: bytes, row: int | None, expected: str):
    (folder / DESCRIPTOR).write_bytes(content)
    problem = only_problem(folder)
    assert (problem.file, problem.row) == (DESCRIPTOR, row)
    assert expected in problem.expected


@pytest.mark.parametrize(
    "entry", ["title", "version", "created", "coverage", "licenses", "citation", "resources"]
)
def test_an_entry_that_the_descriptor_lacks_is_named(folder: Path, entry: str):
    path = folder / DESCRIPTOR
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    del descriptor[entry]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    problem = only_problem(folder)
    assert problem.file == DESCRIPTOR
    assert problem.expected == f"an entry '{entry}'"


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("created", "soon"),
        ("created", ""),
        ("version", "abc"),
        ("version", ""),
        ("version", 2026),
        ("version", None),
        ("coverage", {"start": "1960-01-19", "end": "", "note": ""}),
        ("coverage", {"start": None, "end": "2026-05-31", "note": ""}),
        ("licenses", []),
        ("resources", "all"),
    ],
)
def test_a_descriptor_entry_without_meaning_is_named(folder: Path, entry: str, value: Any):
    edit_descriptor(folder, **{entry: value})
    assert {problem.file for problem in problems_of(folder)} == {DESCRIPTOR}


def test_a_changed_schema_is_named_by_its_table(folder: Path):
    resources = json.loads(json.dumps(shipped_descriptor()["resources"]))
    resources[1]["schema"]["fields"][2]["constraints"] = {}
    edit_descriptor(folder, resources=resources[:-1])
    named = [(problem.file, problem.value) for problem in problems_of(folder)]
    assert named == [(DESCRIPTOR, "table meetings"), (DESCRIPTOR, "table revisions")]


@pytest.fixture
def requested() -> Iterator[tuple[str, list[str]]]:
    """Address of a server on this machine, and the paths that anybody asked it for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["../other/meetings.csv", "../../../../etc/passwd", "{server}/meetings.csv"])
def test_a_descriptor_cannot_point_outside_its_folder(
    folder: Path, tmp_path: Path, requested: tuple[str, list[str]], path: str
):
    server, asked = requested
    other = write_record(tmp_path / "other", meetings=[meeting("FRA", "2014-01-09")])
    resources = json.loads(json.dumps(shipped_descriptor()["resources"]))
    for resource in resources:
        if resource["name"] == "meetings":
            resource["path"] = path.format(server=server)
    edit_descriptor(folder, resources=resources)
    report = check(folder)
    assert (other / "meetings.csv").exists()
    assert asked == []
    # The tables are always the files of their own name in the folder itself.
    assert report.record is not None
    assert set(report.record.meetings["partner"]) == {"GBR", "AUS"}


# --- many problems, any bytes ------------------------------------------------------------------


def test_every_problem_of_the_form_is_reported(folder: Path):
    set_cell(folder, "meetings", 2, "mode", "by post")
    set_cell(folder, "meetings", 4, "ordinal", "x")
    set_cell(folder, "mentions", 2, "topic_id", "cybr")
    set_cell(folder, "sources", 2, "url", "example.org")
    assert {place(problem) for problem in problems_of(folder)} == {
        ("meetings.csv", 2, "mode"),
        ("meetings.csv", 4, "ordinal"),
        ("mentions.csv", 2, "topic_id"),
        ("sources.csv", 2, "url"),
    }


def test_every_problem_of_the_sense_is_reported(folder: Path):
    set_cell(folder, "meetings", 2, "end_date", "2015-01-20")
    set_cell(folder, "meetings", 3, "ordinal", "1")
    set_cell(folder, "participants", 3, "country", "FRA")
    set_cell(folder, "mentions", 2, "version_added", "2999.1.0")
    assert {place(problem) for problem in problems_of(folder)} == {
        ("meetings.csv", 2, "end_date"),
        ("meetings.csv", 3, "ordinal"),
        ("participants.csv", 3, "country"),
        ("mentions.csv", 2, "version_added"),
    }


def test_a_column_wrong_in_all_of_many_rows_is_reported_for_each(folder: Path):
    columns, rows = read_rows(folder, "topics")
    more = [
        {**rows[0], "topic_id": f"t{number}", "label": f"T {number}", "label_ja": f"T {number}"}
        for number in range(1200)
    ]
    write_table(folder, "topics", columns, [*rows, *({**row, "theme": "Other"} for row in more)])
    problems = problems_of(folder)
    assert [problem.row for problem in problems] == list(range(3, 1203))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample"))


def check_with(sample: Path, name: str, content: bytes) -> Report:
    """The report on the sample with one file replaced."""
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(sample, Path(place) / "record")
        (folder / name).write_bytes(content)
        return check(folder)


def assert_sound(report: Report) -> None:
    assert (report.record is None) == bool(report.problems)
    for problem in report.problems:
        assert problem.expected
        str(problem).encode("utf-8")  # can be printed


TABLES = sorted(table_schemas())
POSITION = st.integers(min_value=0, max_value=2**16)
TRICKY = [
    "NaN",
    "1e3",
    "+1",
    " 1",
    "-1",
    "1_0",
    "0001-01-01",
    "9999-12-31",
    "2015-01-21\n",
    '"',
    "\r",
    "\x00",
]
CELL = st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(TRICKY))


@settings(max_examples=40)
@given(table=st.sampled_from(TABLES), row=POSITION, column=POSITION, value=CELL)
def test_no_text_in_any_cell_crashes_the_check(sample: Path, table: str, row: int, column: int, value: str):
    with (sample / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    cells = rows[row % len(rows)]
    cells[column % len(cells)] = value
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    assert_sound(check_with(sample, f"{table}.csv", written.getvalue().encode()))


@settings(max_examples=40)
@given(
    name=st.sampled_from([*(f"{table}.csv" for table in TABLES), DESCRIPTOR]), at=POSITION, new=st.binary()
)
@example(name="meetings.csv", at=0, new=b"\x00")
@example(name="meetings.csv", at=0, new=b'"')
def test_no_bytes_in_any_file_crash_the_check(sample: Path, name: str, at: int, new: bytes):
    old = (sample / name).read_bytes()
    cut = at % (len(old) + 1)
    assert_sound(check_with(sample, name, old[:cut] + new + old[cut:]))


# --- command line -----------------------------------------------------------------------------


def test_the_command_counts_the_rows_of_a_sound_folder(folder: Path, capsys: pytest.CaptureFixture[str]):
    set_cell(folder, "meetings", 3, "ordinal", "4")
    assert main(["check", str(folder)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0].startswith("note: series GBR two_plus_two: 2 meeting(s) missing")
    assert "meetings 3 rows" in [" ".join(line.split()) for line in lines]
    assert lines[-1] == f"version {VERSION}: no problem"


def test_the_command_lists_problems_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]):
    set_cell(folder, "meetings", 2, "date", "2015-02-30")
    set_cell(folder, "mentions", 2, "topic_id", "cybr")
    assert main(["check", str(folder)]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "meetings.csv, row 2, column date: found '2015-02-30'; expected a date such as 2015-01-21",
        "mentions.csv, row 2, column topic_id: found 'cybr'; expected a row of topics.csv with this topic_id",
    ]
    assert printed.err == f"2 problem(s) in {folder}\n"


def test_the_command_checks_the_shipped_record_by_default(capsys: pytest.CaptureFixture[str]):
    assert main(["check"]) == 0
    version = shipped_descriptor()["version"]
    assert capsys.readouterr().out.endswith(f"version {version}: no problem\n")


def test_the_command_needs_to_be_told_what_to_do(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "check" in capsys.readouterr().err


def test_the_command_runs_as_a_module_in_a_terminal_that_knows_only_ascii(folder: Path):
    set_cell(folder, "meetings", 2, "mode", "対面")
    run = subprocess.run(
        [sys.executable, "-m", "twoplustwo", "check", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "meetings.csv, row 2, column mode: found" in run.stdout
    assert run.stderr == f"1 problem(s) in {folder}\n"
