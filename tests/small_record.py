"""Small valid records, written as a folder from rows that a reader can count by hand.

The rows are invented, the form is that of the shipped descriptor. A test names the columns that
it is about; the rest is filled in here: partners, topics and sources follow from the rows.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from twoplustwo import Record, load
from twoplustwo.record import DESCRIPTOR, person_id, shipped_descriptor, shipped_folder, table_schemas

Row = dict[str, Any]

SOURCE = "source-1"
NAMES = {"AUS": "Australia", "DEU": "Germany", "FRA": "France", "GBR": "United Kingdom", "IND": "India"}
VERSION, CREATED = "2026.11.0", "2026-11-23T00:00:00Z"
COVERAGE = {"start": "1960-01-19", "end": "2026-05-31", "note": "All that was found."}
"""Of every small record, whatever the shipped one has by now."""


def meeting(partner: str, date: str, kind: str = "two_plus_two", **columns: Any) -> Row:
    """A meeting with the id ``partner-date``; one in another format carries it as suffix."""
    suffix = "" if kind == "two_plus_two" else f"-{kind}"
    return {
        "meeting_id": f"{partner.lower()}-{date}{suffix}",
        "partner": partner,
        "date": date,
        "format": kind,
        "name": "Meeting",
        "mode": "in_person",
        "summary": "They met.",
        "source_ids": SOURCE,
        "version_added": VERSION,
        **columns,
    }


def person(meeting_id: str, name: str, country: str = "JPN", **columns: Any) -> Row:
    row = {"meeting_id": meeting_id, "country": country, "portfolio": "foreign", "name": name}
    row = {**row, "title": "Minister", "source_id": SOURCE, **columns}
    return {"office_id": _office_id(row), **row}


def mention(meeting_id: str, topic: str, basis: str = "joint_statement", **columns: Any) -> Row:
    row = {"meeting_id": meeting_id, "topic_id": topic, "basis": basis, "note": "They spoke of it."}
    return {**row, "source_id": SOURCE, "version_added": VERSION, **columns}


def agreement(agreement_id: str, kind: str, status: str, **columns: Any) -> Row:
    """An agreement; the id begins with the partner, as in ``gbr-acsa``."""
    return {
        "agreement_id": agreement_id,
        "partner": agreement_id.partition("-")[0].upper(),
        "type": kind,
        "title": f"Agreement {agreement_id}",
        "status": status,
        "summary": "They agreed.",
        "source_ids": SOURCE,
        "version_added": VERSION,
        **columns,
    }


def step(agreement_id: str, date: str, event: str, precision: str = "day") -> Row:
    row = {"agreement_id": agreement_id, "date": date, "precision": precision, "event": event}
    return {**row, "source_id": SOURCE}


def framework(partner: str, status: str = "active", **columns: Any) -> Row:
    return {
        "partner": partner,
        "framework_name": f"{partner} 2+2",
        "level": "ministerial",
        "established_date": "2010-01-01",
        "established_by": "Both governments",
        "counterpart_ministries": "Foreign; Defence",
        "status": status,
        "source_id": SOURCE,
        **columns,
    }


def context(event_id: str, date: str, kind: str, **columns: Any) -> Row:
    row = {"event_id": event_id, "date": date, "precision": "day", "kind": kind, "title": event_id}
    return {**row, "summary": "It happened.", "why_it_matters": "It did.", "source_ids": SOURCE, **columns}


def write_record(
    folder: Path,
    *,
    meetings: Iterable[Row] = (),
    participants: Iterable[Row] = (),
    mentions: Iterable[Row] = (),
    agreements: Iterable[Row] = (),
    agreement_events: Iterable[Row] = (),
    frameworks: Iterable[Row] = (),
    context_events: Iterable[Row] = (),
    partners: Iterable[str] = (),
    topics: Iterable[str] = (),
) -> Path:
    """Write all tables and the descriptor into ``folder`` and return it.

    ``partners`` and ``topics`` are codes to have besides those that occur in the rows; the order
    is that of first appearance, these before the others.
    """
    given: dict[str, list[Row]] = {
        "meetings": list(meetings),
        "participants": list(participants),
        "mentions": list(mentions),
        "agreements": list(agreements),
        "agreement_events": list(agreement_events),
        "frameworks": list(frameworks),
        "context_events": list(context_events),
    }
    having_partner = [*given["frameworks"], *given["meetings"], *given["agreements"]]
    codes = dict.fromkeys([*partners, *(row["partner"] for row in having_partner)])
    principal = {row["partner"]: row for row in reversed(given["frameworks"])}
    given["partners"] = [_partner(code, principal.get(code)) for code in codes]
    topic_ids = dict.fromkeys([*topics, *(row["topic_id"] for row in given["mentions"])])
    given["topics"] = [_topic(code) for code in topic_ids]
    given["people"] = [
        {"person_id": person_id(name), "name": name, "country": country}
        for name, country in {row["name"]: row["country"] for row in given["participants"]}.items()
    ]
    given["offices"] = list({row["office_id"]: _office(row) for row in given["participants"]}.values())
    given["places"] = _places(given["meetings"])
    rows = [row for table in given.values() for row in table]
    cells = [str(row.get("source_ids") or row.get("source_id") or SOURCE) for row in rows]
    source_ids = dict.fromkeys([SOURCE, *(code for cell in cells for code in cell.split(";"))])
    given["sources"] = [_source(code) for code in source_ids]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(shipped_folder() / DESCRIPTOR, folder)
    citation = shipped_descriptor()["citation"].replace(shipped_descriptor()["version"], VERSION)
    edit_descriptor(folder, version=VERSION, created=CREATED, citation=citation, coverage=COVERAGE)
    for table, schema in table_schemas().items():
        write_table(folder, table, [field["name"] for field in schema["fields"]], given.get(table, []))
    return folder


def read_small(folder: Path, **tables: Iterable[Any]) -> Record:
    """Write a small record and load it, so that a test's rows are known to be valid."""
    return load(write_record(folder, **tables))


def write_table(folder: Path, table: str, columns: list[str], rows: Iterable[Row]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(folder: Path, table: str) -> tuple[list[str], list[Row]]:
    """Header and rows of a table as text."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def set_cell(folder: Path, table: str, row: int, column: str, value: str) -> None:
    """Replace a cell; ``row`` counts as a spreadsheet does, so the first after the header is 2."""
    columns, rows = read_rows(folder, table)
    rows[row - 2][column] = value
    write_table(folder, table, columns, rows)


def add_row(folder: Path, table: str, row: Row) -> int:
    """Append a row and return its number."""
    columns, rows = read_rows(folder, table)
    write_table(folder, table, columns, [*rows, row])
    return len(rows) + 2


def edit_descriptor(folder: Path, **entries: Any) -> None:
    """Replace top-level entries of the descriptor."""
    path = folder / DESCRIPTOR
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(descriptor | entries), encoding="utf-8")


def _places(meetings: Iterable[Row]) -> list[Row]:
    """A place for each city, in the country that a meeting names, Japan if none."""
    found: dict[str, Row] = {}
    for row in meetings:
        if row.get("city"):
            row.setdefault("country", "JPN")
            found.setdefault(row["city"], {"name": row["city"], "country": row["country"]})
    return list(found.values())


def _office_id(row: Row) -> str:
    return person_id(f"{row['country']} {row['title']}")


def _office(row: Row) -> Row:
    return {"office_id": row["office_id"], "country": row["country"], "title": row["title"], "role": "other"}


def _topic(code: str) -> Row:
    words = dict.fromkeys(("definition", "definition_ja", "include", "exclude"), "Any.")
    return {"topic_id": code, "theme": "Regional security", "label": code.title(), "label_ja": code, **words}


def _partner(code: str, principal: Row | None) -> Row:
    return {
        "partner": code,
        "name": NAMES.get(code, f"Country {code}"),
        "name_ja": f"国 {code}",
        "region": "Western Europe",
        "framework": principal["framework_name"] if principal else "",
        "ministries": principal["counterpart_ministries"] if principal else "",
        "status": (principal["status"] or "announced") if principal else "none",
        "status_reason": "As seen.",
        "source_ids": SOURCE,
    }


def _source(code: str) -> Row:
    return {
        "source_id": code,
        "kind": "joint_statement",
        "publisher": "Ministry",
        "title": f"Statement {code}",
        "date": "2015",
        "url": f"https://example.org/{code}",
        "language": "en",
        "seen": "full",
        "reliability": "official_copy",
    }
