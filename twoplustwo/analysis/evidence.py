"""What each fact rests on: its best source, and how many voices say it independently of one another."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twoplustwo.analysis.meetings import DEPTHS, SOURCE_KINDS
from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record, split_ids
from twoplustwo.reliability import CLASSES, origin

KEYS = {
    "meetings": ("meeting_id",),
    "participants": ("meeting_id", "name"),
    "mentions": ("meeting_id", "topic_id"),
    "agreements": ("agreement_id",),
    "agreement_events": ("agreement_id", "date", "event"),
    "frameworks": ("partner", "level"),
    "context_events": ("event_id",),
}
"""Table of facts -> the columns whose values, joined by ``|``, name a row, as in ``revisions``."""


def row_keys(table: str, frame: pd.DataFrame) -> pd.Series:
    """The key of each row of a table of :data:`KEYS`, such as ``gbr-acsa|2017-01-26|signed``."""
    parts = frame[list(KEYS[table])]
    if "date" in parts:
        parts = parts.assign(date=parts["date"].dt.strftime("%Y-%m-%d"))
    keys = ["|".join(cells) for cells in parts.itertuples(index=False)]
    return pd.Series(keys, index=frame.index, dtype="str")


@remembered
def evidence(record: Record) -> pd.DataFrame:
    """What every fact of the record rests on.

    The sources of a fact are those of its row: ``source_ids``, or ``source_id`` and
    ``further_source_ids``. For a meeting these are all pages that tell of it, those on its areas and
    ministers among them. The best source is the most reliable; of
    several it is the one that was read deepest, then the one whose kind stands first in the codebook
    (joint statement, readout, and so on), then the one that the row names first. Independent are
    sources of different origin (:func:`twoplustwo.reliability.origin`).

    Returns one row a fact, in the order of the tables: ``table``, ``key`` (see :func:`row_keys`),
    ``partner``, ``best_source`` (id), ``best_class`` (of :data:`twoplustwo.reliability.CLASSES`),
    ``sources`` and ``independent`` (counts; ids without a row in ``sources`` do not count).
    """
    facts = pd.concat([_facts(record, table) for table in KEYS], ignore_index=True)
    about = record.sources[["source_id"]].assign(
        grade=record.sources["reliability"].map(CLASSES.index).astype("int64"),
        depth=record.sources["seen"].map(DEPTHS.index).astype("int64"),
        sort=record.sources["kind"].map(SOURCE_KINDS.index).astype("int64"),
        origin=record.sources["publisher"].map(origin),
    )
    pairs = facts[["cell"]].rename_axis("fact").reset_index()
    pairs = pairs.assign(source_id=pairs["cell"].map(split_ids)).explode("source_id")
    pairs = pairs.drop_duplicates(["fact", "source_id"]).astype({"source_id": "str"})
    pairs = pairs.merge(about, on="source_id")
    pairs = pairs.sort_values(["fact", "grade", "depth", "sort"], kind="stable")
    best = pairs.drop_duplicates("fact").set_index("fact").reindex(facts.index)
    voices = pairs.drop_duplicates(["fact", "origin"])["fact"].value_counts()
    return facts[["table", "key", "partner"]].assign(
        best_source=best["source_id"],
        best_class=best["grade"].map(lambda grade: CLASSES[int(grade)], na_action="ignore").astype("str"),
        sources=pairs["fact"].value_counts().reindex(facts.index, fill_value=0),
        independent=voices.reindex(facts.index, fill_value=0),
    )


def of_row(record: Record, table: str, key: str) -> Any:
    """The row of :func:`evidence` for one fact. Raises KeyError if there is none."""
    return _by_fact(record).loc[(table, key)]


@remembered
def _by_fact(record: Record) -> pd.DataFrame:
    return evidence(record).set_index(["table", "key"])


@remembered
def summary(record: Record) -> pd.DataFrame:
    """How many facts of each table rest at best on a source of each class.

    Returns one row a table and class, those that do not occur too: ``table``, ``best_class``, ``facts``
    (count), ``share`` (0 to 1 of the table's facts, missing without any) and ``one_voice`` (those of
    them that rest on one origin alone, count).
    """
    facts = evidence(record)
    grid = pd.MultiIndex.from_product([KEYS, CLASSES], names=["table", "best_class"])
    grouped = facts.assign(one_voice=facts["independent"] == 1).groupby(["table", "best_class"])
    table = grouped.agg(facts=("key", "size"), one_voice=("one_voice", "sum"))
    table = table.reindex(grid, fill_value=0).reset_index()
    whole = table.groupby("table")["facts"].transform("sum")
    share = (table["facts"] / whole.where(whole > 0)).astype("Float64")
    return table.assign(share=share)[["table", "best_class", "facts", "share", "one_voice"]]


def _facts(record: Record, table: str) -> pd.DataFrame:
    """Columns ``table``, ``key``, ``partner`` and ``cell`` (ids of all sources of the row)."""
    frame = record.tables()[table]
    if "source_ids" in frame:
        cells = frame["source_ids"]
    elif "further_source_ids" in frame:
        further = frame["further_source_ids"]
        cells = frame["source_id"].where(further.isna(), frame["source_id"] + ";" + further.fillna(""))
    else:
        cells = frame["source_id"]
    return pd.DataFrame(
        {
            "table": pd.Series(table, index=frame.index, dtype="str"),
            "key": row_keys(table, frame),
            "partner": partners_of(record, frame),
            "cell": cells,
        }
    )


def partners_of(record: Record, frame: pd.DataFrame) -> pd.Series:
    """The partner of each row: its own, or that of its meeting or agreement; an event has none."""
    if "partner" in frame:
        return frame["partner"]
    if "event_id" in frame:
        return pd.Series(None, index=frame.index, dtype="str")
    table, key = ("meetings", "meeting_id") if "meeting_id" in frame else ("agreements", "agreement_id")
    partners = record.tables()[table].set_index(key)["partner"]
    return partners.reindex(frame[key]).set_axis(frame.index)
