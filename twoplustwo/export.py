"""Tables as files to take away."""

from __future__ import annotations

import pandas as pd

from twoplustwo.record import Record

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before text that a spreadsheet would run as a formula.

    Numbers and dates stay as they are. Source of the rule: OWASP, CSV injection.
    """
    texts = [column for column in table.columns if pd.api.types.is_string_dtype(table[column])]
    safe = {
        column: table[column].map(
            lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
        )
        for column in texts
    }
    return table.assign(**safe)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8, dates as ISO 8601, safe to open in a spreadsheet."""
    return without_formulas(table).to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8")


def file_name(record: Record, what: str, extension: str) -> str:
    """A name that says what it is and from which data version."""
    stem = f"two-plus-two_{record.about.version}_{what}"
    return f"{stem}.{extension}" if extension else stem
