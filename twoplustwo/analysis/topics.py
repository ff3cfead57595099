"""Counting cooperation areas: how often, with whom, since when, and how alike partners are.

A topic counts once for a meeting. A share is the meetings that took a topic up among the
meetings with at least one coded topic, so a meeting whose text was not coded weighs on nothing.
Where a topic is absent it was not found in the texts read, which is no proof that it was not
discussed.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record

Z_95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


@remembered
def coded_meetings(record: Record) -> pd.DataFrame:
    """The meetings with at least one coded topic: the denominator of every share."""
    return record.meetings[record.meetings["meeting_id"].isin(record.mentions["meeting_id"])]


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Wilson 95 % score interval of a proportion, as lower and upper bound from 0 to 1.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927), 209-212. Missing without trials.
    """
    n = np.asarray(trials, dtype="float64")
    n = np.where(n > 0, n, np.nan)
    p = np.asarray(successes, dtype="float64") / n
    middle = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 * np.sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


@remembered
def taken_up(record: Record) -> pd.DataFrame:
    """Which meeting took up which topic: the one table that everything here counts.

    Returns one row for each pair of ``meeting_id`` and ``topic_id``, oldest meeting first, with the
    meeting's ``partner``, ``date`` and ``year``, and ``note`` and ``source_id`` of the first mention.
    """
    meetings = record.meetings[["meeting_id", "partner", "date"]]
    meetings = meetings.assign(year=meetings["date"].dt.year)
    pairs = record.mentions[["meeting_id", "topic_id", "note", "source_id"]]
    pairs = pairs.drop_duplicates(["meeting_id", "topic_id"])
    return pairs.merge(meetings, on="meeting_id").sort_values(["date", "meeting_id"], kind="stable")


@remembered
def topic_frequency(record: Record) -> pd.DataFrame:
    """How many meetings took up each topic of the codebook, most frequent first.

    Returns columns ``topic_id``, ``label``, ``theme``, ``meetings`` (count), ``coded_meetings``
    (count), ``share`` (0 to 1, missing if nothing is coded), ``share_low`` and ``share_high``
    (Wilson 95 % interval). Topics that no meeting took up stand with 0.
    """
    topics = record.topics[["topic_id", "label", "theme"]]
    counts = taken_up(record)["topic_id"].value_counts()
    table = topics.assign(
        meetings=topics["topic_id"].map(counts).fillna(0).astype("int64"),
        coded_meetings=len(coded_meetings(record)),
    )
    table = _with_share(table)
    return table.sort_values("meetings", ascending=False, kind="stable").reset_index(drop=True)


@remembered
def topics_by_year(record: Record) -> pd.DataFrame:
    """Topic counts per year of the meeting.

    Returns columns ``topic_id``, ``year``, ``meetings``, ``coded_meetings`` (of that year) and
    ``share`` with its interval; only pairs with at least one meeting.
    """
    return _grouped(record, "year")


@remembered
def topics_by_partner(record: Record) -> pd.DataFrame:
    """Topic counts per partner.

    Returns columns ``topic_id``, ``partner``, ``meetings``, ``coded_meetings`` (with that
    partner) and ``share`` with its interval; only pairs with at least one meeting.
    """
    return _grouped(record, "partner")


def coded_by(record: Record, column: str) -> pd.Series:
    """Number of meetings with coded topics per ``partner`` or ``year``."""
    meetings = coded_meetings(record)
    values = meetings["date"].dt.year.rename("year") if column == "year" else meetings[column]
    return values.value_counts().sort_index()


@remembered
def first_mentions(record: Record) -> pd.DataFrame:
    """When each topic first came up with each partner, in the texts read.

    Returns one row for each topic and each partner with coded meetings: ``topic_id``,
    ``partner``, ``date``, ``meeting_id``, ``note`` and ``source_id`` of the first mention (all
    missing where the topic was not found), and ``coded_meetings`` with that partner.
    """
    first = taken_up(record).drop_duplicates(["topic_id", "partner"])
    coded = coded_by(record, "partner").rename("coded_meetings").rename_axis("partner").reset_index()
    grid = record.topics[["topic_id"]].merge(coded, how="cross")
    columns = ["topic_id", "partner", "date", "meeting_id", "note", "source_id"]
    return grid.merge(first[columns], on=["topic_id", "partner"], how="left")[[*columns, "coded_meetings"]]


@remembered
def silent_topics(record: Record) -> pd.DataFrame:
    """How long each topic has not come up, longest silence first.

    Returns, for each topic on record, ``topic_id``, ``label``, ``theme``, ``meetings`` (that took
    it up), ``last_date``, ``last_meeting_id``, ``meetings_since`` (coded meetings after that one)
    and ``days_silent`` up to ``record.as_of``.
    """
    pairs = taken_up(record)
    last = pairs.drop_duplicates("topic_id", keep="last")[["topic_id", "date", "meeting_id"]]
    table = last.rename(columns={"date": "last_date", "meeting_id": "last_meeting_id"})
    table.insert(1, "meetings", table["topic_id"].map(pairs["topic_id"].value_counts()))
    dates = np.sort(coded_meetings(record)["date"].to_numpy())
    since = len(dates) - np.searchsorted(dates, table["last_date"].to_numpy(), side="right")
    table = table.assign(
        meetings_since=since,
        days_silent=(record.as_of - table["last_date"]).dt.days.astype("Int64"),
    )
    table = record.topics[["topic_id", "label", "theme"]].merge(table, on="topic_id")
    return table.sort_values(["days_silent", "topic_id"], ascending=[False, True]).reset_index(drop=True)


@remembered
def cooccurrence(record: Record) -> pd.DataFrame:
    """How often two topics come up at the same meeting.

    Returns columns ``topic_a``, ``topic_b`` (each pair once), ``meetings`` (that took up both)
    and ``either`` (that took up one or both), most frequent first.
    """
    pairs = taken_up(record)
    which, codes = pd.factorize(pairs["topic_id"], sort=True)
    where, meetings = pd.factorize(pairs["meeting_id"])
    presence = np.zeros((len(meetings), len(codes)), dtype="int64")
    presence[where, which] = 1
    both = presence.T @ presence
    alone = both.diagonal()
    upper = np.triu_indices(len(codes), k=1)
    pairs = pd.DataFrame(
        {
            "topic_a": codes[upper[0]],
            "topic_b": codes[upper[1]],
            "meetings": both[upper],
            "either": alone[upper[0]] + alone[upper[1]] - both[upper],
        }
    )
    pairs = pairs[pairs["meetings"] > 0]
    return pairs.sort_values("meetings", ascending=False, kind="stable").reset_index(drop=True)


@remembered
def topic_profile(record: Record) -> pd.DataFrame:
    """Topic shares of each partner against the other partners of the record.

    Returns a row for each topic on record and each partner with coded meetings: ``topic_id``,
    ``partner``, ``meetings``, ``coded_meetings``, ``share`` with its interval, ``other_meetings``
    and ``other_coded_meetings`` (summed over the other partners), ``other_share``, and
    ``difference_pp``: share minus other share in percentage points. The largest positive
    differences are the partner's distinctive topics.
    """
    coded = coded_by(record, "partner").rename("coded_meetings").rename_axis("partner").reset_index()
    topics = record.topics.loc[record.topics["topic_id"].isin(record.mentions["topic_id"]), ["topic_id"]]
    counted = topics_by_partner(record)[["topic_id", "partner", "meetings"]]
    table = topics.merge(coded, how="cross").merge(counted, on=["topic_id", "partner"], how="left")
    table = _with_share(table.assign(meetings=table["meetings"].fillna(0).astype("int64")))
    total = table.groupby("topic_id")["meetings"].transform("sum")
    others = int(coded["coded_meetings"].sum()) - table["coded_meetings"]
    table = table.assign(other_meetings=total - table["meetings"], other_coded_meetings=others)
    other_share = table["other_meetings"] / others.where(others > 0)
    return table.assign(other_share=other_share, difference_pp=100 * (table["share"] - other_share))


@remembered
def similarity(record: Record) -> pd.DataFrame:
    """How alike the topics of two partners are.

    Cosine of their vectors of topic shares: 1 if every topic has the same weight relative to
    the others, 0 if they share none.

    Returns columns ``partner_a``, ``partner_b`` (each pair once), ``cosine``, ``coded_a``,
    ``coded_b`` (coded meetings) and ``shared_topics`` (count), most alike first.
    """
    profile = topic_profile(record)
    shares = profile.pivot(index="partner", columns="topic_id", values="share")
    coded = coded_by(record, "partner")
    rows = []
    for a, b in combinations(shares.index, 2):
        one, two = shares.loc[a].to_numpy(), shares.loc[b].to_numpy()
        cosine = float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
        shared = int(((one > 0) & (two > 0)).sum())
        rows.append((a, b, cosine, int(coded[a]), int(coded[b]), shared))
    columns = ["partner_a", "partner_b", "cosine", "coded_a", "coded_b", "shared_topics"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("cosine", ascending=False, kind="stable").reset_index(drop=True)


def _grouped(record: Record, by: str) -> pd.DataFrame:
    table = taken_up(record).groupby(["topic_id", by]).size().rename("meetings").reset_index()
    coded = table[by].map(coded_by(record, by)).astype("int64")
    return _with_share(table.assign(coded_meetings=coded))


def _with_share(table: pd.DataFrame) -> pd.DataFrame:
    trials = table["coded_meetings"]
    low, high = wilson_interval(table["meetings"], trials)
    share = table["meetings"] / trials.where(trials > 0)
    return table.assign(share=share, share_low=low, share_high=high)
