"""Ministers and other persons: who met whom, how often, in which office."""

from __future__ import annotations

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


def _in_turn(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values))
