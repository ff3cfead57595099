"""Tables as files: spreadsheets run nothing of them, and they read back as they were."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoplustwo import Record
from twoplustwo.export import csv_bytes, file_name

FORMULAS = ['=HYPERLINK("http://x.example")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx"]


def cells(table: pd.DataFrame) -> list[list[str]]:
    """The cells of the file as they stand there, without its header."""
    return list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8"), newline="")))[1:]


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(formula: str):
    assert cells(pd.DataFrame({"name": [formula, f"say {formula}"]})) == [[f"'{formula}"], [f"say {formula}"]]


@given(st.lists(st.text(), min_size=1))
def test_no_text_begins_as_a_formula_does(texts: list[str]):
    # Lone surrogates are no text that a file can carry.
    sound = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    table = pd.DataFrame({"number": range(len(sound)), "text": pd.Series(sound, dtype="str")})
    for (_, written), text in zip(cells(table), sound, strict=True):
        assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert written in {text, f"'{text}"}


def test_numbers_and_dates_stay_numbers_and_dates():
    table = pd.DataFrame(
        {
            "days": pd.array([-5, None], dtype="Int64"),
            "change": [-1.5, 2.25],
            "date": pd.to_datetime(["2015-01-21", None]),
            "met": [True, False],
        }
    )
    assert cells(table) == [["-5", "-1.5", "2015-01-21", "True"], ["", "2.25", "", "False"]]


def test_a_table_of_the_record_reads_back_as_it_was(record: Record):
    partners = record.partners
    again = pd.read_csv(io.BytesIO(csv_bytes(partners)), dtype="str", keep_default_na=False, na_values=[""])
    pd.testing.assert_frame_equal(again, partners)


def test_a_column_that_holds_text_among_other_things_is_safe_too():
    assert cells(pd.DataFrame({"mixed": [1, "=1+1", None]}, dtype="object"))[1] == ["'=1+1"]


def test_writing_a_file_leaves_the_table_as_it_is():
    table = pd.DataFrame({"name": ["=1+1"]})
    csv_bytes(table)
    assert table["name"].tolist() == ["=1+1"]


def test_a_file_name_says_what_it_is_and_from_which_version(record: Record):
    assert file_name(record, "partner-by-year", "csv") == (
        f"two-plus-two_{record.about.version}_partner-by-year.csv"
    )
    assert file_name(record, "timeline", "") == f"two-plus-two_{record.about.version}_timeline"
