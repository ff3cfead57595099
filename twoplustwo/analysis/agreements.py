"""Agreements: what is in force, how far each partner got, when each step was taken."""

from __future__ import annotations

import pandas as pd

from twoplustwo.record import Record, allowed_values, period_end

TYPES = allowed_values("agreements", "type")
LADDER = ("isa", "detta", "acsa", "raa")
"""The four legal agreements that Japan concludes with one security partner after another."""

STATUS_RANK = ("in_force", "signed", "negotiating", "announced", "superseded", "terminated")


def in_force(record: Record) -> pd.DataFrame:
    """Agreements in force at the end of the coverage, whatever years are selected.

    Returns one row a partner of the record with a column (count) for each agreement type.
    """
    valid = record.agreements[record.agreements["status"] == "in_force"]
    counts = pd.crosstab(valid["partner"], valid["type"])
    counts = counts.reindex(index=record.partners["partner"], columns=list(TYPES), fill_value=0)
    return counts.rename_axis(columns=None).reset_index()


def agreement_steps(record: Record) -> pd.DataFrame:
    """Every dated step with the agreement it belongs to, in order of date.

    Returns the columns of agreement_events (``date``, ``precision``, ``event``, ``source_id``)
    with ``partner``, ``type``, ``title`` and ``status`` of the agreement, and ``period_end``: the
    last day that the date can mean.
    """
    columns = ["agreement_id", "partner", "type", "title", "status"]
    steps = record.agreement_events.merge(record.agreements[columns], on="agreement_id")
    steps = steps.assign(period_end=period_end(steps["date"], steps["precision"]))
    return steps.sort_values(["date", "agreement_id"], kind="stable").reset_index(drop=True)


def ladder(record: Record) -> pd.DataFrame:
    """How far each partner got with each of the four legal agreements.

    Where a partner has several of one type, the furthest counts: in force before signed before
    under negotiation before announced before superseded, and of those the newest.

    Returns a row for each partner of the record and each type of :data:`LADDER`: ``partner``,
    ``type``, ``agreement_id``, ``title``, ``status`` (all missing where none is on record),
    ``signed`` and ``entered_into_force`` (dates, missing where not known) with
    ``signed_precision`` and ``entered_into_force_precision``.
    """
    agreements = record.agreements
    agreements = agreements[agreements["type"].isin(LADDER)]
    for event in ("signed", "entered_into_force"):
        steps = record.agreement_events[record.agreement_events["event"] == event]
        steps = steps.drop_duplicates("agreement_id")[["agreement_id", "date", "precision"]]
        steps = steps.rename(columns={"date": event, "precision": f"{event}_precision"})
        agreements = agreements.merge(steps, on="agreement_id", how="left")
    agreements = agreements.assign(rank=agreements["status"].map(STATUS_RANK.index))
    agreements = agreements.sort_values(["rank", "signed"], ascending=[True, False], kind="stable")
    furthest = agreements.drop_duplicates(["partner", "type"])
    grid = record.partners[["partner"]].merge(pd.DataFrame({"type": LADDER}), how="cross")
    columns = ["partner", "type", "agreement_id", "title", "status"]
    dates = ["signed", "signed_precision", "entered_into_force", "entered_into_force_precision"]
    return grid.merge(furthest[[*columns, *dates]], on=["partner", "type"], how="left")
