"""The record: a folder of tables (a Data Package) as typed pandas frames.

This module only reads. What makes a folder acceptable is told in :mod:`twoplustwo.check`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import namedtuple
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from twoplustwo.storage import left_behind

DESCRIPTOR = "datapackage.json"
VERSION = re.compile(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}")


def shipped_folder() -> Path:
    """The folder of the record that comes with this library.

    An installed wheel carries it inside the package; a checkout has it beside the package.
    """
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "data"


@cache
def shipped_descriptor() -> dict[str, Any]:
    """The descriptor of the shipped record; its table schemas define the form of every record."""
    folder = shipped_folder()
    folder = left_behind(folder) or folder  # for the command that puts it back
    descriptor: dict[str, Any] = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    return descriptor


def table_schemas() -> dict[str, dict[str, Any]]:
    """Name of each table -> its Table Schema (fields, keys, allowed values)."""
    return {resource["name"]: resource["schema"] for resource in shipped_descriptor()["resources"]}


def field(table: str, column: str) -> dict[str, Any]:
    """The description of one column: title, description, type, unit, constraints."""
    return next(f for f in table_schemas()[table]["fields"] if f["name"] == column)


def allowed_values(table: str, column: str) -> tuple[str, ...]:
    """The values that a column with a closed vocabulary may hold, in the order of the codebook."""
    return tuple(field(table, column)["constraints"]["enum"])


@dataclass(frozen=True)
class About:
    """What a record says of itself: identity, licence and how far its sources reach."""

    title: str
    version: str
    created: pd.Timestamp
    coverage_start: pd.Timestamp
    coverage_end: pd.Timestamp
    coverage_note: str
    licence: str
    citation: str
    coverage_note_ja: str = ""

    @classmethod
    def from_descriptor(cls, descriptor: dict[str, Any]) -> About:
        """Read the descriptor. Raises KeyError or ValueError where an entry is missing or no date."""
        coverage = descriptor["coverage"]
        return cls(
            title=_words(descriptor["title"]),
            version=_version(descriptor["version"]),
            created=_day(descriptor["created"]),
            coverage_start=_day(coverage["start"]),
            coverage_end=_day(coverage["end"]),
            coverage_note=_words(coverage["note"]),
            licence=_words(descriptor["licenses"][0]["name"]),
            citation=_words(descriptor["citation"]),
            coverage_note_ja=_words(coverage["note_ja"]) if "note_ja" in coverage else "",
        )


@dataclass(frozen=True, eq=False)
class Record:
    """The tables of the record, or of a part of it, as typed frames.

    Columns and their meaning are those of ``datapackage.json``: text is ``str`` with missing
    values as NaN, dates are ``datetime64``, ordinals ``Int64``. Treat the frames as read-only;
    every function of this library returns new ones.
    """

    partners: pd.DataFrame
    meetings: pd.DataFrame
    places: pd.DataFrame
    participants: pd.DataFrame
    people: pd.DataFrame
    offices: pd.DataFrame
    mentions: pd.DataFrame
    agreements: pd.DataFrame
    agreement_events: pd.DataFrame
    frameworks: pd.DataFrame
    context_events: pd.DataFrame
    topics: pd.DataFrame
    codings: pd.DataFrame
    sources: pd.DataFrame
    doubts: pd.DataFrame
    revisions: pd.DataFrame
    about: About
    as_of: pd.Timestamp
    """The day to which "days since" is counted: the end of the coverage, or of the years selected."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Name of each table -> its frame."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in table_schemas()}

    def name_of(self, partner: str) -> str:
        """Everyday name of a partner code; the code itself where the record does not know it."""
        names = self.partners.loc[self.partners["partner"] == partner, "name"]
        return partner if names.empty else names.iloc[0]


def read_record(folder: Path) -> Record:
    """Read a folder that has passed :func:`twoplustwo.check.check`; nothing is checked here."""
    descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    about = About.from_descriptor(descriptor)
    tables = {name: _read_table(folder / f"{name}.csv", schema) for name, schema in table_schemas().items()}
    return Record(**tables, about=about, as_of=about.coverage_end)


def _words(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{str(text)[:40]!r} is no text")
    return text


def _version(text: str) -> str:
    if not VERSION.fullmatch(text):
        raise ValueError(f"{text!r} is no version such as 2026.11.0")
    return text


def _day(text: str) -> pd.Timestamp:
    """The day of an ISO 8601 date or time. pandas alone would also take "", "now" and 5."""
    return pd.Timestamp(date.fromisoformat(text[:10]))


def _read_table(path: Path, schema: dict[str, Any]) -> pd.DataFrame:
    # Only the empty cell is missing: pandas would also read a code such as "NA" as a gap.
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")
    for column in schema["fields"]:
        name = column["name"]
        if column["type"] == "date":
            frame[name] = pd.to_datetime(frame[name], format=column["format"]).dt.as_unit("us")
        elif column["type"] == "integer":
            frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame as named tuples, as ``itertuples`` gives them in twice the time.

    Typed as Any: the declared columns say what a cell holds, pandas' own types do not.
    """
    columns = (frame[name].tolist() for name in frame.columns)
    return map(_row_type(tuple(frame.columns))._make, zip(*columns, strict=True))


@lru_cache(maxsize=256)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns, rename=True)  # noqa: PYI024 - its fields are known when it runs


def row(frame: pd.DataFrame, column: str, key: str) -> Any:
    """The row with a key as a named tuple. Raises KeyError if there is none."""
    found = frame[frame[column] == key]
    if found.empty:
        raise KeyError(key)
    return next(rows(found))


def forget_views(frames: Iterable[pd.DataFrame]) -> None:
    """Have pandas drop its notes on views that are gone, from frames that live as long as the server.

    For copy-on-write it notes each view of a column or an index, and looks through the notes only
    when there are hundreds of one: with thousands of columns kept, that is a leak.
    """
    with suppress(AttributeError):  # its inside may change; a test tells, the server goes on
        for frame in frames:
            notes = [block.refs for block in frame._mgr.blocks]  # noqa: SLF001
            notes += [getattr(axis, "_references", None) for axis in frame.axes]
            for views in notes:
                if views is not None:  # the index that merely counts has none
                    views.has_reference()  # keeps those that are alive


def person_id(name: str) -> str:
    """A stable id made of a name, such as ``gen-nakatani``: letters and digits, no accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "-", letters).strip("-")


def version_key(version: str) -> tuple[int, ...]:
    """A data version such as ``2026.11.0`` as numbers that sort."""
    return tuple(int(part) for part in version.split("."))


def split_ids(cell: str) -> list[str]:
    """The ids in a cell such as ``a;b``."""
    return cell.split(";")


def cited(frame: pd.DataFrame) -> set[str]:
    """Ids of all sources that the rows of a table name."""
    found: set[str] = set()
    for column in {"source_id", "source_ids", "further_source_ids"} & set(frame.columns):
        found.update(*map(split_ids, frame[column].dropna()))
    return found


def period_end(dates: pd.Series, precision: pd.Series) -> pd.Series:
    """Last day that a date of the given precision can mean.

    A date known to the month or year is stored as the first day of that period, so 2014-01-01
    of precision "year" ends on 2014-12-31.
    """
    month_end = dates + pd.offsets.MonthEnd(0)
    year_end = dates + pd.offsets.YearEnd(0)
    return dates.mask(precision == "month", month_end).mask(precision == "year", year_end)
