"""How much of the texts was read, and from which kinds of source."""

from __future__ import annotations

import pandas as pd

from twoplustwo.record import Record, allowed_values, split_ids

SEEN = allowed_values("sources", "seen")
"""How much of a page was read, most first."""
KINDS = allowed_values("sources", "kind")


def meeting_sources(record: Record) -> pd.DataFrame:
    """Which page backs which meeting: its own sources and those of its cooperation areas.

    Returns columns ``meeting_id``, ``source_id``, ``kind``, ``seen``; each pair once.
    """
    own = record.meetings[["meeting_id", "source_ids"]]
    own = own.assign(source_id=own["source_ids"].map(split_ids)).explode("source_id")
    cited = record.mentions[["meeting_id", "source_id"]]
    pairs = pd.concat([own[["meeting_id", "source_id"]], cited]).drop_duplicates()
    return pairs.merge(record.sources[["source_id", "kind", "seen"]], on="source_id")


def reading(record: Record) -> pd.DataFrame:
    """How well each meeting was read.

    Returns one row a meeting: ``meeting_id``, ``partner``, ``format``, ``year``, ``sources``
    (count), a count for each value of :data:`SEEN`, ``best`` (the most that was read of any of its
    pages), ``official`` (whether a joint statement or official readout is among them) and
    ``topics`` (coded cooperation areas, count).
    """
    pairs = meeting_sources(record)
    by_seen = pd.crosstab(pairs["meeting_id"], pairs["seen"]).reindex(columns=list(SEEN), fill_value=0)
    official = pairs[pairs["kind"].isin(["joint_statement", "official_readout"])]
    topics = record.mentions.groupby("meeting_id")["topic_id"].nunique()
    table = record.meetings[["meeting_id", "partner", "format"]].assign(year=record.meetings["date"].dt.year)
    table = table.merge(by_seen.reset_index(), on="meeting_id", how="left").fillna(dict.fromkeys(SEEN, 0))
    table = table.astype(dict.fromkeys(SEEN, "int64"))
    best = pd.Series("none", index=table.index, dtype="str")
    for seen in reversed(SEEN):
        best = best.mask(table[seen] > 0, seen)
    return table.assign(
        sources=table[list(SEEN)].sum(axis=1),
        best=best,
        official=table["meeting_id"].isin(official["meeting_id"]),
        topics=table["meeting_id"].map(topics).fillna(0).astype("int64"),
    )


def coverage(record: Record, by: str) -> pd.DataFrame:
    """How well the meetings of each ``partner`` or ``year`` were read.

    Returns columns ``by``, ``meetings`` (count), ``read_in_full`` (meetings with at least one page
    read in full), ``official`` (meetings with a joint statement or official readout),
    ``uncoded`` (meetings without a coded area), ``sources_per_meeting`` and ``areas_per_meeting``
    (medians).
    """
    table = reading(record)
    grouped = table.assign(full_read=table["best"] == "full", uncoded=table["topics"] == 0).groupby(by)
    return grouped.agg(
        meetings=("meeting_id", "size"),
        read_in_full=("full_read", "sum"),
        official=("official", "sum"),
        uncoded=("uncoded", "sum"),
        sources_per_meeting=("sources", "median"),
        areas_per_meeting=("topics", "median"),
    ).reset_index()
