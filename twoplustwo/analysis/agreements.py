"""Agreements: what is in force, how far each partner got, when each step was taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record, allowed_values, period_end, rows

TYPES = allowed_values("agreements", "type")
LADDER = ("isa", "detta", "acsa", "raa")
"""The four legal agreements that Japan concludes with one security partner after another."""

STATUS_RANK = ("in_force", "signed", "negotiating", "announced", "superseded", "terminated")
DATED_BY = {
    "in_force": ("entered_into_force", "signed", "agreed_in_principle"),
    "signed": ("signed",),
    "negotiating": ("negotiations_launched", "proposed"),
    "announced": ("proposed", "negotiations_launched", "agreed_in_principle"),
    "superseded": ("superseded", "entered_into_force", "signed"),
    "terminated": ("terminated", "entered_into_force", "signed"),
}
"""Status -> the steps that can date it, the best first."""
OPEN = ("negotiating", "announced", "signed")
"""Statuses of agreements on the way: nothing says yet that they are in force."""

BEFORE_SIGNATURE = ("proposed", "negotiations_launched", "agreed_in_principle", "selected")

SPANS = {
    "talks_to_signature": (("negotiations_launched", "proposed"), "signed"),
    "signature_to_force": (("signed",), "entered_into_force"),
    "first_meeting_to_signature": ((), "signed"),
}
"""Span -> the steps that can begin it, the best first, and the one that ends it.

The last begins with the first ministerial 2+2 with the partner."""


@remembered
def in_force(record: Record) -> pd.DataFrame:
    """Agreements in force at the end of the coverage, whatever years are selected.

    Returns one row a partner of the record with a column (count) for each agreement type.
    """
    valid = record.agreements[record.agreements["status"] == "in_force"]
    counts = pd.crosstab(valid["partner"], valid["type"])
    counts = counts.reindex(index=record.partners["partner"], columns=list(TYPES), fill_value=0)
    return counts.rename_axis(columns=None).reset_index()


@remembered
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


@remembered
def status_steps(record: Record) -> pd.DataFrame:
    """The step that dates each agreement's status, such as entry into force where it is in force.

    Where that step has no date on record, the next best of :data:`DATED_BY` stands in, then the
    first step of all; ``event`` tells which it is.

    Returns one row an agreement, in the order of the record: ``agreement_id``, ``partner``,
    ``type``, ``title``, ``status``, and of the step ``event``, ``date``, ``precision`` and
    ``period_end`` (all missing where no step is dated).
    """
    steps = agreement_steps(record)
    ranks = []
    for step in rows(steps):
        best = DATED_BY[step.status]
        ranks.append(best.index(step.event) if step.event in best else len(best))
    steps = steps.assign(rank=pd.Series(ranks, index=steps.index, dtype="int64"))
    steps = steps.sort_values(["rank", "date"], kind="stable").drop_duplicates("agreement_id")
    columns = ["agreement_id", "event", "date", "precision", "period_end"]
    agreements = record.agreements[["agreement_id", "partner", "type", "title", "status"]]
    return agreements.merge(steps[columns], on="agreement_id", how="left")


@remembered
def ladder(record: Record) -> pd.DataFrame:
    """How far each partner got with each of the four legal agreements.

    Where a partner has several of one type, the furthest counts: in force before signed before
    under negotiation before announced before superseded, and of those the newest.

    Returns a row for each partner of the record and each type of :data:`LADDER`: ``partner``,
    ``type``, ``agreement_id``, ``title``, ``status`` (all missing where none is on record),
    ``signed`` and ``entered_into_force`` (dates, missing where not known) with
    ``signed_precision`` and ``entered_into_force_precision``, and ``event``, ``date`` and
    ``precision`` of the step that dates the status, as from :func:`status_steps`.
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
    ladder = grid.merge(furthest[[*columns, *dates]], on=["partner", "type"], how="left")
    dated = status_steps(record)[["agreement_id", "event", "date", "precision"]]
    return ladder.merge(dated, on="agreement_id", how="left")


def whole_lives(table: pd.DataFrame, selected: Record, types: Sequence[str] = TYPES) -> pd.DataFrame:
    """Those rows of a table of the whole record whose agreement is selected and of one of the types.

    Years choose agreements by having a step in them; a duration or a life needs the steps before and
    after too. So both are counted on the whole record, once for all selections, and chosen from here.

    Parameters
    ----------
    table
        With a column ``agreement_id``, as from :func:`agreement_steps`, :func:`status_steps`,
        :func:`stages`, :func:`durations` or :func:`open_agreements` of the whole record.
    """
    kept = selected.agreements.loc[selected.agreements["type"].isin(types), "agreement_id"]
    return table[table["agreement_id"].isin(kept)]


@remembered
def stages(record: Record) -> pd.DataFrame:
    """The stretches of each agreement's life, as far as its dated steps bound them.

    A stage is ``talks`` (first step to signature; where talks go on, to ``record.as_of``),
    ``signed`` (signature to entry into force; where it stands at signed, to ``record.as_of``),
    ``in_force`` (entry into force to succession or end; where in force, to ``record.as_of``) or
    ``force_undated`` (the same from signature on, where entry into force has no date). A stage
    whose end is not dated runs to the last step that is. A date known to the month or year leaves
    its whole period to neither side: a stage begins after the period that its first step can
    mean, and ends before that of its last.

    Returns ``agreement_id``, ``partner``, ``type``, ``status``, ``stage``, ``start``, ``end``
    (days) and ``ongoing`` (it still ran at ``record.as_of``), only stages longer than no day.
    """
    found = []
    lives: dict[str, list[Any]] = {}
    for step in rows(agreement_steps(record)):
        lives.setdefault(step.agreement_id, []).append(step)
    for identifier, life in lives.items():
        status = life[0].status
        first = next((step for step in life if step.event in BEFORE_SIGNATURE), None)
        signed, force = _step(life, "signed"), _step(life, "entered_into_force")
        end = _step(life, "superseded", "terminated")
        bounds = {
            "talks": (first, signed or force, status == "negotiating"),
            "signed": (signed if force or status in OPEN else None, force, status == "signed"),
            "in_force": (force, end, status == "in_force"),
            "force_undated": (None if force or status in OPEN else signed, end, status == "in_force"),
        }
        for stage, (start, stop, ongoing) in bounds.items():
            if start is None:
                continue
            running = stop is None and ongoing
            last = record.as_of if ongoing else max(step.date for step in life)
            until = last if stop is None else stop.date
            found.append((identifier, stage, start.period_end, until, running))
    table = pd.DataFrame(found, columns=["agreement_id", "stage", "start", "end", "ongoing"])
    table = table.astype({"agreement_id": "str", "stage": "str", "ongoing": "bool"})
    table = table.astype({"start": "datetime64[us]", "end": "datetime64[us]"})
    about = record.agreements[["agreement_id", "partner", "type", "status"]]
    table = table[table["start"] < table["end"]].merge(about, on="agreement_id")
    columns = ["agreement_id", "partner", "type", "status", "stage", "start", "end", "ongoing"]
    return table[columns]


def _step(life: list[Any], *events: str) -> Any:
    """The first step of these kinds, or None; steps come by date."""
    return next((step for step in life if step.event in events), None)


@remembered
def durations(record: Record) -> pd.DataFrame:
    """How long each agreement took, in days, for each span of :data:`SPANS`.

    Between dates known to the day a duration is one number; a date known to the month or year
    leaves a range from the shortest to the longest that is possible, and its midpoint stands for
    it in medians. Talks do not end, nor does force begin, before the step that comes first in
    nature, so the range of those two spans begins at 0 rather than below. From the first
    ministerial 2+2 with the partner in ``record`` to signature is negative where the agreement
    came first.

    Returns one row an agreement and span: ``agreement_id``, ``partner``, ``type``, ``title``,
    ``status``, ``span``, ``begins_with`` (the step, or ``first_meeting``), ``start``,
    ``start_precision``, ``end``, ``end_precision``, ``shortest_days``, ``longest_days``,
    ``midpoint_days`` (missing unless known) and ``state``: ``known``, ``not_yet`` (its status
    says that the end has not come, or there is no such meeting yet) or ``not_known`` (a date was
    not found).
    """
    steps = agreement_steps(record)
    main = record.meetings[record.meetings["format"] == "two_plus_two"]
    first_meetings = main.groupby("partner")["date"].min().to_dict()
    agreements = record.agreements[["agreement_id", "partner", "type", "title", "status"]]
    tables = []
    for span, (beginnings, ending) in SPANS.items():
        if beginnings:
            begin = _first_of(steps, beginnings)
        else:
            dates = pd.to_datetime(agreements["partner"].map(first_meetings.get))
            begin = agreements[["agreement_id"]].assign(event="first_meeting", date=dates, precision="day")
            begin = begin.dropna(subset="date").assign(period_end=lambda table: table["date"])
        names = {"event": "begins_with", "date": "start", "precision": "start_precision"}
        table = agreements.assign(span=span).merge(
            begin.rename(columns={**names, "period_end": "start_latest"}), on="agreement_id", how="left"
        )
        names = {"date": "end", "precision": "end_precision", "period_end": "end_latest"}
        end = _first_of(steps, (ending,)).drop(columns="event").rename(columns=names)
        table = table.merge(end, on="agreement_id", how="left")
        shortest = (table["end"] - table["start_latest"]).dt.days.astype("Int64")
        longest = (table["end_latest"] - table["start"]).dt.days.astype("Int64")
        if beginnings:
            shortest = shortest.mask(((shortest < 0) & (longest >= 0)).fillna(value=False), 0)
        open_end = table["status"].isin(OPEN if ending == "entered_into_force" else OPEN[:2])
        not_yet = table["end"].isna() & open_end
        if not beginnings:
            not_yet |= table["start"].isna()
        state = pd.Series("not_known", index=table.index, dtype="str")
        state = state.mask(not_yet, "not_yet").mask(longest.notna(), "known")
        table = table.assign(
            shortest_days=shortest,
            longest_days=longest,
            midpoint_days=((shortest + longest) / 2).astype("Float64"),
            state=state,
        )
        tables.append(table.drop(columns=["start_latest", "end_latest"]))
    return pd.concat(tables, ignore_index=True)


def _first_of(steps: pd.DataFrame, events: tuple[str, ...]) -> pd.DataFrame:
    """The step of each agreement that comes first in ``events``, and of those the earliest."""
    found = steps[steps["event"].isin(events)]
    found = found.assign(rank=found["event"].map(events.index).astype("int64"))
    found = found.sort_values(["rank", "date"], kind="stable").drop_duplicates("agreement_id")
    return found[["agreement_id", "event", "date", "precision", "period_end"]]


def duration_summary(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Median and range of durations for each type or partner.

    Parameters
    ----------
    table
        Rows of :func:`durations`.
    column
        ``type`` or ``partner``.

    Returns
    -------
    One row a span and value of ``column``: both, ``agreements`` (count), ``known``, ``not_yet``
    and ``not_known`` (counts that add up to it), ``ranges`` (how many of the known are ranges),
    ``median_days`` (of the midpoints), ``shortest_days`` and ``longest_days`` (missing with none
    known).
    """
    keyed = table.assign(ranges=(table["shortest_days"] < table["longest_days"]).fillna(value=False))
    states = ["known", "not_yet", "not_known"]
    for state in states:
        keyed[state] = keyed["state"] == state
    grouped = keyed.groupby(["span", column], sort=False)
    summary = pd.concat(
        [
            grouped.size().rename("agreements"),
            grouped[[*states, "ranges"]].sum(),
            grouped["midpoint_days"].median().rename("median_days"),
            grouped["shortest_days"].min(),
            grouped["longest_days"].max(),
        ],
        axis="columns",
    )
    return summary.reset_index()


@remembered
def open_agreements(record: Record) -> pd.DataFrame:
    """Agreements on the way, and for how long they have stood where they stand.

    Days run from the step that dates the status (see :func:`status_steps`) to ``record.as_of``:
    one number where the day is known, else the range that the month or year leaves.

    Returns the columns of :func:`status_steps` for statuses of :data:`OPEN`, with
    ``shortest_days`` and ``longest_days`` (missing where no step is dated); negotiating first,
    then announced, then signed, each from the longest to the shortest.
    """
    steps = status_steps(record)
    steps = steps[steps["status"].isin(OPEN)]
    steps = steps.assign(
        shortest_days=(record.as_of - steps["period_end"]).dt.days.clip(lower=0).astype("Int64"),
        longest_days=(record.as_of - steps["date"]).dt.days.astype("Int64"),
        order=steps["status"].map(OPEN.index).astype("int64"),
    )
    steps = steps.sort_values(["order", "date"], kind="stable").drop(columns="order")
    return steps.reset_index(drop=True)
