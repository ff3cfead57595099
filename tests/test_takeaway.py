"""What is taken away opens in other programs, states where it comes from, and runs nothing there."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import frictionless
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from small_record import agreement, framework, meeting, mention, person, read_small, step

from twoplustwo import Record, Selection, check, load
from twoplustwo.citation import one_line
from twoplustwo.export import (
    FORMULA_STARTS,
    Provenance,
    package_zip,
    sheet_names,
    table_csv,
    table_excel,
    table_json,
    table_parquet,
)
from twoplustwo.record import shipped_descriptor, table_schemas
from twoplustwo.selection import BASES, FORMATS

PROVENANCE = Provenance(
    version="2026.11.0",
    licence="CC-BY-4.0",
    selection="partner=GBR&from=2015&to=2026",
    words="United Kingdom, 2015 to 2026, ministerial 2+2",
    address="https://example.org/timeline?partner=GBR",
    citation="The Two Plus Two developers (2026).",
)
STATED = {
    "data_version": "2026.11.0",
    "selection": "partner=GBR&from=2015&to=2026",
    "selection_in_words": "United Kingdom, 2015 to 2026, ministerial 2+2",
    "licence": "CC-BY-4.0",
    "link": "https://example.org/timeline?partner=GBR",
    "citation": "The Two Plus Two developers (2026).",
}
NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x","y")', "＝1+1"]


def a_table() -> pd.DataFrame:
    """One column of each type, each with a gap."""
    return pd.DataFrame(
        {
            "name": pd.Series(["=1+1", 'Müller, „x“; "y"', None], dtype="str"),
            "day": pd.to_datetime(["2015-01-21", None, "1960-01-19"]),
            "count": pd.array([3, None, -4], dtype="Int64"),
            "share": [0.5, float("nan"), -0.25],
            "late": pd.array([True, None, False], dtype="boolean"),
        }
    )


TABLE = a_table()


# --- provenance -------------------------------------------------------------------------------


def test_provenance_of_a_selection_writes_both_years_and_says_the_filters(record: Record):
    stated = Provenance.of(record, Selection(partners=("GBR",), from_year=2015), "https://example.org")
    assert stated.selection == "partner=GBR&from=2015&to=2026"
    assert stated.words == "United Kingdom, 2015 to 2026, ministerial 2+2"
    assert (stated.version, stated.licence) == (record.about.version, record.about.licence)
    assert stated.citation == record.about.citation


# --- CSV --------------------------------------------------------------------------------------


def test_csv_opens_plainly_and_states_its_origin_on_each_row():
    read = pd.read_csv(io.BytesIO(table_csv(TABLE, PROVENANCE)))
    assert read.columns.tolist() == [*TABLE.columns, "data_version", "selection", "licence"]
    assert len(read) == 3
    assert set(read["data_version"]) == {"2026.11.0"}
    assert set(read["selection"]) == {"partner=GBR&from=2015&to=2026"}
    assert set(read["licence"]) == {"CC-BY-4.0"}
    assert read["day"].tolist()[::2] == ["2015-01-21", "1960-01-19"]
    assert read["count"].tolist()[::2] == [3, -4]
    assert read["share"].tolist()[::2] == [0.5, -0.25]


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_of_a_csv_begins_like_a_formula(text: str):
    table = pd.DataFrame(
        {
            "text": pd.Series([text], dtype="str"),
            "mixed": pd.Series([text], dtype="object"),
            "category": pd.Categorical([text]),
            text: [1],
        }
    )
    mixed = pd.concat([table, pd.DataFrame({"mixed": [1]})])
    content = table_csv(mixed, replace(PROVENANCE, selection=text, licence=text)).decode()
    for line in csv.reader(io.StringIO(content, newline="")):
        for cell in line:
            assert not cell.startswith(FORMULA_STARTS)
    assert next(csv.reader(io.StringIO(content, newline="")))[3] == f"'{text}"


def test_numbers_and_dates_of_a_csv_keep_their_sign():
    (line,) = csv.DictReader(io.StringIO(table_csv(TABLE.tail(1), PROVENANCE).decode()))
    assert (line["count"], line["share"], line["day"]) == ("-4", "-0.25", "1960-01-19")


def test_a_csv_of_no_rows_keeps_its_header():
    read = pd.read_csv(io.BytesIO(table_csv(TABLE.head(0), PROVENANCE)))
    assert read.empty
    assert read.columns.tolist()[-3:] == ["data_version", "selection", "licence"]


# --- Excel ------------------------------------------------------------------------------------


def book(tables: dict[str, pd.DataFrame]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(table_excel(tables, PROVENANCE)))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def test_excel_keeps_types_and_gaps():
    read = cells(book({"meetings": TABLE})["meetings"])
    assert read[0] == ["name", "day", "count", "share", "late"]
    assert read[1] == ["=1+1", datetime(2015, 1, 21), 3, 0.5, True]  # noqa: DTZ001 - a day has no zone
    assert read[2] == ['Müller, „x“; "y"', None, None, None, None]
    assert read[3] == [None, datetime(1960, 1, 19), -4, -0.25, False]  # noqa: DTZ001


def test_excel_dates_are_days_and_wide_enough_to_be_seen():
    sheet = book({"meetings": TABLE})["meetings"]
    assert sheet["B2"].is_date
    assert "yyyy" in sheet["B2"].number_format
    assert "h" not in sheet["B2"].number_format
    assert sheet.column_dimensions["B"].width >= len("19 January 1960")


def test_excel_header_stays_and_filters():
    sheet = book({"meetings": TABLE})["meetings"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E4"


def test_excel_columns_are_readable_and_none_fills_the_screen():
    table = pd.DataFrame({"id": ["a"], "note": ["word " * 400]})
    sheet = book({"notes": table})["notes"]
    assert 8 <= sheet.column_dimensions["A"].width <= 20
    assert 40 <= sheet.column_dimensions["B"].width <= 80
    assert sheet["B2"].alignment.wrap_text


@given(st.lists(st.sampled_from(NASTY) | st.text(), min_size=1, max_size=5))
@settings(max_examples=40)
def test_no_text_becomes_a_formula_or_a_link_in_excel(texts: list[str]):
    sheet = book({"texts": pd.DataFrame({"text": pd.Series(texts, dtype="object")})})["texts"]
    for line, text in enumerate(texts, start=2):
        cell = sheet.cell(line, 1)
        assert cell.data_type in {"s", "n"}  # text, or a gap
        assert cell.hyperlink is None
        assert (cell.value or "") == one_line(text) or "_x" in text


@pytest.mark.parametrize("text", NASTY)
def test_formula_like_text_stays_as_it_is_in_excel(text: str):
    cell = book({text: pd.DataFrame({text: [text]})}).worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", one_line(text))


def test_excel_states_its_origin_on_a_sheet_of_its_own():
    workbook = book({"meetings": TABLE, "About": TABLE})
    assert workbook.sheetnames == ["meetings", "About", "About 2"]
    stated = dict(cells(workbook["About 2"]))
    assert stated.pop("Source").startswith("Two Plus Two")
    assert list(stated.values()) == list(STATED.values())
    assert list(stated)[:2] == ["Data version", "Selection"]


def test_excel_is_the_same_for_the_same_input():
    assert table_excel({"a": TABLE}, PROVENANCE) == table_excel({"a": TABLE}, PROVENANCE)


def test_a_date_before_excels_calendar_is_text():
    table = pd.DataFrame({"day": pd.to_datetime(["1854-03-31"])})
    assert book({"old": table})["old"]["A2"].value == "1854-03-31"


def test_text_longer_than_a_cell_is_cut():
    table = pd.DataFrame({"text": ["x" * 40_000]})
    assert len(book({"long": table})["long"]["A2"].value) == 32_767


@given(st.lists(st.text() | st.sampled_from(["a/b", "History", "x" * 40, "'", "", "About"]), max_size=8))
def test_sheet_names_are_such_as_excel_takes(wanted: list[str]):
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not set("[]:*?/\\") & set(name)
        assert name.strip("'") == name
        assert name.casefold() != "history"


# --- JSON and Parquet -------------------------------------------------------------------------


def test_json_has_meta_and_rows_with_iso_dates_and_null():
    read = json.loads(table_json(TABLE, PROVENANCE))
    assert read["meta"] == {**STATED, "rows": 3}
    assert read["data"] == [
        {"name": "=1+1", "day": "2015-01-21", "count": 3, "share": 0.5, "late": True},
        {"name": 'Müller, „x“; "y"', "day": None, "count": None, "share": None, "late": None},
        {"name": None, "day": "1960-01-19", "count": -4, "share": -0.25, "late": False},
    ]


def test_json_of_no_rows_is_an_empty_list():
    read = json.loads(table_json(TABLE.head(0), PROVENANCE))
    assert (read["data"], read["meta"]["rows"]) == ([], 0)


def test_parquet_keeps_types_gaps_and_origin():
    read = parquet.read_table(io.BytesIO(table_parquet(TABLE, PROVENANCE)))
    assert read.num_rows == 3
    types = {name: read.schema.field(name).type for name in read.column_names}
    assert pa.types.is_timestamp(types["day"])
    assert pa.types.is_int64(types["count"])
    assert pa.types.is_float64(types["share"])
    assert pa.types.is_boolean(types["late"])
    assert read["count"].to_pylist() == [3, None, -4]
    assert read["day"].to_pylist()[1] is None
    metadata = {key.decode(): value.decode() for key, value in read.schema.metadata.items()}
    assert {key: metadata[key] for key in STATED} == STATED
    pd.testing.assert_frame_equal(read.to_pandas(), TABLE)


@pytest.mark.parametrize("name", table_schemas())
def test_every_table_of_the_record_goes_into_every_form(record: Record, name: str):
    table = record.tables()[name]
    assert not {"data_version", "selection", "licence"} & set(table.columns)
    rows = len(table)
    assert len(pd.read_csv(io.BytesIO(table_csv(table, PROVENANCE)))) == rows
    assert len(json.loads(table_json(table, PROVENANCE))["data"]) == rows
    assert parquet.read_metadata(io.BytesIO(table_parquet(table, PROVENANCE))).num_rows == rows
    assert book({name: table})[name].max_row == rows + 1


# --- package ----------------------------------------------------------------------------------


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


YEARS = st.none() | st.integers(1960, 2026)


@st.composite
def selections(draw: st.DrawFn, record: Record) -> Selection:
    def some(values: tuple[str, ...] | list[str], most: int = 3) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(values), max_size=most)))

    return Selection(
        partners=some(record.partners["partner"].tolist()),
        from_year=draw(YEARS),
        to_year=draw(YEARS),
        formats=draw(st.sampled_from([("two_plus_two",), FORMATS, ("summit",)])),
        topics=some(record.topics["topic_id"].tolist()),
        bases=some(BASES, 2),
        text=draw(st.sampled_from(["", "", "treaty", "zzz"])),
    )


@given(st.data())
@settings(max_examples=15)
def test_the_package_of_any_selection_is_a_valid_record_of_the_same_rows(record: Record, data: st.DataObject):
    selected = data.draw(selections(record)).apply(record)
    with TemporaryDirectory() as name:
        folder = unpacked(package_zip(selected, PROVENANCE), Path(name))
        report = check(folder)
        assert report.problems == ()
        assert report.record is not None
        for table, frame in selected.tables().items():
            # A column without any date comes back in another unit of time.
            read = report.record.tables()[table]
            pd.testing.assert_frame_equal(read, frame.reset_index(drop=True), check_dtype=False)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(partners=("GBR",), from_year=2015),
        Selection(text="zzz"),
        Selection(to_year=1960),
    ],
    ids=str,
)
def test_the_package_validates_as_a_data_package(record: Record, selection: Selection, tmp_path: Path):
    folder = unpacked(package_zip(selection.apply(record), PROVENANCE), tmp_path)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "message"])
    assert report.stats["tasks"] == len(table_schemas())


def test_the_package_states_version_selection_reach_and_what_was_kept(record: Record):
    selected = Selection(partners=("GBR",), from_year=2015, to_year=2020).apply(record)
    with zipfile.ZipFile(io.BytesIO(package_zip(selected, PROVENANCE))) as archive:
        assert sorted(archive.namelist()) == sorted(
            ["README.txt", "datapackage.json", *(f"{name}.csv" for name in table_schemas())]
        )
        descriptor = json.loads(archive.read("datapackage.json"))
        readme = archive.read("README.txt").decode()
    assert descriptor["version"] == record.about.version
    covered = shipped_descriptor()["coverage"]
    assert descriptor["coverage"] == {name: covered[name] for name in ("start", "end", "note", "note_ja")}
    assert [licence["name"] for licence in descriptor["licenses"]] == ["CC-BY-4.0"]
    assert {resource["name"]: resource["schema"] for resource in descriptor["resources"]} == table_schemas()
    assert descriptor["selection"]["query"] == STATED["selection"]
    assert descriptor["selection"]["words"] == STATED["selection_in_words"]
    assert descriptor["selection"]["as_of"] == "2020-12-31"
    assert descriptor["selection"]["rows"]["meetings"] == len(selected.meetings)
    for said in STATED.values():
        assert said in readme
    assert "31 December 2020" in readme
    assert f"meetings.csv {len(selected.meetings)} rows" in " ".join(readme.split())


def test_the_package_keeps_what_its_rows_refer_to(tmp_path: Path):
    small = read_small(
        tmp_path / "whole",
        meetings=[
            meeting("GBR", "2015-01-21", source_ids="a;b"),
            meeting("FRA", "2014-01-09", source_ids="c"),
        ],
        participants=[person("gbr-2015-01-21", "Gen Nakatani", source_id="d")],
        mentions=[mention("gbr-2015-01-21", "cyber", source_id="e")],
        agreements=[agreement("gbr-acsa", "acsa", "signed", source_ids="f")],
        agreement_events=[step("gbr-acsa", "2016-01-01", "signed")],
        frameworks=[framework("GBR", source_id="g"), framework("FRA", source_id="h")],
    )
    selected = Selection(partners=("GBR",), from_year=2015).apply(small)
    read = load(unpacked(package_zip(selected, PROVENANCE), tmp_path / "part"))
    assert read.partners["partner"].tolist() == ["GBR"]
    assert read.frameworks["partner"].tolist() == ["GBR"]
    assert read.agreements["agreement_id"].tolist() == ["gbr-acsa"]
    assert set(read.sources["source_id"]) == {"source-1", *"abdefg"}
    assert read.about == small.about


def test_the_package_is_the_same_for_the_same_input_and_dated_by_the_record(record: Record):
    selected = Selection(partners=("DEU",)).apply(record)
    content = package_zip(selected, PROVENANCE)
    assert content == package_zip(selected, PROVENANCE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        days = {date(*entry.date_time[:3]) for entry in archive.infolist()}
    assert days == {record.about.created.date()}


def test_no_cell_of_a_package_begins_like_a_formula_and_it_stays_valid(tmp_path: Path):
    small = read_small(
        tmp_path / "whole",
        meetings=[meeting("GBR", "2015-01-21", name="=1+1", summary="-x", city="@y")],
        participants=[person("gbr-2015-01-21", "+Name")],
        frameworks=[framework("GBR", framework_name="=2+2")],
    )
    folder = unpacked(package_zip(small, PROVENANCE), tmp_path / "part")
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert not [cell for line in csv.reader(file) for cell in line if cell.startswith(FORMULA_STARTS)]
    read = load(folder)
    assert read.meetings["name"].tolist() == ["'=1+1"]
    assert read.partners["framework"].tolist() == ["'=2+2"]
