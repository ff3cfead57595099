"""Check a folder against the form of the record, and load it.

The form (types, allowed values, keys) is checked by frictionless against the shipped
descriptor; the sense (dates in order, no meeting twice) by the functions below it. A record
that could be loaded has passed both.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise, zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from twoplustwo.record import (
    DESCRIPTOR,
    About,
    Record,
    period_end,
    person_id,
    read_record,
    shipped_descriptor,
    shipped_folder,
    split_ids,
    table_schemas,
    version_key,
)
from twoplustwo.storage import left_behind

LONGEST_VALUE = 80
LONGEST_CELL = 20_000  # characters; the longest note of the record has a few hundred
LARGEST_FILE = 16 * 1024 * 1024  # bytes; the largest of the record has a seventieth of it
MOST_ROWS = 20_000  # of a table, which takes seconds to check; the longest of the record has 1,400
FIRST_DAY, LAST_DAY = pd.Timestamp(1900, 1, 1), pd.Timestamp(2099, 12, 31)
MOST_PROBLEMS = 1_000_000  # all of them: frictionless stops at a thousand unless told otherwise
# Controls other than line breaks, marks that turn the direction of what follows, the sign for lost bytes.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
EVENT_ORDER = (
    "proposed",
    "negotiations_launched",
    "agreed_in_principle",
    "signed",
    "entered_into_force",
    "superseded",
    "terminated",
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with the cell where it stands."""

    file: str
    row: int | None
    """Line of the table, counted as a spreadsheet does: the header is row 1."""
    column: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f"column {self.column}")
        found = "" if self.value is None else f": found {_shortened(self.value)}"
        return f"{', '.join(where)}{found}; expected {self.expected}"


@dataclass(frozen=True)
class Report:
    """What a check found. ``record`` is there only if there is no problem."""

    record: Record | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


class InvalidRecordError(ValueError):
    """A folder that is no valid record. The message lists the first problems, one a line."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        shown = [f"  {problem}" for problem in problems[:5]]
        if len(problems) > len(shown):
            shown.append(f"  and {len(problems) - len(shown)} more: run python -m twoplustwo check {folder}")
        super().__init__("\n".join([f"{folder} is not a valid record:", *shown]))


def load(path: str | Path | None = None) -> Record:
    """Read and validate a record.

    Parameters
    ----------
    path
        Folder with ``datapackage.json`` and its CSV files; the record shipped with the library
        if not given.

    Returns
    -------
    Record
        Typed frames, one a table.

    Raises
    ------
    InvalidRecordError
        If anything in the folder is wrong. Nothing is loaded then.
    """
    folder = shipped_folder() if path is None else Path(path)
    report = check(folder)
    if report.record is None:
        raise InvalidRecordError(folder, report.problems)
    return report.record


def check(folder: Path) -> Report:
    """Check the form of a folder and, if it is right, the sense of what it says."""
    problems = tuple(_descriptor_problems(folder)) or tuple(_form_problems(folder))
    if problems:
        return Report(None, problems)
    record = read_record(folder)
    problems = tuple(_sense_problems(record))
    return Report(None if problems else record, problems, tuple(_notes(record)))


# --- form -------------------------------------------------------------------------------------


def _descriptor_problems(folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        expected = "a folder that exists"
        if last := left_behind(folder):
            expected += f": a change was cut off, and the next one puts back what lies in {last}"
        yield Problem(str(folder), None, None, None, expected)
        return
    try:
        descriptor = json.loads(
            _text(folder / DESCRIPTOR, "utf-8", "a Data Package descriptor in this folder")
        )
        About.from_descriptor(descriptor)
        declared = {resource["name"]: resource["schema"] for resource in descriptor["resources"]}
    except _UnreadableError as error:
        yield Problem(DESCRIPTOR, None, None, error.found, error.expected)
    except json.JSONDecodeError as error:
        yield Problem(DESCRIPTOR, error.lineno, None, error.msg, "valid JSON")
    except KeyError as error:
        yield Problem(DESCRIPTOR, None, None, None, f"an entry {error}")
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        yield Problem(DESCRIPTOR, None, None, str(error), "the entries of the shipped descriptor")
    else:
        for name, schema in table_schemas().items():
            if declared.get(name) != schema:
                yield Problem(DESCRIPTOR, None, None, f"table {name}", "the schema of the shipped descriptor")


def _form_problems(folder: Path) -> Iterator[Problem]:
    import frictionless  # takes half a second to import, and only a check needs it

    # The shipped resources, not the folder's: their paths are known to stay inside the folder.
    # Their rows are handed over as they were read here: frictionless guesses the separator of a
    # file, and would accept one that the record is not read with.
    tables, named = [], set()
    for resource in shipped_descriptor()["resources"]:
        name, schema = resource["name"], resource["schema"]
        rows, problems = _rows(folder / resource["path"], schema)
        yield from problems
        named |= {(problem.file, problem.row, problem.column) for problem in problems}
        tables.append({"name": name, "schema": schema, "data": rows})
    if not all(table["data"] for table in tables):
        return
    package = frictionless.Package.from_descriptor({"name": "record", "resources": tables})
    for task in package.validate(limit_errors=MOST_PROBLEMS).tasks:
        for error in task.errors:
            problem = _problem(f"{task.name}.csv", task.name, error)
            if (problem.file, problem.row, problem.column) not in named:
                yield problem


def _rows(path: Path, schema: dict[str, Any]) -> tuple[list[list[str]] | None, list[Problem]]:
    """The header and the rows of a file, or None if they make no table, with what is wrong."""
    try:
        text = _text(path, "utf-8-sig", "a CSV file of this name")
    except _UnreadableError as error:
        return None, [Problem(path.name, None, None, error.found, error.expected)]
    if not text.strip():
        return None, [Problem(path.name, 1, None, "", "a header row")]
    limit = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline="")), MOST_ROWS + 2))
    finally:
        csv.field_size_limit(limit)
    if len(rows) > MOST_ROWS + 1:
        return None, [Problem(path.name, MOST_ROWS + 2, None, None, f"at most {MOST_ROWS:,} rows")]
    columns = [field["name"] for field in schema["fields"]]
    for found, wanted in zip_longest(rows[0], columns):
        if found != wanted:
            expected = f"the columns {', '.join(columns)}, in this order"
            return None, [Problem(path.name, 1, wanted or found, found, expected)]
    problems = list(_wrong_cells(path.name, schema, rows))
    return rows if all(problem.column for problem in problems) else None, problems


class _UnreadableError(Exception):
    """A file that holds no text to read: what was found, and what was expected."""

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


def _text(path: Path, encoding: str, kind: str) -> str:
    """The text of a file that lies in its folder itself. Raises _UnreadableError if there is none."""
    try:
        # A link to elsewhere would show what lies there; a pipe would never end.
        if not path.is_file() or path.resolve().parent != path.parent.resolve():
            raise _UnreadableError(None, kind)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _UnreadableError(f"{size:,} bytes", f"at most {LARGEST_FILE:,} bytes")
        return path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"byte {error.start}", "text in UTF-8") from error
    except OSError as error:
        raise _UnreadableError(None, kind) from error


def _wrong_cells(file: str, schema: dict[str, Any], rows: list[list[str]]) -> Iterator[Problem]:
    """What the Table Schema cannot say of rows and cells."""
    fields = schema["fields"]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(fields):
            yield Problem(file, number, None, None, f"{len(fields)} cells, one a column, not {len(row)}")
            continue
        for field, cell in zip(fields, row, strict=True):
            if len(cell) > LONGEST_CELL:
                expected = f"at most {LONGEST_CELL:,} characters, not {len(cell):,}"
                yield Problem(file, number, field["name"], cell, expected)
            elif CONTROL.search(cell):
                yield Problem(file, number, field["name"], cell, "text without control characters")
            elif field["type"] == "integer" and cell and not WHOLE_NUMBER.fullmatch(cell):
                # Python and frictionless read 1_0 and full-width digits as numbers, pandas does not.
                yield Problem(file, number, field["name"], cell, "a whole number in plain digits")


def _problem(file: str, table: str, error: Any) -> Problem:
    """Say a frictionless error as a cell and what was expected there."""
    schema = table_schemas()[table]
    row = getattr(error, "row_number", None)
    column = getattr(error, "field_name", None) or getattr(error, "label", None) or None
    value = getattr(error, "cell", None)
    if error.type == "foreign-key":
        column = ", ".join(error.field_names)
        value = "; ".join(str(cell) for cell in error.field_cells)
        expected = f"a row of {error.reference_name}.csv with this {', '.join(error.reference_field_names)}"
    elif error.type == "primary-key":
        key = schema["primaryKey"]
        column = ", ".join(key)
        cells = dict(zip((f["name"] for f in schema["fields"]), error.cells, strict=False))
        value = "; ".join(str(cells[name]) for name in key)
        expected = "values that no earlier row has"
    elif error.type == "unique-error":
        expected = "a value that no other row has"
    elif error.type in {"type-error", "constraint-error"}:
        declared = next(field for field in schema["fields"] if field["name"] == error.field_name)
        expected = _expectation(declared, error)
    else:
        expected = f"a table of this form ({error.message})"
    return Problem(file, row, column, None if value is None else str(value), expected)


def _expectation(declared: dict[str, Any], error: Any) -> str:
    if error.type == "type-error":
        return {"date": "a date such as 2015-01-21", "integer": "a whole number"}[declared["type"]]
    constraints = declared["constraints"]
    broken = error.note.split('"')[1]  # frictionless names the constraint only in its note
    return {
        "required": "a value",
        "enum": f"one of {', '.join(constraints.get('enum', []))}",
        "pattern": f"text of the form {constraints.get('pattern')}",
        "minimum": f"at least {constraints.get('minimum')}",
    }[broken]


# --- sense ------------------------------------------------------------------------------------


def _sense_problems(record: Record) -> Iterator[Problem]:
    yield from _coverage(record)
    yield from _dates_after_the_package(record)
    yield from _days_out_of_reach(record)
    yield from _source_dates(record)
    yield from _meetings_after_coverage(record)
    yield from _meeting_ids(record)
    yield from _meetings_twice(record)
    yield from _places(record)
    yield from _retired_ids(record)
    yield from _ends_before_starts(record)
    yield from _precision(record)
    yield from _ordinals(record)
    yield from _event_order(record)
    yield from _unknown_sources(record)
    yield from _participants(record)
    yield from _people(record)
    yield from _partner_status(record)
    yield from _versions(record)


def _cells(table: str, frame: pd.DataFrame, column: str, expected: str) -> Iterator[Problem]:
    """A problem for the named column of each row of ``frame``, which keeps the table's index."""
    for index, value in frame[column].items():
        shown = f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
        yield Problem(f"{table}.csv", _row(index), column, shown, expected)


def _row(index: Any) -> int:
    return int(index) + 2  # the header is row 1


def _dates_after_the_package(record: Record) -> Iterator[Problem]:
    day = record.about.created
    for table in ("meetings", "agreement_events", "context_events", "revisions"):
        frame = record.tables()[table]
        expected = f"a day not after the package's own date, {day:%Y-%m-%d}"
        yield from _cells(table, frame[frame["date"] > day], "date", expected)


def _coverage(record: Record) -> Iterator[Problem]:
    about = record.about
    days = [FIRST_DAY, about.coverage_start, about.coverage_end, about.created, LAST_DAY]
    if days != sorted(days):
        expected = (
            f"coverage from {FIRST_DAY.year} on, its start not after its end, its end not after created"
        )
        value = f"{about.coverage_start:%Y-%m-%d} to {about.coverage_end:%Y-%m-%d}"
        yield Problem(DESCRIPTOR, None, "coverage", value, expected)


def _days_out_of_reach(record: Record) -> Iterator[Problem]:
    for table, frame in record.tables().items():
        for name in frame.select_dtypes("datetime").columns:
            early = frame[frame[name] < FIRST_DAY]
            yield from _cells(table, early, str(name), f"a day from {FIRST_DAY.year} on")
            if name != "date":  # which is not after the package
                late = frame[frame[name] > LAST_DAY]
                yield from _cells(table, late, str(name), f"a day up to {LAST_DAY.year}")


def _source_dates(record: Record) -> Iterator[Problem]:
    """A date of a source is as exact as its page shows it, and text for that reason."""
    given = record.sources[record.sources["date"].notna()]
    for index, value in given["date"].items():
        try:
            day = date.fromisoformat(f"{value}-01-01"[:10])
        except ValueError:
            day = None
        if day is None or not value.isascii() or not FIRST_DAY.year <= day.year <= LAST_DAY.year:
            expected = "a year, month or day that the calendar has, such as 2015, 2015-01 or 2015-01-21"
            yield Problem("sources.csv", _row(index), "date", value, expected)


def _meetings_after_coverage(record: Record) -> Iterator[Problem]:
    end = record.about.coverage_end
    late = record.meetings[
        (record.meetings["date"] > end) & (record.meetings["date"] <= record.about.created)
    ]
    expected = f"a day not after {end:%Y-%m-%d}, the end of the coverage in {DESCRIPTOR}"
    yield from _cells("meetings", late, "date", expected)


def _retired_ids(record: Record) -> Iterator[Problem]:
    """An id that links know is not used again for something else."""
    retired = record.revisions[record.revisions["action"] == "retired"]
    for table, column in (
        ("meetings", "meeting_id"),
        ("agreements", "agreement_id"),
        ("context_events", "event_id"),
        ("topics", "topic_id"),
        ("sources", "source_id"),
    ):
        version = retired[retired["table"] == table].set_index("key")["version"].to_dict()
        frame = record.tables()[table]
        for index, key in frame.loc[frame[column].isin(list(version)), column].items():
            expected = f"an id that was never used: this one was retired in version {version[key]}"
            yield Problem(f"{table}.csv", _row(index), column, key, expected)


def _meeting_ids(record: Record) -> Iterator[Problem]:
    meetings = record.meetings
    stem = meetings["partner"].str.lower() + "-" + meetings["date"].dt.strftime("%Y-%m-%d")
    fits = [name.startswith(start) for name, start in zip(meetings["meeting_id"], stem, strict=True)]
    wrong = meetings[~pd.Series(fits, index=meetings.index, dtype=bool)]
    yield from _cells("meetings", wrong, "meeting_id", "an id that begins with partner and date")


def _meetings_twice(record: Record) -> Iterator[Problem]:
    again = record.meetings[record.meetings.duplicated(["partner", "date", "format"])]
    yield from _cells("meetings", again, "date", "a day on which this series has no other meeting")


def _ends_before_starts(record: Record) -> Iterator[Problem]:
    for table in ("meetings", "context_events"):
        frame = record.tables()[table]
        early = frame[frame["end_date"] < frame["date"]]
        yield from _cells(table, early, "end_date", "a day not before date")


def _series(record: Record) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The numbered meetings of each partner and format, by date."""
    numbered = record.meetings.dropna(subset="ordinal").sort_values("date", kind="stable")
    for (partner, kind), series in numbered.groupby(["partner", "format"]):
        yield str(partner), str(kind), series


def _precision(record: Record) -> Iterator[Problem]:
    """A date known to the month or year stands as the first day of it."""
    for table in ("agreement_events", "context_events"):
        frame = record.tables()[table]
        for precision, first in (
            ("month", frame["date"].dt.is_month_start),
            ("year", frame["date"].dt.is_year_start),
        ):
            inside = frame[(frame["precision"] == precision) & ~first]
            yield from _cells(
                table, inside, "date", f"the first day of the {precision}, as its precision says"
            )


def _ordinals(record: Record) -> Iterator[Problem]:
    for partner, kind, series in _series(record):
        for (_, before), (index, after) in pairwise(series[["meeting_id", "ordinal"]].iterrows()):
            if after["ordinal"] <= before["ordinal"]:
                expected = (
                    f"a number above {before['ordinal']} of {before['meeting_id']}, "
                    f"the meeting before it in the series {partner} {kind}"
                )
                yield Problem("meetings.csv", _row(index), "ordinal", str(after["ordinal"]), expected)


def _event_order(record: Record) -> Iterator[Problem]:
    """A step is out of order only if no day within its period fits the earlier steps."""
    events = record.agreement_events[record.agreement_events["event"].isin(EVENT_ORDER)]
    events = events.assign(
        end=period_end(events["date"], events["precision"]),
        step=events["event"].map(EVENT_ORDER.index),
    )
    for _, steps in events.groupby("agreement_id"):
        for index, step in steps.iterrows():
            earlier = steps[(steps["step"] < step["step"]) & (steps["date"] > step["end"])]
            if not earlier.empty:
                first = earlier.iloc[0]
                expected = f"{step['event']} not before {first['event']} on {first['date']:%Y-%m-%d}"
                yield Problem(
                    "agreement_events.csv", _row(index), "date", f"{step['date']:%Y-%m-%d}", expected
                )


def _unknown_sources(record: Record) -> Iterator[Problem]:
    known = set(record.sources["source_id"])
    for table, frame in record.tables().items():
        for column in ("source_ids", "further_source_ids"):
            if column not in frame:
                continue
            for index, cell in frame[column].dropna().items():
                named = split_ids(cell)
                for source in named:
                    if source not in known:
                        expected = "ids of rows of sources.csv, separated by semicolons"
                        yield Problem(f"{table}.csv", _row(index), column, source, expected)
                if len(set(named)) < len(named):
                    yield Problem(f"{table}.csv", _row(index), column, cell, "each id once")


def dangling(record: Record) -> Iterator[Problem]:
    """Ids that name no row, in columns that may be empty.

    No problem of a record as such, since a part of one may lack the row; a change is not to leave any.
    """
    for table, column, other, key in (
        ("topics", "example_1", "meetings", "meeting_id"),
        ("topics", "example_2", "meetings", "meeting_id"),
        ("offices", "follows", "offices", "office_id"),
    ):
        given = record.tables()[table].dropna(subset=column)
        unknown = given[~given[column].isin(record.tables()[other][key])]
        yield from _cells(table, unknown, column, f"empty, or a row of {other}.csv with this {key}")


def _places(record: Record) -> Iterator[Problem]:
    countries = record.places.set_index("name")["country"]
    placed = record.meetings.dropna(subset="city")
    elsewhere = placed[placed["country"] != placed["city"].map(countries)]
    yield from _cells("meetings", elsewhere, "country", "the country of its city in places.csv")
    unsourced = record.places[record.places["name_ja"].notna() & record.places["source_id"].isna()]
    yield from _cells("places", unsourced, "name_ja", "a name with a source in source_id")


def _participants(record: Record) -> Iterator[Problem]:
    people = record.participants.merge(
        record.meetings[["meeting_id", "partner"]], on="meeting_id", how="left", validate="many_to_one"
    )
    stranger = people[(people["country"] != "JPN") & (people["country"] != people["partner"])]
    yield from _cells("participants", stranger, "country", "JPN or the partner of the meeting")
    taken = {*record.meetings["meeting_id"], *record.agreements["agreement_id"], ""}
    nobody = people[people["name"].map(person_id).isin(taken)]
    expected = "a name with a letter, and not the id of a meeting or agreement"
    yield from _cells("participants", nobody, "name", expected)
    offices = record.offices.set_index("office_id")
    for column, expected in (("title", "the title of its office"), ("country", "the country of its office")):
        other = people[people[column] != people["office_id"].map(offices[column])]
        yield from _cells("participants", other.drop(stranger.index, errors="ignore"), column, expected)


def _people(record: Record) -> Iterator[Problem]:
    people = record.people
    wrong = people[people["person_id"] != people["name"].map(person_id)]
    yield from _cells(
        "people", wrong, "person_id", "the id made of the name: lower case, hyphens, no accents"
    )
    for column in ("name_ja", "name_own"):
        unsourced = people[people[column].notna() & people["source_ids"].isna()]
        yield from _cells("people", unsourced, column, "a spelling with a source in source_ids")
    unsourced = record.offices[record.offices["title_ja"].notna() & record.offices["source_id"].isna()]
    yield from _cells("offices", unsourced, "title_ja", "a title with a source in source_id")


def _partner_status(record: Record) -> Iterator[Problem]:
    frameworks = record.frameworks.set_index("framework_name")["status"]
    for index, partner in record.partners.iterrows():
        if pd.isna(partner["framework"]):
            expected, fits = "none for a partner without framework", partner["status"] == "none"
        else:
            status = frameworks[partner["framework"]]
            status = "announced" if pd.isna(status) else status
            expected, fits = f"{status}, the status of its framework", partner["status"] == status
        if not fits:
            yield Problem("partners.csv", _row(index), "status", partner["status"], expected)


def _versions(record: Record) -> Iterator[Problem]:
    newest = version_key(record.about.version)
    for table, frame in record.tables().items():
        for column in ("version_added", "version_revised"):
            if column in frame:
                given = frame[frame[column].notna()]
                later = given[given[column].map(lambda version: version_key(version) > newest).astype(bool)]
                yield from _cells(table, later, column, f"a version not after {record.about.version}")


# --- notes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NumberGap:
    """Numbers that no meeting on record has, though the meetings before and after are numbered."""

    partner: str
    kind: str
    """Format of the series."""
    before: str
    """Id of the meeting before the gap."""
    after: str
    numbers: tuple[int, int]
    """Number of the meeting before the gap and of the one after it."""

    def __str__(self) -> str:
        low, high = self.numbers
        return (
            f"{high - low - 1} meeting(s) missing between "
            f"number {low} ({self.before}) and number {high} ({self.after})"
        )


def number_gaps(record: Record) -> Iterator[NumberGap]:
    """The gaps in the numbers of each series, by partner and format."""
    for partner, kind, series in _series(record):
        numbered = zip(series["meeting_id"], series["ordinal"].astype("int64"), strict=True)
        for (before, low), (after, high) in pairwise(numbered):
            if high > low + 1:
                yield NumberGap(partner, kind, before, after, (low, high))


def _notes(record: Record) -> Iterator[str]:
    """What a maintainer should know, though nothing is wrong."""
    yield from map(str, dangling(record))
    for gap in number_gaps(record):
        yield f"series {gap.partner} {gap.kind}: {gap}"


def _shortened(value: str) -> str:
    return repr(value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…")
