"""What a new row needs: which columns are asked for, what they are offered, and what follows by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from twoplustwo import labels
from twoplustwo.asking import Choices, Terminal, explain
from twoplustwo.check import WHOLE_NUMBER
from twoplustwo.editing import Change, Row, Tables, clean, columns, today
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

FOLLOWING = {
    "meetings": ("meeting_id",),
    "sources": ("source_id", "reliability"),
    "agreements": ("agreement_id",),
    "context_events": ("event_id",),
}
"""Table -> the columns that follow from the others where they are not given."""

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

LABELS: dict[tuple[str, str], Mapping[str, str]] = {
    ("meetings", "format"): labels.FORMAT_LABELS,
    ("mentions", "basis"): labels.BASIS_LABELS,
    ("agreements", "type"): labels.TYPE_LABELS,
    ("agreements", "status"): labels.AGREEMENT_STATUS_LABELS,
    ("agreement_events", "event"): labels.EVENT_LABELS,
    ("context_events", "kind"): labels.CONTEXT_LABELS,
    ("sources", "kind"): labels.KIND_LABELS,
    ("sources", "seen"): labels.SEEN_LABELS,
}
CHOSEN = {
    "partner": ("partners", "partner", "name"),
    "topic_id": ("topics", "topic_id", "label"),
    "meeting_id": ("meetings", "meeting_id", "name"),
    "agreement_id": ("agreements", "agreement_id", "title"),
    "office_id": ("offices", "office_id", "title"),
    "city": ("places", "name", "country"),
}
"""Column -> the table of whose rows one is chosen, the cell that is kept and the cell that tells of it."""
SEATS: dict[str, tuple[str, ...]] = {
    "two_plus_two": ("foreign", "defence"),
    "economic_two_plus_two": ("foreign", "economy"),
    "senior_two_plus_two": ("official", "official"),
    "strategic_dialogue": ("foreign",),
    "summit": ("leader",),
    "foreign_ministers": ("foreign",),
    "defence_ministers": ("defence",),
}
"""Who sits at a meeting on each side, to be offered."""
BASES = {"joint_statement": "joint_statement", "news": "news", "analysis": "news"}
"""Kind of a source -> the basis of what it says; official_readout for the others."""
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
    if table == "meetings" and not row.get("meeting_id"):
        row["meeting_id"] = meeting_id(row, tables)
    if table == "meetings" and row.get("city") and not row.get("country"):
        row["country"] = _last(tables["places"], "country", name=row["city"])
    if table == "agreements" and not row.get("agreement_id"):
        row["agreement_id"] = agreement_id(row, tables, today().year)
    if table == "context_events" and not row.get("event_id"):
        row["event_id"] = event_id(row)
    if table == "people":
        row["person_id"] = person_id(row.get("name", ""))
    if table == "participants":
        offices = {office["office_id"]: office["title"] for office in tables["offices"]}
        row["title"] = offices.get(row.get("office_id", ""), "")
    if table == "sources":
        if not row.get("reliability") and all(row.get(name) for name in ("kind", "publisher", "url")):
            row["reliability"] = suggested_class(row["kind"], row["publisher"], row["url"])
        if not row.get("source_id"):
            row["source_id"] = source_id(row, tables)
    return row


def missing(table: str, row: Row) -> list[str]:
    """The columns of a row that need a value and have none."""
    following = FOLLOWING.get(table, ())
    return [
        name for name in asked(table) if not row.get(name) and _needed(table, name) and name not in following
    ]


def asked(table: str) -> list[str]:
    """The columns of a new row in the order in which they are asked for, that of its owner first."""
    return [*OWNERS.get(table, ("", ""))[1:], *ASKED[table]] if table in OWNERS else [*ASKED[table]]


def _needed(table: str, column: str) -> bool:
    return bool(declared(table, column).get("constraints", {}).get("required"))


def meeting_id(row: Row, tables: Tables) -> str:
    """The id of a new meeting: partner and date, with the format where two meetings fall on one day."""
    if not row.get("partner") or not row.get("date"):
        return ""
    stem = f"{row['partner'].lower()}-{row['date']}"
    taken = {meeting["meeting_id"] for meeting in tables["meetings"]}
    return f"{stem}-{row.get('format', '')}" if stem in taken else stem


def agreement_id(row: Row, tables: Tables, year: int) -> str:
    """The id of a new agreement: partner and type, with the year where the two of them have such ids."""
    if not row.get("partner") or not row.get("type"):
        return ""
    stem = f"{row['partner'].lower()}-{row['type']}"
    taken = {agreement["agreement_id"] for agreement in tables["agreements"]}
    return f"{stem}-{year}" if stem in taken else stem


def event_id(row: Row) -> str:
    """The id of a new event: country, or world, its day and the first word of its title."""
    word = person_id(row.get("title", "")).split("-")[0]
    return "-".join(filter(None, [(row.get("country") or "world").lower(), row.get("date", ""), word]))


def source_id(row: Row, tables: Tables) -> str:
    """An id for a new source: publisher, date and words of its title, as ``mofa-2024-01-09-are-detta``."""
    host = _host(row.get("url", ""))
    known = Counter(s["source_id"].partition("-")[0] for s in tables["sources"] if _host(s["url"]) == host)
    parts = [part for part in host.split(".") if part != "www"]
    publisher = known.most_common(1)[0][0] if known else (parts or ["source"])[0]
    words = [word for word in person_id(row.get("title", "")).split("-") if word not in SMALL_WORDS]
    stem = "-".join(filter(None, [publisher, row.get("date", ""), *words[:3]]))
    stem = re.sub(r"[^a-z0-9_.-]", "", stem).lstrip("_.-") or "source"
    return _unused(stem, {source["source_id"] for source in tables["sources"]})


def _unused(stem: str, taken: set[str]) -> str:
    return next(
        name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in taken
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# --- what is offered --------------------------------------------------------------------------


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


# --- asking for rows --------------------------------------------------------------------------


@dataclass
class Interview:
    """Asks for the rows of an addition and gathers the changes that make them.

    ``tables`` are those of the record; new rows are put in, so that later questions offer them.
    """

    table: str
    """Of the row that is added; others may come with it."""
    tables: Tables
    terminal: Terminal
    day: date
    coverage_end: str
    covered_to: str = ""
    own: list[str] = field(default_factory=list)
    """The pages named so far, and those of the meeting or agreement that the rows belong to."""
    changes: list[Change] = field(default_factory=list)

    def ready(self, table: str, given: Row) -> Row:
        """A row of what is given, with what follows from it; a page that is not named is the first one."""
        self._know_pages_of(table, given)
        row = completed(table, given, self.tables)
        spelled = any(row.get(name) for name in ("name_ja", "name_own", "title_ja"))
        for column in {"source_id", "source_ids"} & set(ASKED[table]):
            if (
                table != "sources"
                and self.own
                and not row.get(column)
                and (spelled or _needed(table, column))
            ):
                row[column] = self.own[0]
        return row

    def add(self, table: str, given: Row, place: str = "") -> Row:
        """Put in a row of what is given, with what follows from it."""
        row = self.ready(table, given)
        whole = dict.fromkeys(columns(table), "") | row
        self.tables[table].append(whole)
        self.changes.append(Change("added", table, row=row, place=place))
        if table == "sources":
            self._know_pages([whole["source_id"]])
        return whole

    def row(self, table: str, given: Row) -> Row:
        """Ask for the columns of a new row that are not given, and put it in."""
        row = dict(given)
        for column in asked(table):
            self._know_pages_of(table, row)
            if column not in row and not self._follows(table, column, row):
                row[column] = self.cell(table, column, row)
                if (table, column) == ("sources", "url") and (known := self._source_at(row[column])):
                    self.terminal.tell(explain(f"This page is on record as {known['source_id']}."))
                    return known
        return self.add(table, row, "--{column}" if table == self.table else f"--{OPTIONS[table]}")

    def _know_pages_of(self, table: str, row: Row) -> None:
        """Offer the pages of the meeting or agreement that a row belongs to, or its own."""
        owner, column = OWNERS.get(table, (table, table_schemas()[table]["primaryKey"][0]))
        cells = [row.get("source_ids", "")]
        cells += [
            other.get("source_ids", "") for other in self.tables[owner] if other[column] == row.get(column)
        ]
        self._know_pages([page for cell in cells for page in cell.split(";") if page])

    def _know_pages(self, pages: Sequence[str]) -> None:
        self.own = list(dict.fromkeys([*self.own, *pages]))

    def _follows(self, table: str, column: str, row: Row) -> bool:
        """Whether there is nothing to ask, after what was answered before."""
        if table == "meetings" and column in {"city", "country"}:
            return row.get("mode") == "virtual" or column == "country"
        if table == "people" and column == "source_ids":
            return not row.get("name_ja") and not row.get("name_own")
        japanese = {"offices": "title_ja", "places": "name_ja"}.get(table)
        return japanese is not None and column == "source_id" and not row.get(japanese)

    def cell(self, table: str, column: str, row: Row) -> str:
        """Ask for one cell of a row."""
        of = declared(table, column)
        question, needed = of["title"], _needed(table, column)
        offered = self._offered(table, column, row)
        if column == "source_ids":
            return ";".join(self._pages(question, needed=needed))
        if column == "source_id" and table != "sources":
            return self._page(question, offered, needed=needed)
        choices = self._choices(table, column, row)
        if choices is None:
            return self.terminal.text(
                question,
                offered=offered,
                needed=needed,
                told=of["description"],
                wrong=lambda answer: self._wrong(table, column, answer),
            )
        groups = None
        if column == "topic_id":
            groups = {topic["topic_id"]: topic["theme"] for topic in self.tables["topics"]}
        new = (
            {"name": self._new_person, "office_id": self._new_office, "city": self._new_place}.get(column)
            if "meeting_id" in row
            else None
        )
        return self.terminal.choice(
            question,
            choices,
            groups=groups,
            offered=offered,
            needed=needed,
            told=of["description"],
            other=(lambda answer: new(answer, row)) if new else None,
        )

    def _wrong(self, table: str, column: str, answer: str) -> str:
        problem = wrong(table, column, answer)
        if "text of the form" in problem and (known := _last(self.tables[table], column)):
            problem += f", such as {known}"
        if problem or (table, column) != ("meetings", "date"):
            return problem
        if answer > f"{self.day:%Y-%m-%d}":
            return f"found {answer!r}; expected a day not after today, {self.day:%Y-%m-%d}"
        if answer > (self.covered_to or self.coverage_end):
            self.covered_to = self.terminal.text(
                f"The sources are covered to {self.coverage_end}; covered from now on to",
                offered=answer,
                needed=True,
                wrong=lambda day: (
                    wrong("meetings", "date", day)
                    or (
                        ""
                        if answer <= day <= f"{self.day:%Y-%m-%d}"
                        else "Expected a day from the meeting's to today."
                    )
                ),
            )
        return ""

    def _offered(self, table: str, column: str, row: Row) -> str:
        """What an empty answer takes; empty where the record suggests nothing."""
        if column == "precision":
            return "day"
        if column == "source_id" and table in OWNERS:
            owner = OWNERS[table][1]
            last = _last(self.tables[table], "source_id", **{owner: row[owner]})
            return last or (self.own[0] if self.own else "")
        offer = OFFERED.get((table, column))
        return offer(self, row) if offer else ""

    def _choices(self, table: str, column: str, row: Row) -> Choices | None:
        """The choices for a column; None where any text will do."""
        if enum := declared(table, column).get("constraints", {}).get("enum"):
            named = LABELS.get((table, column), {})
            return {value: str(named.get(value, "")) for value in enum}
        if table == "participants" and column == "name":
            return self._people(row)
        if table == "participants" and column == "country":
            partner = _last(self.tables["meetings"], "partner", meeting_id=row["meeting_id"])
            return {"JPN": "Japan", partner: _last(self.tables["partners"], "name", partner=partner)}
        other, key, name = CHOSEN.get(column, ("", "", ""))
        if not other or other == table:
            return None
        rows = [one for one in self.tables[other] if other != "offices" or one["country"] == row["country"]]
        if other == "meetings":
            rows.reverse()  # the latest first
        if other == "places":  # those where most meetings took place first
            times = Counter(meeting["city"] for meeting in self.tables["meetings"])
            rows.sort(key=lambda place: -times[place["name"]])
        return {one[key]: one[name] for one in rows}

    def _people(self, row: Row) -> Choices:
        """The people of a country, those who sat there last in this portfolio first."""
        dates = {meeting["meeting_id"]: meeting["date"] for meeting in self.tables["meetings"]}
        last: dict[str, str] = {}
        for seat in self.tables["participants"]:
            if (seat["country"], seat["portfolio"]) == (row["country"], row["portfolio"]):
                last[seat["name"]] = max(last.get(seat["name"], ""), dates.get(seat["meeting_id"], ""))
        names = [person["name"] for person in self.tables["people"] if person["country"] == row["country"]]
        names.sort(key=lambda name: last.get(name, ""), reverse=True)
        return {name: f"(last {last[name]})" if name in last else "" for name in names}

    def seat(self, row: Row) -> Row:
        """The next seat of a meeting that is still empty: Japan's first, then the partner's."""
        partner = _last(self.tables["meetings"], "partner", meeting_id=row["meeting_id"])
        kind = _last(self.tables["meetings"], "format", meeting_id=row["meeting_id"])
        seats = [(code, seat) for code in ("JPN", partner) for seat in SEATS.get(kind, ())]
        for other in self.tables["participants"]:
            taken = (other["country"], other["portfolio"])
            if other["meeting_id"] == row["meeting_id"] and taken in seats:
                seats.remove(taken)
        seats = [seat for seat in seats if row.get("country", seat[0]) == seat[0]]
        return dict(zip(("country", "portfolio"), seats[0], strict=True)) if seats else {}

    def _new_person(self, name: str, row: Row) -> str:
        if not self.terminal.agreed(f"  {name} is not on record. Add this person?"):
            return ""
        return self.row("people", {"name": name, "country": row["country"]})["name"]

    def _new_office(self, title: str, row: Row) -> str:
        if not self.terminal.agreed(f"  No office of {row['country']} is called {title}. Add it?"):
            return ""
        return self.row("offices", {"country": row["country"], "title": title})["office_id"]

    def _new_place(self, city: str, _: Row) -> str:
        if not self.terminal.agreed(f"  {city} is not on record. Add this place?"):
            return ""
        return self.row("places", {"name": city})["name"]

    # --- pages ---

    def _pages(self, question: str, *, needed: bool) -> list[str]:
        """Ask for one page after another until an empty answer."""
        found: list[str] = []
        while True:
            another = f"{question}: another" if found else question
            page = self._page(another, "", needed=needed and not found)
            if not page:
                return found
            found = list(dict.fromkeys([*found, page]))

    def _page(self, question: str, offered: str, *, needed: bool) -> str:
        """Ask for a page: one named before by its number, an address, or words of a source on record."""
        titles = {source["source_id"]: source["title"] for source in self.tables["sources"]}
        hint = "an address, or words of a source on record: its id, publisher, title"
        page = self.terminal.choice(
            question,
            {page: titles.get(page, "") for page in self.own},
            offered=offered,
            needed=needed,
            told=f"{hint}. A new address is asked about and becomes a new source.",
            other=self._page_called,
        )
        self._know_pages([page] if page else [])
        return page

    def _page_called(self, answer: str) -> str:
        if re.match("https?://", answer):
            known = self._source_at(answer)
            problem = wrong("sources", "url", answer)
            if problem:
                self.terminal.tell(explain(problem))
                return ""
            return (known or self.row("sources", {"url": answer}))["source_id"]
        words = answer.casefold().split()
        fitting = {
            source["source_id"]: f"{source['title']} ({source['publisher']})"
            for source in sorted(self.tables["sources"], key=lambda source: source["date"], reverse=True)
            if answer == source["source_id"]
            or all(word in " ".join(source.values()).casefold() for word in words)
        }
        if answer in fitting:
            return answer
        if not fitting:
            self.terminal.tell(explain(f"No source on record has {answer!r}: an address makes a new one."))
            return ""
        return self.terminal.choice(
            "  Which one", dict(list(fitting.items())[:50]), told="Empty for none of them."
        )

    def _source_at(self, url: str) -> Row | None:
        return next((source for source in self.tables["sources"] if source["url"] == url), None)


def _last(rows: Sequence[Row], column: str, **wanted: str) -> str:
    """A cell of the last row that has the wanted values; empty if none has."""
    fitting = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return fitting[-1][column] if fitting else ""


def _basis(interview: Interview, row: Row) -> str:
    last = _last(interview.tables["mentions"], "basis", meeting_id=row["meeting_id"])
    kind = _last(interview.tables["sources"], "kind", source_id=interview.own[0] if interview.own else "")
    return last or BASES.get(kind, "official_readout" if kind else "")


def _publisher(interview: Interview, row: Row) -> str:
    """The publisher that most sources of the same site have."""
    site = _site(interview, row)
    return Counter(one["publisher"] for one in site).most_common(1)[0][0] if site else ""


def _language(interview: Interview, row: Row) -> str:
    """The language of the site, where its sources have one only."""
    found = {one["language"] for one in _site(interview, row)}
    return found.pop() if len(found) == 1 else ""


def _site(interview: Interview, row: Row) -> list[Row]:
    host = _host(row["url"])
    return [one for one in interview.tables["sources"] if host and _host(one["url"]) == host]


OFFERED: dict[tuple[str, str], Callable[[Interview, Row], str]] = {
    ("meetings", "format"): lambda _, __: "two_plus_two",
    ("meetings", "meeting_id"): lambda interview, row: meeting_id(row, interview.tables),
    ("meetings", "ordinal"): lambda interview, row: next_ordinal(row, interview.tables),
    ("meetings", "name"): lambda interview, row: next_name(row, interview.tables),
    ("meetings", "mode"): lambda _, __: "in_person",
    ("agreements", "agreement_id"): lambda interview, row: agreement_id(
        row, interview.tables, interview.day.year
    ),
    ("context_events", "event_id"): lambda _, row: event_id(row),
    ("participants", "country"): lambda interview, row: interview.seat(row).get("country", ""),
    ("participants", "portfolio"): lambda interview, row: interview.seat(row).get("portfolio", ""),
    ("participants", "office_id"): lambda interview, row: _last(
        interview.tables["participants"], "office_id", name=row["name"], portfolio=row["portfolio"]
    ),
    ("mentions", "basis"): _basis,
    ("sources", "publisher"): _publisher,
    ("sources", "language"): _language,
    ("sources", "reliability"): lambda _, row: suggested_class(row["kind"], row["publisher"], row["url"]),
    ("sources", "source_id"): lambda interview, row: source_id(row, interview.tables),
    ("offices", "office_id"): lambda _, row: person_id(f"{row['country']} {row['title']}"),
}
"""What is offered for a column, by what was answered before it."""
