"""Counting meetings: how many, when, at what distance."""

from __future__ import annotations

import pandas as pd

from twoplustwo.record import Record
from twoplustwo.selection import FORMATS


def partner_order(record: Record) -> list[str]:
    """Partner codes in the order in which their series began.

    Partners with ministerial 2+2 meetings come first, by their first one; then those with other
    meetings, by their first; then the rest by name. A selected record is ordered by its own
    meetings, so pass the whole one to keep an order over all pages.
    """
    meetings = record.meetings
    main = meetings[meetings["format"] == "two_plus_two"].groupby("partner")["date"].min()
    other = meetings.groupby("partner")["date"].min()
    codes = record.partners["partner"]
    # reindex, since map fails where there is no date at all
    partners = record.partners.assign(
        first_main=main.reindex(codes).to_numpy(), first_other=other.reindex(codes).to_numpy()
    )
    return partners.sort_values(["first_main", "first_other", "name"], kind="stable")["partner"].tolist()


def meetings_by_partner_year(record: Record) -> pd.DataFrame:
    """Meetings of each partner and format in each year; years without a meeting are left out.

    Returns columns ``format``, ``partner``, ``year`` (of the first day) and ``meetings`` (count).
    """
    keyed = record.meetings.assign(year=record.meetings["date"].dt.year)
    return keyed.groupby(["format", "partner", "year"]).size().rename("meetings").reset_index()


def format_counts(record: Record) -> pd.Series:
    """Number of meetings of each format that occurs, in the order of the codebook."""
    counts = record.meetings["format"].value_counts()
    return counts.reindex([code for code in FORMATS if code in counts.index])


def intervals(record: Record) -> pd.DataFrame:
    """Distance of each meeting from the one before it in its series.

    A series is the meetings of one partner in one format, so apply only filters that leave
    series whole (see :meth:`twoplustwo.Selection.series`).

    Returns columns ``partner``, ``format``, ``meeting_id``, ``name``, ``date``, ``position``
    (1 is the first in the selection), ``previous_id``, ``previous_date`` and ``days`` (from
    first day to first day; missing for the first of a series).
    """
    columns = ["partner", "format", "meeting_id", "name", "date"]
    ordered = record.meetings[columns].sort_values(["date", "meeting_id"], kind="stable")
    series = ordered.groupby(["partner", "format"], sort=False)
    ordered = ordered.assign(
        position=series.cumcount() + 1,
        previous_id=series["meeting_id"].shift(),
        previous_date=series["date"].shift(),
    )
    days = (ordered["date"] - ordered["previous_date"]).dt.days.astype("Int64")
    return ordered.assign(days=days).reset_index(drop=True)


def cadence(record: Record) -> pd.DataFrame:
    """How often the meetings of each series come.

    Returns one row a partner and format with columns ``partner``, ``format``, ``meetings``
    (count), ``first`` and ``last`` (dates), ``median_days`` and ``longest_days`` between
    consecutive meetings (missing with fewer than two), ``days_since_last`` up to
    ``record.as_of``, and ``overdue``: whether these days exceed the series' own longest gap
    (missing with fewer than two meetings, since there is no gap to compare with).
    """
    steps = intervals(record)
    grouped = steps.groupby(["partner", "format"], sort=False)
    table = grouped.agg(
        meetings=("meeting_id", "size"),
        first=("date", "min"),
        last=("date", "max"),
        median_days=("days", "median"),
        longest_days=("days", "max"),
    ).reset_index()
    since = (record.as_of - table["last"]).dt.days.astype("Int64")
    longest = table["longest_days"].astype("Int64")
    return table.assign(
        median_days=table["median_days"].astype("Float64"),
        longest_days=longest,
        days_since_last=since,
        overdue=since > longest,
    )


def latest_meetings(record: Record, number: int) -> pd.DataFrame:
    """The newest meetings, newest first, as rows of the meetings table."""
    return record.meetings.sort_values(["date", "meeting_id"], ascending=False).head(number)


def ministers(record: Record, meeting_id: str) -> pd.DataFrame:
    """Who sat at a meeting: rows of the participants table, the partner's side first."""
    people = record.participants[record.participants["meeting_id"] == meeting_id]
    return people.sort_values("country", key=lambda country: country == "JPN", kind="stable")
