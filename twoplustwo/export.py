"""Tables and records as files to take away, each stating data version, selection and licence inside."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from twoplustwo.citation import one_line
from twoplustwo.labels import counted, filters_in_words, written_date
from twoplustwo.record import DESCRIPTOR, Record, shipped_descriptor
from twoplustwo.selection import Selection, Vocabulary

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DATE_FORMAT = "%Y-%m-%d"
WIDEST_COLUMN = 60  # characters; longer text wraps
LONGEST_SHEET_NAME = 31
LONGEST_EXCEL_CELL = 32_767
FIRST_EXCEL_YEAR = 1900


@dataclass(frozen=True)
class Provenance:
    """Where a download comes from; every file states it."""

    version: str
    licence: str
    selection: str
    """Query string of the filters, without question mark."""
    words: str
    """The filters in words."""
    address: str
    """Link to what was on screen; may be empty."""
    citation: str

    @classmethod
    def of(cls, record: Record, selection: Selection, address: str) -> Provenance:
        """That of a selection of a whole record; both years are written out, so that it does not drift."""
        vocabulary = Vocabulary.of(record)
        return cls(
            version=record.about.version,
            licence=record.about.licence,
            selection=selection.pinned(vocabulary).to_query(),
            words=", ".join(filters_in_words(selection, record, vocabulary)),
            address=address,
            citation=record.about.citation,
        )

    def stated(self) -> dict[str, str]:
        """Name -> value, as files carry it."""
        return {
            "data_version": self.version,
            "selection": self.selection,
            "selection_in_words": self.words,
            "licence": self.licence,
            "link": self.address,
            "citation": self.citation,
        }


def file_name(record: Record, what: str, extension: str) -> str:
    """A name that says what it is and from which data version."""
    stem = f"two-plus-two_{record.about.version}_{what}"
    return f"{stem}.{extension}" if extension else stem


# --- CSV --------------------------------------------------------------------------------------


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before text, headers too, that a spreadsheet would run as a formula.

    Numbers and dates stay as they are. Source of the rule: OWASP, CSV injection.
    """
    safe = {
        column: table[column].map(_without_formula)
        for column in table.columns
        if _may_hold_text(table[column])
    }
    return table.assign(**safe).rename(columns=_without_formula)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV (RFC 4180) in UTF-8, dates as ISO 8601, safe to open in a spreadsheet."""
    # With this line end a lone carriage return within a cell is quoted; unquoted, readers would begin
    # a new row after it, and that row could begin like a formula.
    text = without_formulas(table).to_csv(index=False, date_format=DATE_FORMAT, lineterminator="\r\n")
    return text.encode("utf-8")


def table_csv(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """The table as CSV with ``data_version``, ``selection`` and ``licence`` as last columns of each row.

    So the file states where it comes from and still opens as a plain table.
    """
    stated = {
        "data_version": provenance.version,
        "selection": provenance.selection,
        "licence": provenance.licence,
    }
    return csv_bytes(table.assign(**stated))


def _may_hold_text(column: pd.Series) -> bool:
    kinds = pd.api.types
    return not (kinds.is_numeric_dtype(column) or kinds.is_datetime64_any_dtype(column))


def _without_formula(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


# --- Excel ------------------------------------------------------------------------------------


def table_excel(tables: dict[str, pd.DataFrame], provenance: Provenance) -> bytes:
    """The tables as an Excel workbook, a sheet each, and a sheet ``About`` at the end.

    Dates are dates, text is text (nothing becomes a formula or a link), the header stays in view
    and filters. Keys of ``tables`` name the sheets, cut to what Excel allows.
    """
    import xlsxwriter

    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    # Without a date of its own the file would carry the time of its making and never be the same.
    created = pd.Timestamp(2026, 1, 1).to_pydatetime()
    workbook.set_properties({"title": "Two Plus Two", "comments": provenance.citation, "created": created})
    head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        "plain": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "day": workbook.add_format({"num_format": "d mmmm yyyy", "align": "left", "valign": "top"}),
    }
    names = sheet_names([*tables, "About"])
    for name, table in zip(names[:-1], tables.values(), strict=True):
        sheet = workbook.add_worksheet(name)
        for place, column in enumerate(table.columns):
            cells = [_plain_cell(cell) for cell in table[column]]
            sheet.set_column(place, place, _width(str(column), cells))
            sheet.write_string(0, place, one_line(str(column)), head)
            for line, cell in enumerate(cells, start=1):
                _write_cell(sheet, (line, place), cell, formats)
        sheet.freeze_panes(1, 0)
        if len(table.columns):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
    about = workbook.add_worksheet(names[-1])
    about.set_column(0, 0, 20)
    about.set_column(1, 1, 100)
    facts = {"source": shipped_descriptor()["title"], **provenance.stated()}
    for line, (name, value) in enumerate(facts.items()):
        about.write_string(line, 0, name.replace("_", " ").capitalize(), head)
        about.write_string(line, 1, one_line(value)[:LONGEST_EXCEL_CELL], formats["plain"])
    workbook.close()
    return file.getvalue()


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that Excel takes for the sheets of one workbook, in the same order.

    At most 31 characters, no brackets, colons, asterisks, question marks or slashes, no apostrophe at
    either end, none empty, none the reserved ``History``, no two alike but for case.
    """
    names: list[str] = []
    taken = {"history"}
    for name in wanted:
        clean = "".join(" " if sign in "[]:*?/\\" else sign for sign in one_line(name))
        clean = clean.strip("' ") or "Table"
        free, number = clean[:LONGEST_SHEET_NAME].rstrip("' "), 1
        while free.casefold() in taken:
            number += 1
            ending = f" {number}"
            free = clean[: LONGEST_SHEET_NAME - len(ending)].rstrip("' ") + ending
        taken.add(free.casefold())
        names.append(free)
    return names


def _write_cell(sheet: Any, place: tuple[int, int], cell: Any, formats: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(*place, cell, formats["plain"])
    elif isinstance(cell, int | float):
        sheet.write_number(*place, cell, formats["plain"])
    elif isinstance(cell, pd.Timestamp) and cell.year >= FIRST_EXCEL_YEAR:
        sheet.write_datetime(*place, cell.to_pydatetime(), formats["day"])
    else:
        sheet.write_string(*place, one_line(_text(cell))[:LONGEST_EXCEL_CELL], formats["plain"])


def _width(header: str, cells: list[Any]) -> int:
    shown = [written_date(cell) if isinstance(cell, pd.Timestamp) else str(cell) for cell in cells if cell]
    return min(max(len(text) for text in [*shown, header, "a number"]) + 2, WIDEST_COLUMN)


# --- JSON and Parquet -------------------------------------------------------------------------


def table_json(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """The table as ``{"meta": {...}, "data": [one object a row]}``: dates ISO 8601, gaps null."""
    names = [str(column) for column in table.columns]
    columns = [[_json_cell(cell) for cell in table[column]] for column in table.columns]
    data = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    content = {"meta": {**provenance.stated(), "rows": len(data)}, "data": data}
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8")


def table_parquet(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """The table as Parquet; what :meth:`Provenance.stated` names stands in the schema's metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    content = pa.Table.from_pandas(table.rename(columns=str), preserve_index=False)
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), **provenance.stated()})
    file = io.BytesIO()
    parquet.write_table(content, file)
    return file.getvalue()


def _json_cell(cell: Any) -> Any:
    value = _plain_cell(cell)
    return value if value is None or isinstance(value, bool | int | float) else _text(value)


def _plain_cell(cell: Any) -> Any:
    """A cell as Python knows it: None for a gap, bool, int, float, Timestamp or text."""
    if pd.isna(cell):
        return None
    return cell.item() if hasattr(cell, "item") else cell


def _text(cell: Any) -> str:
    return f"{cell:{DATE_FORMAT}}" if isinstance(cell, pd.Timestamp) else str(cell)


# --- package ----------------------------------------------------------------------------------


def package_zip(selected: Record, provenance: Provenance) -> bytes:
    """The selected part of the record as a zip that is a valid Data Package again.

    It holds the descriptor (with the schemas of the record, its version, reach and licence, and a
    note on the selection), every table, and a README that says what was kept. The record must be
    closed under its references, as :meth:`twoplustwo.Selection.apply` leaves it. Equal input gives
    equal bytes.
    """
    descriptor = json.dumps(_descriptor(selected, provenance), ensure_ascii=False, indent=2)
    files = {
        "README.txt": _readme(selected, provenance).encode("utf-8"),
        DESCRIPTOR: descriptor.encode("utf-8"),
        **{f"{name}.csv": csv_bytes(table) for name, table in selected.tables().items()},
    }
    made = selected.about.created
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (made.year, made.month, made.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return file.getvalue()


def _descriptor(selected: Record, provenance: Provenance) -> dict[str, Any]:
    """The shipped descriptor with what this record says of itself, and the note on the selection."""
    about, shipped = selected.about, shipped_descriptor()
    licences = [licence for licence in shipped["licenses"] if licence["name"] == about.licence]
    return {
        **shipped,
        "title": about.title,
        "description": f"{shipped['description']} This is a part of it: {provenance.words}.",
        "version": about.version,
        "created": f"{about.created:{DATE_FORMAT}}T00:00:00Z",
        "coverage": {
            "start": f"{about.coverage_start:{DATE_FORMAT}}",
            "end": f"{about.coverage_end:{DATE_FORMAT}}",
            "note": about.coverage_note,
            **({"note_ja": about.coverage_note_ja} if about.coverage_note_ja else {}),
        },
        "licenses": licences or [{"name": about.licence}],
        "citation": about.citation,
        "selection": {
            "query": provenance.selection,
            "words": provenance.words,
            "link": provenance.address,
            "citation": provenance.citation,
            "as_of": f"{selected.as_of:{DATE_FORMAT}}",
            "rows": {name: len(table) for name, table in selected.tables().items()},
        },
    }


def _readme(selected: Record, provenance: Provenance) -> str:
    about = selected.about
    rows = "\n".join(
        f"  {name + '.csv':<22} {counted(len(table), 'row'):>12}" for name, table in selected.tables().items()
    )
    link = f"Link: {provenance.address}\n" if provenance.address else ""
    return f"""{about.title}
Data version {provenance.version}

This is a part of the record: {provenance.words}
Selection: {provenance.selection}
{link}Licence: {provenance.licence}
To cite it: {provenance.citation}

What was kept
{rows}

Meetings fit all filters; participants and mentions are those of the meetings, mentions also by the
kind of text. Agreements are chosen by partner and words, and with years by having a step in them;
only the steps in these years are here. Events around them are those that touch the years. Partners
come with their frameworks, sources are those that a row names, the codebook of cooperation areas
and the list of revisions come whole.

How to read it
"Days since" in the dashboard count to {written_date(selected.as_of)} for this selection; statuses are
those of {written_date(about.coverage_end)}. {about.coverage_note}
A cooperation area that is absent may still have been discussed: absence is weak evidence.
In the CSV files an apostrophe stands before text that a spreadsheet would run as a formula.
datapackage.json says what each column means. In Python:

  from twoplustwo import load
  record = load("the folder with these files")
"""
