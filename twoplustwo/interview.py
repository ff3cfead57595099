"""Asks on a terminal for the rows of an addition, with choices from the record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from twoplustwo import labels
from twoplustwo.adding import (
    ASKED,
    OPTIONS,
    OWNERS,
    asked,
    completed,
    follows,
    host_of,
    is_needed,
    last,
    next_name,
    next_ordinal,
    same_meeting,
    series,
    wrong,
)
from twoplustwo.asking import Choices, Terminal, explain
from twoplustwo.check import CONTROL, WHOLE_NUMBER
from twoplustwo.editing import Change, RefusedError, Row, Tables, columns
from twoplustwo.record import field as declared
from twoplustwo.record import table_schemas

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
                and (spelled or is_needed(table, column))
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
        """Ask for the columns of a new row that are not given, and put it in.

        Broken off, a row of the table that is added goes among the changes as far as it came.
        """
        row = dict(given)
        place = "--{column}" if table == self.table else f"--{OPTIONS[table]}"
        try:
            for column in asked(table):
                self._know_pages_of(table, row)
                if column not in row and not self._follows(table, column, row):
                    row[column] = self.cell(table, column, row)
                    if (table, column) == ("sources", "url") and (known := self._source_at(row[column])):
                        self.terminal.tell(explain(f"This page is on record as {known['source_id']}."))
                        return known
                if (table, column) == ("meetings", "format") and (known_as := same_meeting(row, self.tables)):
                    raise RefusedError(
                        f"This meeting is on record as {known_as}; expected a new one. "
                        f"`add mention`, `add participant` and `edit meetings {known_as}` go on with it."
                    )
        except (KeyboardInterrupt, EOFError):
            if table == self.table:
                self.changes.append(Change("added", table, row=row, place=place))
            raise
        return self.add(table, row, place)

    def more(self, table: str, owner: Row) -> None:
        """Ask for the rows of a table that belong to the row that is added."""
        if table == "participants":
            self._seats(owner)
        if table == "mentions":
            while topic := self.cell(
                table, "topic_id", owner, "Cooperation area, enter for no more", needed=False
            ):
                self.row(table, owner | {"topic_id": topic})
            return
        article, noun = "a", OPTIONS[table]
        if any(change.table == table for change in self.changes):
            article = "another"
        while self.terminal.agreed(f"Add {article} {noun}?"):
            article = "another"
            self.row(table, owner)

    def _seats(self, owner: Row) -> None:
        """Ask who sat in each seat that is still empty, Japan's first."""
        for seat in self.seats(owner):
            row = owner | seat
            countries = self._choices("participants", "country", row) or {}
            whose = f"{countries[seat['country']]}, {seat['portfolio']}"
            if name := self.cell("participants", "name", row, whose, needed=False):
                self.row("participants", row | {"name": name})

    def unfit(self, table: str, given: Row) -> Iterator[str]:
        """What in given cells can be seen to be wrong before anything is asked."""
        for column, value in given.items():
            place = f"--{column.replace('_', '-')}"
            # Which offices there are to choose from depends on the country, which may not be given.
            listed = column in CHOSEN and column != "office_id"
            choices = self._choices(table, column, given) if listed else None
            if value and (problem := self._wrong(table, column, value, given)):
                yield f"{place}: {problem}"
            elif value and choices is not None and value not in choices:
                yield f"{place}: found {value!r}; expected the id of a row of {CHOSEN[column][0]}.csv"

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
        if follows(table, column) or (table, column) == ("participants", "note"):
            return True
        if table in OWNERS and column == "source_id":
            return len(self.own) == 1
        if (table, column) == ("meetings", "city"):
            return row.get("mode") == "virtual"
        if table == "people" and column == "name_own":
            # Only where a person of the country has a spelling in a script of its own.
            return not any(
                one["name_own"] for one in self.tables["people"] if one["country"] == row["country"]
            )
        if table == "people" and column == "source_ids":
            spelled = row.get("name_ja") or row.get("name_own")
            return not spelled or len(self.own) == 1
        japanese = {"offices": "title_ja", "places": "name_ja"}.get(table)
        return japanese is not None and column == "source_id" and not row.get(japanese)

    def cell(
        self, table: str, column: str, row: Row, question: str = "", *, needed: bool | None = None
    ) -> str:
        """Ask for one cell of a row, in other words or less urgently than its column if they are given."""
        of = declared(table, column)
        question = question or of["title"]
        needed = is_needed(table, column) if needed is None else needed
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
                wrong=lambda answer: self._wrong(table, column, answer, row),
            )
        groups = None
        if column == "topic_id":
            groups = {topic["topic_id"]: topic["theme"] for topic in self.tables["topics"]}
        new = {
            ("participants", "name"): self._new_person,
            ("participants", "office_id"): self._new_office,
            ("meetings", "city"): self._new_place,
        }.get((table, column))
        return self.terminal.choice(
            question,
            choices,
            groups=groups,
            offered=offered,
            needed=needed,
            told=of["description"],
            other=(lambda answer: new(answer, row)) if new else None,
        )

    def _wrong(self, table: str, column: str, answer: str, row: Row) -> str:
        problem = wrong(table, column, answer)
        if "text of the form" in problem:
            about = declared(table, column)["description"].rstrip(".")
            known = last(self.tables[table], column)
            problem = f"found {answer!r}; expected: {about}" + (f", such as {known}" if known else "")
        if CONTROL.search(answer):
            problem = "found a control character; expected text on one line"
        if column == "end_date" and not problem and answer < row.get("date", ""):
            problem = f"found {answer!r}; expected a day not before {row['date']}"
        if (table, column) == ("meetings", "ordinal") and not problem:
            before = next(
                (one["ordinal"] for one in reversed(series(row, self.tables)) if one["ordinal"]), ""
            )
            if WHOLE_NUMBER.fullmatch(before) and int(answer) <= int(before):
                problem = f"found {answer!r}; expected a number above {before}"
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
            before = last(self.tables[table], "source_id", **{owner: row[owner]})
            return before or (self.own[0] if self.own else "")
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
            partner = last(self.tables["meetings"], "partner", meeting_id=row["meeting_id"])
            return {"JPN": "Japan", partner: last(self.tables["partners"], "name", partner=partner)}
        other, key, name = CHOSEN.get(column, ("", "", ""))
        if not other or other == table:
            return None
        rows = [one for one in self.tables[other] if other != "offices" or one["country"] == row["country"]]
        if table == "mentions" and other == "topics":  # those that the meeting does not have
            rows = [one for one in rows if not self._has("mentions", row, topic_id=one["topic_id"])]
        if other == "meetings":
            rows.reverse()  # the latest first
        if other == "places":  # those where most meetings took place first
            times = Counter(meeting["city"] for meeting in self.tables["meetings"])
            rows.sort(key=lambda place: -times[place["name"]])
        return {one[key]: one[name] for one in rows}

    def _people(self, row: Row) -> Choices:
        """The people of a country, those who sat there last in this portfolio first."""
        dates = self._dates()
        seated: dict[str, str] = {}
        for seat in self.tables["participants"]:
            if (seat["country"], seat["portfolio"]) == (row["country"], row["portfolio"]):
                seated[seat["name"]] = max(seated.get(seat["name"], ""), dates.get(seat["meeting_id"], ""))
        names = [
            person["name"]
            for person in self.tables["people"]
            if person["country"] == row["country"] and not self._has("participants", row, name=person["name"])
        ]
        names.sort(key=lambda name: seated.get(name, ""), reverse=True)
        return {name: f"(last {seated[name]})" if name in seated else "" for name in names}

    def _dates(self) -> Row:
        """Id of a meeting -> its day."""
        return {meeting["meeting_id"]: meeting["date"] for meeting in self.tables["meetings"]}

    def _has(self, table: str, row: Row, **cells: str) -> bool:
        """Whether the meeting of a row has another row with these cells."""
        meeting = row.get("meeting_id", "")
        return bool(last(self.tables[table], "meeting_id", meeting_id=meeting, **cells))

    def seats(self, row: Row) -> list[Row]:
        """The seats of a meeting that are still empty, as country and portfolio: Japan's first."""
        partner = last(self.tables["meetings"], "partner", meeting_id=row["meeting_id"])
        kind = last(self.tables["meetings"], "format", meeting_id=row["meeting_id"])
        seats = [(code, seat) for code in ("JPN", partner) for seat in SEATS.get(kind, ())]
        for other in self.tables["participants"]:
            taken = (other["country"], other["portfolio"])
            if other["meeting_id"] == row["meeting_id"] and taken in seats:
                seats.remove(taken)
        return [
            {"country": country, "portfolio": portfolio}
            for country, portfolio in seats
            if row.get("country", country) == country
        ]

    def seat(self, row: Row) -> Row:
        """The first of the empty seats; nothing if there is none."""
        return next(iter(self.seats(row)), {})

    def office(self, row: Row) -> str:
        """The office that the person, or else the one who sat there last, had in this seat."""
        held = [seat for seat in self.tables["participants"] if seat["portfolio"] == row["portfolio"]]
        held = [seat for seat in held if seat["country"] == row["country"]]
        dates = self._dates()
        held.sort(key=lambda seat: (seat["name"] == row["name"], dates.get(seat["meeting_id"], "")))
        return held[-1]["office_id"] if held else ""

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
            if problem := self._wrong("sources", "url", answer, {}):
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
        if not fitting and re.match(r"\S+\.\S+/", answer):
            self.terminal.tell(explain("An address begins with https:// or http://."))
            return ""
        if not fitting:
            self.terminal.tell(explain(f"No source on record has {answer!r}: an address makes a new one."))
            return ""
        return self.terminal.choice(
            "  Which one", dict(list(fitting.items())[:50]), told="Empty for none of them."
        )

    def _source_at(self, url: str) -> Row | None:
        return next((source for source in self.tables["sources"] if source["url"] == url), None)


def _basis(interview: Interview, row: Row) -> str:
    before = last(interview.tables["mentions"], "basis", meeting_id=row["meeting_id"])
    kind = last(interview.tables["sources"], "kind", source_id=interview.own[0] if interview.own else "")
    return before or BASES.get(kind, "official_readout" if kind else "")


def _publisher(interview: Interview, row: Row) -> str:
    """The publisher that most sources of the same site have."""
    site = _site(interview, row)
    return Counter(one["publisher"] for one in site).most_common(1)[0][0] if site else ""


def _language(interview: Interview, row: Row) -> str:
    """The language of the site, where its sources have one only."""
    found = {one["language"] for one in _site(interview, row)}
    return found.pop() if len(found) == 1 else ""


def _site(interview: Interview, row: Row) -> list[Row]:
    host = host_of(row["url"])
    return [one for one in interview.tables["sources"] if host and host_of(one["url"]) == host]


OFFERED: dict[tuple[str, str], Callable[[Interview, Row], str]] = {
    ("meetings", "format"): lambda _, __: "two_plus_two",
    ("meetings", "ordinal"): lambda interview, row: next_ordinal(row, interview.tables),
    ("meetings", "name"): lambda interview, row: next_name(row, interview.tables),
    ("meetings", "mode"): lambda _, __: "in_person",
    ("participants", "country"): lambda interview, row: interview.seat(row).get("country", ""),
    ("participants", "portfolio"): lambda interview, row: interview.seat(row).get("portfolio", ""),
    ("participants", "office_id"): Interview.office,
    ("mentions", "basis"): _basis,
    ("sources", "publisher"): _publisher,
    ("sources", "language"): _language,
}
"""What is offered for a column, by what was answered before it."""
