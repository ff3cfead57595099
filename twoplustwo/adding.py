"""What a new row needs: which columns are asked for, what they are offered, and what follows by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlsplit

from twoplustwo.check import WHOLE_NUMBER
from twoplustwo.editing import Row, Tables, clean, today
from twoplustwo.record import field as declared
from twoplustwo.record import person_id, table_schemas
from twoplustwo.reliability import suggested_class

ASKED: dict[str, tuple[str, ...]] = {
    "meetings": (
        "partner",
        "date",
        "end_date",
        "format",
        "meeting_id",
        "ordinal",
        "name",
        "mode",
        "city",
        "country",
        "outcome_document",
        "source_ids",
        "summary",
    ),
    "participants": ("country", "portfolio", "name", "office_id", "source_id", "note"),
    "mentions": ("topic_id", "basis", "note", "source_id"),
    "agreements": ("partner", "type", "agreement_id", "title", "status", "source_ids", "summary"),
    "agreement_events": ("date", "precision", "event", "source_id"),
    "context_events": (
        "date",
        "end_date",
        "precision",
        "kind",
        "country",
        "title",
        "event_id",
        "summary",
        "why_it_matters",
        "source_ids",
    ),
    "sources": (
        "url",
        "kind",
        "publisher",
        "title",
        "date",
        "language",
        "seen",
        "reliability",
        "source_id",
    ),
    "people": ("name", "country", "name_ja", "name_own", "source_ids"),
    "offices": ("country", "title", "role", "office_id", "title_ja", "source_id"),
    "places": ("name", "country", "name_ja", "source_id"),
}
"""The columns of a new row in the order in which they are asked for, and given in an option. What
belongs to another row has that row's key besides."""

OPTIONS = {
    "sources": "source",
    "people": "person",
    "offices": "office",
    "places": "place",
    "participants": "participant",
    "mentions": "mention",
    "agreement_events": "step",
}
"""Table -> the option that adds a row to it together with another row."""

OWNERS = {
    "participants": ("meetings", "meeting_id"),
    "mentions": ("meetings", "meeting_id"),
    "agreement_events": ("agreements", "agreement_id"),
}
"""Table -> the table to a row of which each of its rows belongs, and the column that says to which."""

ORDINALS = (
    *("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"),
    *("Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth"),
    *("Eighteenth", "Nineteenth", "Twentieth"),
)
SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with", "s"}


# --- what follows by itself -------------------------------------------------------------------


def completed(table: str, row: Row, tables: Tables) -> Row:
    """A row with what follows from its other cells: ids, a title, a country, a class."""
    row = {column: clean(value) for column, value in row.items()}
    for (of, column), make in FOLLOWING.items():
        if of == table and (not row.get(column) or column not in ASKED[table]):
            row[column] = make(row, tables)
    return row


def follows(table: str, column: str) -> bool:
    """Whether a column follows from the others where it is not given."""
    return (table, column) in FOLLOWING


def missing(table: str, row: Row) -> list[str]:
    """The columns of a row that need a value and have none."""
    return [
        name
        for name in asked(table)
        if not row.get(name) and is_needed(table, name) and not follows(table, name)
    ]


def asked(table: str) -> list[str]:
    """The columns of a new row in the order in which they are asked for, that of its owner first."""
    return [*OWNERS.get(table, ("", ""))[1:], *ASKED[table]] if table in OWNERS else [*ASKED[table]]


def is_needed(table: str, column: str) -> bool:
    """Whether every row needs a value in a column."""
    return bool(declared(table, column).get("constraints", {}).get("required"))


def meeting_id(row: Row, tables: Tables) -> str:
    """The id of a new meeting: partner and date, with the format where two meetings fall on one day.

    A meeting that is on record gets the id that it has there, so that it is not added twice.
    """
    if not row.get("partner") or not row.get("date"):
        return ""
    if same := same_meeting(row, tables):
        return same
    stem = f"{row['partner'].lower()}-{row['date']}"
    return f"{stem}-{row.get('format', '')}" if stem in _taken("meetings", tables) else stem


def same_meeting(row: Row, tables: Tables) -> str:
    """The id of the meeting of this partner and format on this day; empty if there is none on record."""
    told = {name: row.get(name, "") for name in ("partner", "date", "format")}
    return last(tables["meetings"], "meeting_id", **told)


def _taken(table: str, tables: Tables) -> set[str]:
    """The ids that rows of a table have or had: a retired one is not used again."""
    key = table_schemas()[table]["primaryKey"][0]
    retired = {
        row["key"] for row in tables["revisions"] if (row["table"], row["action"]) == (table, "retired")
    }
    return retired | {row[key] for row in tables[table]}


def agreement_id(row: Row, tables: Tables) -> str:
    """The id of a new agreement: partner and type, with the year where the two of them have such ids.

    One that is on record with this title gets the id that it has there, so that it is not added twice.
    """
    if not row.get("partner") or not row.get("type"):
        return ""
    told = {name: row.get(name, "") for name in ("partner", "type", "title")}
    if same := last(tables["agreements"], "agreement_id", **told):
        return same
    stem = f"{row['partner'].lower()}-{row['type']}"
    return f"{stem}-{today().year}" if stem in _taken("agreements", tables) else stem


def event_id(row: Row, _: Tables) -> str:
    """The id of a new event: country, or world, its day and the first word of its title."""
    words = [*_words_of(row.get("title", "")), ""]
    return "-".join(filter(None, [(row.get("country") or "world").lower(), row.get("date", ""), words[0]]))


def source_id(row: Row, tables: Tables) -> str:
    """An id for a new source: publisher, date and words of its title, as ``mofa-2024-01-09-are-detta``.

    A page that is on record gets the id that it has there, so that it is not added twice.
    """
    if same := last(tables["sources"], "source_id", url=row.get("url", "")):
        return same
    host = host_of(row.get("url", ""))
    known = Counter(s["source_id"].partition("-")[0] for s in tables["sources"] if host_of(s["url"]) == host)
    parts = [part for part in host.split(".") if part != "www"]
    publisher = known.most_common(1)[0][0] if known else (parts or ["source"])[0]
    words = [word for word in _words_of(row.get("title", "")) if word not in SMALL_WORDS]
    stem = "-".join(filter(None, [publisher, row.get("date", ""), *words[:3]]))
    stem = re.sub(r"[^a-z0-9_.-]", "", stem).lstrip("_.-") or "source"
    return _unused(stem, _taken("sources", tables))


def _words_of(title: str) -> list[str]:
    """The words of a title for an id: those in Latin letters and digits."""
    return re.findall("[a-z0-9]+", person_id(title))


def _unused(stem: str, taken: set[str]) -> str:
    return next(
        name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken
    )


def host_of(url: str) -> str:
    """The site of an address, without ``www``; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _country(row: Row, tables: Tables) -> str:
    return last(tables["places"], "country", name=row["city"]) if row.get("city") else ""


def _class(row: Row, _: Tables) -> str:
    known = all(row.get(name) for name in ("kind", "publisher", "url"))
    return suggested_class(row["kind"], row["publisher"], row["url"]) if known else ""


FOLLOWING: dict[tuple[str, str], Callable[[Row, Tables], str]] = {
    ("meetings", "meeting_id"): meeting_id,
    ("meetings", "country"): _country,
    ("participants", "title"): lambda row, tables: last(
        tables["offices"], "title", office_id=row.get("office_id", "")
    ),
    ("agreements", "agreement_id"): agreement_id,
    ("context_events", "event_id"): event_id,
    ("people", "person_id"): lambda row, _: person_id(row.get("name", "")),
    ("offices", "office_id"): lambda row, _: person_id(f"{row.get('country', '')} {row.get('title', '')}"),
    ("sources", "reliability"): _class,
    ("sources", "source_id"): source_id,
}
"""Table and column -> what makes it of the other cells. Those that can be asked for may be given."""


# --- what is offered --------------------------------------------------------------------------


def last(rows: Sequence[Row], column: str, **wanted: str) -> str:
    """A cell of the last row that has the wanted values; empty if none has."""
    fitting = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return fitting[-1][column] if fitting else ""


def series(row: Row, tables: Tables) -> list[Row]:
    """The meetings with the same partner in the same format before a new one, by date."""
    same = [
        meeting
        for meeting in tables["meetings"]
        if all(meeting[name] == row.get(name) for name in ("partner", "format"))
        and meeting["date"] < row.get("date", "")
    ]
    return sorted(same, key=lambda meeting: meeting["date"])


def next_ordinal(row: Row, tables: Tables) -> str:
    """The number after the last meeting of the series; empty where that one is not numbered."""
    before = series(row, tables)
    if not before:
        return ""
    last = before[-1]["ordinal"]
    return str(int(last) + 1) if WHOLE_NUMBER.fullmatch(last) else ""


def next_name(row: Row, tables: Tables) -> str:
    """The name of the last meeting of the series, with the number of the new one."""
    before = series(row, tables)
    if not before:
        return ""
    first, _, rest = before[-1]["name"].partition(" ")
    if first not in ORDINALS and not re.fullmatch(r"[0-9]+(st|nd|rd|th)", first):
        return before[-1]["name"]
    if not WHOLE_NUMBER.fullmatch(row.get("ordinal", "")):
        return rest
    number = int(row["ordinal"])
    if first in ORDINALS and number <= len(ORDINALS):
        return f"{ORDINALS[number - 1]} {rest}"
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')} {rest}"


def wrong(table: str, column: str, value: str) -> str:
    """What is wrong with the form of a value, in a sentence; empty if nothing is. The check says the rest."""
    of = declared(table, column)
    constraints = of.get("constraints", {})
    expected = ""
    if of["type"] == "date":
        try:
            fits = f"{date.fromisoformat(value):%Y-%m-%d}" == value
        except ValueError:
            fits = False
        expected = "" if fits else "a date such as 2015-01-21"
    elif of["type"] == "integer" and not (WHOLE_NUMBER.fullmatch(value) and int(value) > 0):
        expected = "a whole number from 1 on"
    elif "enum" in constraints and value not in constraints["enum"]:
        expected = f"one of {', '.join(constraints['enum'])}"
    elif "pattern" in constraints and not re.search(constraints["pattern"], value):
        expected = f"text of the form {constraints['pattern']}"
    return f"found {value!r}; expected {expected}" if expected else ""
