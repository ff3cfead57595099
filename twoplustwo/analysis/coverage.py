"""How well the meetings of a part of the record were read."""

from __future__ import annotations

import pandas as pd

from twoplustwo.analysis.meetings import SOURCE_KINDS, reading_depth
from twoplustwo.record import Record

OFFICIAL = ["joint_statement", "official_readout"]


def coverage(record: Record, by: str) -> pd.DataFrame:
    """How well the meetings of each ``partner`` or ``year`` were read.

    Returns columns ``by``, ``meetings`` (count), ``read_in_full`` (meetings with at least one page
    read in full), ``official`` (meetings with a joint statement or official readout among their
    pages), ``uncoded`` (meetings without a coded area), ``sources_per_meeting`` and
    ``areas_per_meeting`` (medians), and for each kind of source the number of its pages, counted once
    a meeting.
    """
    meetings = record.meetings.assign(year=record.meetings["date"].dt.year)[["meeting_id", by]]
    depth = reading_depth(record, meetings["meeting_id"].tolist())
    areas = record.mentions.groupby("meeting_id")["topic_id"].nunique()
    table = meetings.merge(depth, on="meeting_id")
    table = table.assign(
        full_read=table["full"] > 0,
        official=table[OFFICIAL].sum(axis=1) > 0,
        areas=table["meeting_id"].map(areas).fillna(0).astype("int64"),
    )
    grouped = table.assign(uncoded=table["areas"] == 0).groupby(by)
    return grouped.agg(
        meetings=("meeting_id", "size"),
        read_in_full=("full_read", "sum"),
        official=("official", "sum"),
        uncoded=("uncoded", "sum"),
        sources_per_meeting=("sources", "median"),
        areas_per_meeting=("areas", "median"),
        **{kind: (kind, "sum") for kind in SOURCE_KINDS},
    ).reset_index()
