"""How far two independent coders agreed on the cooperation areas that meetings took up."""

from __future__ import annotations

from math import nan

import krippendorff
import numpy as np
import pandas as pd

from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record

ENOUGH = 0.67
"""Below this alpha, Krippendorff advises to draw no conclusions, not even tentative ones."""


@remembered
def agreement_of_coders(record: Record) -> pd.DataFrame:
    """Agreement on each cooperation area, by its newest round of coding, least first.

    Returns columns ``topic_id``, ``label``, ``round``, ``meetings`` (coded by both), ``first`` and
    ``second`` (meetings in which each found the area), ``both`` (in which both did), ``per_cent``
    (of meetings judged alike) and ``alpha`` (Krippendorff's, nominal; missing where neither coder
    or nobody but both found it everywhere, since it is not defined there), ``earlier`` (alpha of
    the round before, if there was one).

    The method is that of K. Krippendorff, Content Analysis (4th ed., 2019), ch. 12.
    """
    found = []
    for (topic, turn), coded in record.codings.groupby(["topic_id", "round"], sort=True):
        first, second = coded["first"].to_numpy("int64"), coded["second"].to_numpy("int64")
        found.append(
            {
                "topic_id": topic,
                "round": turn,
                "meetings": len(coded),
                "first": first.sum(),
                "second": second.sum(),
                "both": (first & second).sum(),
                "per_cent": 100 * (first == second).mean(),
                "alpha": _alpha(first, second),
            }
        )
    columns = ["topic_id", "round", "meetings", "first", "second", "both", "per_cent", "alpha"]
    table = pd.DataFrame(found, columns=columns)
    table["earlier"] = table.groupby("topic_id")["alpha"].shift()
    table = table.groupby("topic_id").tail(1)
    table = record.topics[["topic_id", "label"]].merge(table, on="topic_id")
    return table.sort_values(["alpha", "topic_id"], na_position="last", ignore_index=True)


def pooled(record: Record, turn: int = 1) -> tuple[float, float]:
    """Per cent of judgements alike and Krippendorff's alpha over all areas of one round."""
    coded = record.codings[record.codings["round"] == turn]
    first, second = coded["first"].to_numpy("int64"), coded["second"].to_numpy("int64")
    return (100 * float((first == second).mean()) if len(coded) else nan), _alpha(first, second)


def _alpha(first: np.ndarray, second: np.ndarray) -> float:
    if len({*first, *second}) < 2:
        return nan  # no variation, nothing to agree by chance upon
    return float(
        krippendorff.alpha(reliability_data=np.array([first, second]), level_of_measurement="nominal")
    )
