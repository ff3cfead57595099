"""Ministers and other persons: who met whom, how often, in which office."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from twoplustwo.record import Record, person_id


def people(record: Record) -> pd.DataFrame:
    """Everybody who took part in a meeting of the record, most meetings first.

    Returns columns ``person_id``, ``name``, ``countries`` and ``titles`` (text, joined by ``; `` in
    order of first use), ``meetings`` (count), ``first`` and ``last`` (dates).
    """
    dates = record.meetings[["meeting_id", "date"]]
    present = record.participants.merge(dates, on="meeting_id").sort_values("date", kind="stable")
    present = present.assign(person_id=present["name"].map(person_id))
    table = present.groupby("person_id").agg(
        name=("name", "first"),
        countries=("country", _in_turn),
        titles=("title", _in_turn),
        meetings=("meeting_id", "nunique"),
        first=("date", "min"),
        last=("date", "max"),
    )
    table = table.reset_index().sort_values(["meetings", "name"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def meetings_of(record: Record, identifier: str) -> pd.DataFrame:
    """The meetings at which a person sat, newest first.

    Returns columns ``meeting_id``, ``date``, ``partner``, ``format``, ``name`` (of the meeting),
    ``country`` (for whom the person spoke), ``portfolio`` and ``title`` (office at that meeting).
    Raises KeyError for an unknown person.
    """
    seats = record.participants[record.participants["name"].map(person_id) == identifier]
    if seats.empty:
        raise KeyError(identifier)
    meetings = record.meetings[["meeting_id", "date", "partner", "format", "name"]]
    table = meetings.merge(seats[["meeting_id", "country", "portfolio", "title"]], on="meeting_id")
    return table.sort_values(["date", "meeting_id"], ascending=False, kind="stable").reset_index(drop=True)


def counterparts_of(record: Record, identifier: str) -> pd.DataFrame:
    """Whom a person met: those who sat for the other side at the same meetings.

    Returns columns ``person_id``, ``name``, ``countries``, ``titles``, ``meetings`` (in common, count),
    ``first`` and ``last`` (dates of these), most meetings first. Raises KeyError for an unknown
    person.
    """
    seats = meetings_of(record, identifier)[["meeting_id", "country"]]
    pairs = record.participants.merge(seats, on="meeting_id", suffixes=("", "_own"))
    across = pairs.loc[pairs["country"] != pairs["country_own"], list(record.participants.columns)]
    return people(replace(record, participants=across))


def _in_turn(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values))
