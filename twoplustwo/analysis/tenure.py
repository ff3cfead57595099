"""Who held which office when, as far as the meetings on record show it, and what of it cannot be.

A day on which somebody sat at a meeting proves the office of that day alone: the term of office began before
the first such day and ended after the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

import pandas as pd

from twoplustwo.analysis.context import governments
from twoplustwo.analysis.evidence import row_keys
from twoplustwo.analysis.remembered import remembered
from twoplustwo.labels import written_date
from twoplustwo.language import ENGLISH, speaking
from twoplustwo.record import Record, rows

PRIME_MINISTER = "jpn-prime-minister"
SHORTEST_ABSENCE = 60  # days: who lost an office is not back in it sooner

CASES = ("two_holders", "foreign_seat", "prime_minister", "back_too_soon", "succession")


@remembered
def tenures(record: Record) -> pd.DataFrame:
    """The stints of everybody in every office on record.

    A stint ends where somebody else is seen in the office on a day after it and before the person is
    seen there again: who comes back has two stints, and is still one person.

    Returns one row a stint, by office and first day: ``office_id``, ``title``, ``country``,
    ``person_id``, ``name``, ``first`` and ``last`` (days of the first and last meeting on record in
    it, which are no term of office) and ``meetings`` (count).
    """
    found = []
    for office, held in groupby(_seats(record), attrgetter("office_id")):
        seats = list(held)
        for person in dict.fromkeys(seat.person_id for seat in seats):
            own = [seat for seat in seats if seat.person_id == person]
            others = [seat.date for seat in seats if seat.person_id != person]
            ends = [
                place
                for place, (before, after) in enumerate(pairwise(own), start=1)
                if any(before.date < day < after.date for day in others)
            ]
            for start, end in pairwise([0, *ends, len(own)]):
                stint = own[start:end]
                meetings = len({seat.meeting_id for seat in stint})
                of_person = (office, stint[0].title, stint[0].country, person, stint[0].name)
                found.append((*of_person, stint[0].date, stint[-1].date, meetings))
    columns = ["office_id", "title", "country", "person_id", "name", "first", "last", "meetings"]
    types = dict.fromkeys(columns[:5], "str") | dict.fromkeys(columns[5:7], "datetime64[us]")
    table = pd.DataFrame(found, columns=columns).astype({**types, "meetings": "int64"})
    return table.sort_values(["office_id", "first", "person_id"], kind="stable", ignore_index=True)


@remembered
@speaking(ENGLISH)
def impossible(record: Record) -> pd.DataFrame:
    """What the record says of persons and offices that cannot be so, or hardly.

    Returns ``case`` (of :data:`CASES`), ``table`` and ``key`` of the row to look at, ``partner``
    (missing for an office) and ``what`` (a sentence in English):

    - ``two_holders``: two persons in one office on the same day, at one meeting or two.
    - ``foreign_seat``: somebody sits for a country that is not that of the person, so also whoever holds
      offices of two countries.
    - ``prime_minister``: a Japanese prime minister on a day that belongs to somebody else's cabinet; on
      the day of a change both fit. A cabinet is known by the family name in its title.
    - ``back_too_soon``: somebody is in an office again within :data:`SHORTEST_ABSENCE` days, though
      somebody else was seen in it in between.
    - ``succession``: an office is seen before the last day of the one that it follows.
    """
    seats = _seats(record)
    cases = [*_two_holders(seats), *_foreign_seats(record), *_prime_ministers(record, seats)]
    cases += [*_back_too_soon(record, seats), *_succession(record)]
    return pd.DataFrame(cases, columns=["case", "table", "key", "partner", "what"], dtype="str")


def _seats(record: Record) -> list[Any]:
    """The participants by office and day of the meeting, each with ``person_id`` and the key of the row."""
    seats = record.participants.assign(key=row_keys("participants", record.participants))
    seats = seats.merge(record.people[["name", "person_id"]], on="name")
    seats = seats.merge(record.meetings[["meeting_id", "date", "partner"]], on="meeting_id")
    return list(rows(seats.sort_values(["office_id", "date", "meeting_id"], kind="stable")))


Case = tuple[str, str, str, str | None, str]


def _two_holders(seats: list[Any]) -> Iterator[Case]:
    for _, held in groupby(seats, attrgetter("office_id", "date")):
        first, *others = {seat.person_id: seat for seat in held}.values()
        for seat in others:
            what = (
                f"{seat.name} and {first.name} both sit as {seat.title} ({seat.country}) on "
                f"{written_date(seat.date)}, at {seat.meeting_id} and {first.meeting_id}."
            )
            yield "two_holders", "participants", seat.key, seat.partner, what


def _foreign_seats(record: Record) -> Iterator[Case]:
    people = record.people[["name", "country"]].rename(columns={"country": "home"})
    seats = record.participants.assign(key=row_keys("participants", record.participants))
    seats = seats.merge(people, on="name").merge(record.meetings[["meeting_id", "partner"]], on="meeting_id")
    for seat in rows(seats[seats["country"] != seats["home"]]):
        what = (
            f"{seat.name} sits for {seat.country} at {seat.meeting_id}, but belongs to {seat.home} in people."
        )
        yield "foreign_seat", "participants", seat.key, seat.partner, what


def _prime_ministers(record: Record, seats: list[Any]) -> Iterator[Case]:
    terms = governments(record)
    ends = terms["end_date"].fillna(pd.Timestamp("9999-12-31"))
    for seat in seats:
        if seat.office_id != PRIME_MINISTER:
            continue
        titles = terms.loc[(terms["date"] <= seat.date) & (ends >= seat.date), "title"].tolist()
        family = seat.name.split()[-1].casefold()
        if titles and not any(family in title.casefold().split() for title in titles):
            what = (
                f"{seat.name} sits as {seat.title} on {written_date(seat.date)}, a day of the {titles[-1]}."
            )
            yield "prime_minister", "participants", seat.key, seat.partner, what


def _back_too_soon(record: Record, seats: list[Any]) -> Iterator[Case]:
    by_day = {(seat.office_id, seat.person_id, seat.date): seat for seat in reversed(seats)}
    stints = tenures(record).sort_values(["office_id", "person_id", "first"], kind="stable")
    for before, after in pairwise(rows(stints)):
        same = (before.office_id, before.person_id) == (after.office_id, after.person_id)
        if same and (after.first - before.last).days <= SHORTEST_ABSENCE:
            seat = by_day[after.office_id, after.person_id, after.first]
            when = f"{written_date(before.last)} and again on {written_date(after.first)}"
            who = f"{after.name} sits as {after.title} ({after.country})"
            what = f"{who} on {when}, but somebody else in between."
            yield "back_too_soon", "participants", seat.key, seat.partner, what


def _succession(record: Record) -> Iterator[Case]:
    seen = tenures(record).groupby("office_id").agg(first=("first", "min"), last=("last", "max"))
    for office in rows(record.offices[record.offices["follows"].notna()]):
        if office.office_id not in seen.index or office.follows not in seen.index:
            continue
        first, last = seen.loc[office.office_id, "first"], seen.loc[office.follows, "last"]
        if first < last:
            what = (
                f"{office.title} ({office.country}) is seen on {written_date(first)}, but "
                f"{office.follows}, which it follows, still on {written_date(last)}."
            )
            yield "succession", "offices", office.office_id, None, what
