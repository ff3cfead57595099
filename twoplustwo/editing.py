"""Change the record and keep its history: what becomes of the tables, and how they are written.

A :class:`Change` adds, revises or retires a row. All changes that are kept together make one
version of the record; each stands in the table ``revisions`` with what was, what is, when and why.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from twoplustwo.check import Problem, check, dangling
from twoplustwo.record import DESCRIPTOR, About, split_ids, table_schemas, version_key
from twoplustwo.storage import replace_folder

Row = dict[str, str]
Tables = dict[str, list[Row]]

REVISIONS = "revisions"
FOLLOWING = ("version_added", "version_revised")
"""Columns that follow from the changes and can't be given."""

ORDER: dict[str, tuple[str, ...]] = {
    "meetings": ("date", "meeting_id"),
    "places": ("name",),
    "participants": ("meeting_id", "country", "portfolio"),
    "people": ("person_id",),
    "offices": ("office_id",),
    "mentions": ("meeting_id", "topic_id"),
    "agreements": ("agreement_id",),
    "agreement_events": ("agreement_id", "date", "event"),
    "frameworks": ("level", "established_date"),
    "context_events": ("date", "event_id"),
    "codings": ("round", "meeting_id", "topic_id"),
    "sources": ("source_id",),
}
"""The columns that a table is sorted by; a new row comes after the rows that it equals in them."""
GROUPS = {"topics": "theme", "doubts": "partner"}
"""Tables in an order of their own, in groups: a new row comes at the end of its group. In a table
that stands here no more than in ORDER, new rows come at the end."""
AS_IN_CODEBOOK = {"event"}
"""Columns whose values are sorted as the codebook lists them, not by letter."""


class RefusedError(ValueError):
    """A change that the record does not take, a sentence for each problem. Nothing was changed."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Change:
    """One thing to do to a table. ``place`` tells where it was asked for."""

    action: Literal["added", "revised", "retired"]
    table: str
    key: str = ""
    """Of the row to revise or retire: its primary key, parts joined by ``|``."""
    column: str = ""
    old: str | None = None
    """What must stand in the column before, if it is given."""
    new: str = ""
    row: Mapping[str, str] | None = None
    """To add; columns left out are empty."""
    reason: str = ""
    source_id: str = ""
    place: str = ""
    """Such as ``changes.csv, row 3``; ``{column}`` in it is replaced by the name of the option."""

    def refused(self, sentence: str, column: str = "") -> RefusedError:
        """The error that says what is wrong with this change."""
        return RefusedError(f"{self.told(column)}{sentence}")

    def told(self, column: str = "") -> str:
        """Where the change was asked for, to stand before a sentence; empty where nobody knows."""
        if not self.place:
            return ""
        options = " and --".join(part.replace("_", "-") for part in (column or self.column).split(", "))
        return f"{self.place.replace('{column}', options)}: "


@dataclass(frozen=True)
class Kept:
    """What came of changes: the versions before and after, and the rows as they stand."""

    before: str
    version: str
    tables: Tables
    revisions: tuple[Row, ...]


def today() -> date:
    """The day of a change, in UTC."""
    return datetime.now(UTC).date()


def keep(
    folder: Path,
    changes: Sequence[Change],
    *,
    day: date | None = None,
    covered_to: str = "",
    drop_source: bool = False,
    write: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Kept:
    """Make one version of the record out of changes, or nothing at all.

    Parameters
    ----------
    folder
        The record.
    changes
        All that the version changes, in the order in which they are made.
    day
        The day of the version; today if not given.
    covered_to
        New end of what the sources cover, such as ``2026-06-30``; unchanged if empty.
    drop_source
        Have a source that is replaced by another not stay as a further one.
    write
        Only say what would come of it, if false.
    tell
        Is told if another command is at work, and this one waits.

    Returns
    -------
    Kept
        The new version, its tables and its rows of ``revisions``.

    Raises
    ------
    RefusedError
        If a change can't be made, or the record would not pass its check.
    FolderError
        If the folder can't be replaced.
    """
    day = day or today()
    done: list[Kept] = []

    def change(copy: Path) -> bool:
        tables, before = read_tables(copy), read_about(copy).version
        version = next_version(before, day)
        new = changed(tables, changes, version=version, day=day, drop_source=drop_source)
        for table, rows in new.items():
            if rows != tables[table]:
                (copy / f"{table}.csv").write_bytes(as_csv(table, rows))
        descriptor = (copy / DESCRIPTOR).read_bytes().decode()
        (copy / DESCRIPTOR).write_bytes(described(descriptor, version, day, covered_to).encode())
        report = check(copy)
        if problems := report.problems or tuple(dangling(report.record) if report.record else ()):
            raise RefusedError(*_told(problems, changes, new))
        done.append(Kept(before, version, new, tuple(new[REVISIONS][len(tables[REVISIONS]) :])))
        return write

    replace_folder(folder, change, tell=tell)
    return done[0]


# --- tables -----------------------------------------------------------------------------------


def columns(table: str) -> list[str]:
    """The columns of a table, in their order. Raises RefusedError if there is no such table."""
    if table not in table_schemas():
        raise RefusedError(f"There is no table {table!r}; expected one of {', '.join(table_schemas())}")
    return [field["name"] for field in table_schemas()[table]["fields"]]


def read_tables(folder: Path) -> Tables:
    """All tables as text, row by row. Raises RefusedError with what a check says if one is no table."""
    try:
        return {table: _read(folder / f"{table}.csv", table) for table in table_schemas()}
    except (OSError, ValueError, csv.Error) as error:
        problems = check(folder).problems
        raise RefusedError(*map(str, problems or [error])) from error


def read_about(folder: Path) -> About:
    """What the record says of itself. Raises RefusedError with what a check says if that can't be read."""
    try:
        return About.from_descriptor(json.loads((folder / DESCRIPTOR).read_bytes()))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise RefusedError(*map(str, check(folder).problems or [error])) from error


def _read(path: Path, table: str) -> list[Row]:
    header, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    if header != columns(table):
        raise ValueError(f"{path.name} has other columns")
    return [dict(zip(header, row, strict=True)) for row in rows]


def as_csv(table: str, rows: Iterable[Row]) -> bytes:
    """A table in the record's own form: UTF-8, commas, quotes only where needed, lines that end in LF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def key_of(table: str, row: Mapping[str, str]) -> str:
    """The primary key of a row, its parts joined by ``|``."""
    return "|".join(row[column] for column in table_schemas()[table]["primaryKey"])


def clean(text: str) -> str:
    """A value as it is kept: one line, no blanks around it or two in a row, accents composed (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def place_of(table: str, rows: Sequence[Row], row: Row) -> int:
    """The position at which a new row belongs among the rows of a table."""
    if table in GROUPS:
        group = GROUPS[table]
        same = [number for number, other in enumerate(rows, start=1) if other[group] == row[group]]
        return same[-1] if same else len(rows)
    rank = _rank(table)
    before = [number for number, other in enumerate(rows, start=1) if rank(other) <= rank(row)]
    return before[-1] if before else 0


def _rank(table: str) -> Callable[[Row], tuple[Any, ...]]:
    order = ORDER.get(table, ())
    lists = {
        field["name"]: field["constraints"]["enum"]
        for field in table_schemas()[table]["fields"]
        if field["name"] in AS_IN_CODEBOOK
    }

    def rank(row: Row) -> tuple[Any, ...]:
        # A value outside the list comes last; the check then refuses it.
        return tuple(
            (lists[column].index(row[column]) if row[column] in lists[column] else len(lists[column]))
            if column in lists
            else row[column]
            for column in order
        )

    return rank


# --- changes ----------------------------------------------------------------------------------


def changed(
    tables: Tables,
    changes: Sequence[Change],
    *,
    version: str,
    day: date,
    drop_source: bool = False,
) -> Tables:
    """The tables after changes, with the rows of ``revisions`` that tell of them.

    Raises RefusedError where a change does not fit what stands there.
    """
    changes = [_cleaned(change) for change in changes]
    if not drop_source:
        changes += _former_sources(tables, changes)
    new = {table: list(rows) for table, rows in tables.items()}
    seen: set[tuple[str, str, str]] = set()
    for number, change in enumerate(changes, start=1):
        entry = _DO[change.action](new, change, version)
        once = (change.table, entry["key"], entry["column"])
        if once in seen:
            raise change.refused(f"{' '.join(once).strip()} is named twice; expected one change of each")
        seen.add(once)
        entry["revision_id"] = f"{version}-{number:04d}"
        entry |= {"version": version, "date": f"{day:%Y-%m-%d}", "action": change.action}
        entry |= {"table": change.table, "reason": change.reason}
        new[REVISIONS].append({column: entry.get(column, "") for column in columns(REVISIONS)})
    if not changes:
        raise RefusedError("There is nothing to change")
    pages = {row["source_id"] for stage in (tables, new) for row in stage["sources"]}
    for change in changes:
        if change.source_id and change.source_id not in pages:
            told = change if "{column}" not in change.place else replace(change, place="--source")
            raise told.refused(
                f"found {change.source_id!r}; expected a row of sources.csv with this source_id"
            )
    return new


def _cleaned(change: Change) -> Change:
    known = columns(change.table)
    if change.table == REVISIONS:
        raise change.refused("revisions follow from the changes; expected another table")
    given = [*(change.row or {}), *([change.column] if change.action == "revised" else [])]
    for column in given:
        if column not in known:
            raise change.refused(
                f"{change.table} has no column {column!r}; expected one of {', '.join(known)}"
            )
        if column in FOLLOWING:
            raise change.refused(f"{column} follows from the change; expected another column")
    texts = [change.key, change.new, change.reason, change.source_id, *(change.row or {}).values()]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise change.refused("a value can't be written; expected text in UTF-8") from error
    row = None if change.row is None else {column: clean(value) for column, value in change.row.items()}
    return replace(
        change,
        row=row,
        key=clean(change.key),
        new=clean(change.new),
        reason=clean(change.reason),
        source_id=clean(change.source_id),
    )


def _found(rows: Sequence[Row], change: Change) -> int:
    for number, row in enumerate(rows):
        if key_of(change.table, row) == change.key:
            return number
    key = "|".join(table_schemas()[change.table]["primaryKey"])
    raise change.refused(f"{change.table} has no row {change.key!r}; expected the {key} of a row")


def _add(tables: Tables, change: Change, version: str) -> Row:
    rows = tables[change.table]
    row = dict.fromkeys(columns(change.table), "") | dict(change.row or {})
    if "version_added" in row:
        row["version_added"] = version
    key = key_of(change.table, row)
    if change.key and change.key != key:
        raise change.refused(f"the row's key is {key!r}; expected {change.key!r}")
    if any(key_of(change.table, other) == key for other in rows):
        columns_of_key = ", ".join(table_schemas()[change.table]["primaryKey"])
        raise change.refused(f"{change.table} has a row {key!r} already; expected a new one", columns_of_key)
    rows.insert(place_of(change.table, rows, row), row)
    source = row.get("source_id") or split_ids(row.get("source_ids", ""))[0]
    return {"key": key, "column": "", "source_id": change.source_id or source}


def _revise(tables: Tables, change: Change, version: str) -> Row:
    rows = tables[change.table]
    number = _found(rows, change)
    row, column = rows[number], change.column
    if change.old is not None and row[column] not in {change.old, clean(change.old)}:
        told = replace(change, place=f"{change.place}, column old" if change.place else "")
        where = f"which stands in {change.table}.csv, {change.key}, column {column}"
        raise told.refused(f"found {change.old!r}; expected {row[column]!r}, {where}")
    if column in table_schemas()[change.table]["primaryKey"]:
        raise change.refused(
            f"{column} is part of the key of {change.table} and stays; expected another column, or the row "
            "retired and added anew"
        )
    if row[column] == change.new:
        raise change.refused(f"{column} of {change.key} is {change.new!r} already; expected another value")
    revised = row | {column: change.new}
    if "version_revised" in row and row["version_added"] != version:
        revised["version_revised"] = version
    rows[number] = revised
    if column in (*ORDER.get(change.table, ()), GROUPS.get(change.table)):
        del rows[number]
        rows.insert(place_of(change.table, rows, revised), revised)
    entry = {"key": change.key, "column": column, "was": row[column], "is": change.new}
    return entry | {"source_id": change.source_id}


def _retire(tables: Tables, change: Change, _: str) -> Row:
    rows = tables[change.table]
    row = rows.pop(_found(rows, change))
    was = json.dumps(row, ensure_ascii=False)
    return {"key": change.key, "column": "", "was": was, "source_id": change.source_id}


_DO: dict[str, Callable[[Tables, Change, str], Row]] = {"added": _add, "revised": _revise, "retired": _retire}


def _former_sources(tables: Tables, changes: Sequence[Change]) -> list[Change]:
    """The source that another one takes the place of says the same, so it stays as a further one.

    Unless a value of the row changes too: the former source does not say that.
    """
    added = []
    for change in changes:
        if (change.action, change.column) != ("revised", "source_id"):
            continue
        if "further_source_ids" not in columns(change.table):
            continue
        others = {c.column for c in changes if (c.table, c.key) == (change.table, change.key)}
        if others != {"source_id"}:
            continue
        row = next((r for r in tables[change.table] if key_of(change.table, r) == change.key), None)
        if row is None:
            continue
        further = [*filter(None, split_ids(row["further_source_ids"])), row["source_id"]]
        kept = dict.fromkeys(source for source in further if source != change.new)
        added.append(replace(change, column="further_source_ids", old=None, new=";".join(kept)))
    return added


def belonging(tables: Tables, table: str, key: str) -> list[tuple[str, str]]:
    """Table and key of each row that belongs to a row: its own key holds that row's key.

    So a meeting's participants belong to it, while a meeting does not belong to its source.
    """
    if key not in {key_of(table, row) for row in tables[table]}:
        return []
    found: list[tuple[str, str]] = []
    for other, schema in table_schemas().items():
        for reference in schema.get("foreignKeys", ()):
            field = reference["fields"]
            ours = reference["reference"]["resource"] == table and field in schema["primaryKey"]
            if not ours or reference["reference"]["fields"] not in table_schemas()[table]["primaryKey"]:
                continue
            for row in tables[other]:
                if row[field] == key:
                    theirs = key_of(other, row)
                    found += [*belonging(tables, other, theirs), (other, theirs)]
    return found


# --- versions ---------------------------------------------------------------------------------


def next_version(version: str, day: date) -> str:
    """The version after one: 2026.11.1 after 2026.11.0 in November, 2026.12.0 in December."""
    year, month, number = version_key(version)
    if (year, month) > (day.year, day.month):
        raise RefusedError(
            f"The record has version {version}, and today is {day:%Y-%m-%d}; expected a clock that is right"
        )
    following = number + 1 if (year, month) == (day.year, day.month) else 0
    return f"{day.year}.{day.month}.{following}"


def described(text: str, version: str, day: date, covered_to: str = "") -> str:
    """The text of a descriptor with its version, its day and its reach put right, and nothing else."""
    was = json.loads(text)
    citation = was["citation"].replace(was["version"], version)
    citation = citation.replace(f"({was['created'][:4]})", f"({day.year})")
    # The form of the time stays: 2026-11-23T00:00:00Z.
    created = f"{day:%Y-%m-%d}{was['created'][10:]}"
    entries = {"version": version, "created": created, "citation": citation}
    wanted = was | entries | {"coverage": was["coverage"] | ({"end": covered_to} if covered_to else {})}
    written = partial(json.dumps, ensure_ascii=text.isascii())
    new = text
    for name, value in [*entries.items(), ("end", wanted["coverage"]["end"])]:
        stood = was[name] if name in was else was["coverage"][name]
        found = rf'("{name}"\s*:\s*){re.escape(written(stood))}'
        new = re.sub(found, partial(_with_value, value=written(value)), new, count=1)
    # A descriptor of an odd form is written anew rather than wrong.
    return new if json.loads(new) == wanted else written(wanted, indent=2) + "\n"


def _with_value(entry: re.Match[str], value: str) -> str:
    return entry[1] + value


def _told(problems: Sequence[Problem], changes: Sequence[Change], tables: Tables) -> list[str]:
    """The sentences of a check, each with where the change was asked for that it is about."""
    lines: dict[tuple[str, int], list[Change]] = {}
    for change in map(_cleaned, changes):
        whole = dict.fromkeys(columns(change.table), "") | dict(change.row or {})
        key = change.key or key_of(change.table, whole)
        for number, row in enumerate(tables[change.table], start=2):
            if key_of(change.table, row) == key:
                lines.setdefault((f"{change.table}.csv", number), []).append(change)
    told = []
    for problem in problems:
        about = lines.get((problem.file, problem.row or 0), [])
        fitting = [change for change in about if change.column in {"", problem.column}]
        told.append(f"{fitting[0].told(problem.column or '')}{problem}" if fitting else str(problem))
    return told
