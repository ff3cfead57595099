"""What stood around the meetings: who governed Japan, and everything else."""

from __future__ import annotations

import pandas as pd

from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record


@remembered
def governments(record: Record) -> pd.DataFrame:
    """The terms in which Japan was governed by one prime minister, in order.

    Rows of context_events: Japanese cabinets, without those whose term lies within another's (a
    reshuffle within one prime minister's time). ``end_date`` is missing for the one in office at
    the end of the coverage.
    """
    events = record.context_events
    terms = events[(events["kind"] == "cabinet") & (events["country"] == "JPN")]
    ends = terms["end_date"].fillna(pd.Timestamp("9999-12-31"))
    within = [
        ((terms["date"] <= start) & (ends >= end) & (terms.index != index)).any()
        for index, start, end in zip(terms.index, terms["date"], ends, strict=True)
    ]
    return terms[[not inner for inner in within]].sort_values("date") if len(terms) else terms


@remembered
def events_around(record: Record) -> pd.DataFrame:
    """Every other row of context_events, in order of date."""
    events = record.context_events
    others = ~events["event_id"].isin(governments(record)["event_id"])
    return events[others].sort_values(["date", "event_id"])
