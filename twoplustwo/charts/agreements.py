"""Charts of agreements: their lives on a time axis, how long the steps took."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from twoplustwo.analysis.agreements import LADDER, SPANS
from twoplustwo.charts import Figure
from twoplustwo.charts.style import (
    FAINT,
    FONT,
    LEGEND_BELOW,
    NEUTRAL,
    TEXT,
    Drawing,
    colour_of,
)
from twoplustwo.labels import (
    EVENT_LABELS,
    TYPE_LABELS,
    as_hover,
    standing,
    written_date,
    written_days,
)
from twoplustwo.language import Labels, _, marked
from twoplustwo.record import rows

LIFE = 34  # px: a label and a bar below it
SPREAD = 68  # px: two lines of label and the marks below them
BAR = 0.24  # how far below the middle of its row a bar lies, in rows
LONGEST_LABEL = 60  # letters that a phone has room for


class Stroke(NamedTuple):
    """How a stage of life is drawn: shape, not colour, tells stages apart."""

    message: str
    width: float
    dash: str

    @property
    def label(self) -> str:
        """What it is, in the language of the run."""
        return _(self.message)


STROKES = {
    "talks": Stroke(marked("Before signature"), 1.5, "dot"),
    "signed": Stroke(marked("Signed, not in force"), 2.5, "solid"),
    "in_force": Stroke(marked("In force"), 7, "solid"),
    "force_undated": Stroke(marked("In force, start not found"), 7, "3px,3px"),
}
SYMBOLS_OF_STEPS = {
    "proposed": "square-open",
    "negotiations_launched": "triangle-right-open",
    "agreed_in_principle": "diamond-open",
    "selected": "star-open",
    "signed": "triangle-up-open",
    "entered_into_force": "triangle-up",
    "amended": "cross-thin-open",
    "superseded": "x-thin-open",
    "terminated": "x-thin-open",
}
PERIOD = marked("Known to month or year")
KNOWN_TO = Labels(
    {
        "day": marked("<b>{step}</b> · {date}"),
        "month": marked("<b>{step}</b> · {date} (known to the month)"),
        "year": marked("<b>{step}</b> · {date} (known to the year)"),
    }
)


def lives(
    agreements: pd.DataFrame,
    steps: pd.DataFrame,
    stages: pd.DataFrame,
    partners: Sequence[str],
    names: Mapping[str, str],
    *,
    span: tuple[pd.Timestamp, pd.Timestamp],
    chosen: str | None = None,
) -> Figure:
    """The life of each agreement: a bar of its stages, and its steps as marks, by partner.

    A step known to the month or year is drawn as a bracket over that period, never as a mark on
    a day.

    Parameters
    ----------
    agreements
        As from :func:`twoplustwo.analysis.agreements.status_steps`; one row of the chart each.
    steps
        As from :func:`twoplustwo.analysis.agreements.agreement_steps`.
    stages
        As from :func:`twoplustwo.analysis.agreements.stages`.
    partners
        Codes from top to bottom; each gets a heading.
    names
        Code -> name.
    span
        First and last day of the axis.
    chosen
        Agreement id whose marks are to be larger.
    """
    labels: list[str] = []
    headings: dict[int, str] = {}
    position: dict[str, int] = {}
    ordered = in_order(agreements, steps)
    for code in partners:
        headings[len(labels)] = f"<b>{as_hover(names[code])}</b>"
        labels.append("")
        for agreement in rows(ordered[ordered["partner"] == code]):
            position[agreement.agreement_id] = len(labels)
            labels.append(_life_label(agreement))
    drawing = Drawing(LIFE * len(labels) + 190, top=30, bottom=150)
    for stage in STROKES:
        _draw_stage(drawing, stages[stages["stage"] == stage], stage, position)
    for symbol in dict.fromkeys(SYMBOLS_OF_STEPS.values()):
        events = [event for event, its_symbol in SYMBOLS_OF_STEPS.items() if its_symbol == symbol]
        exact = steps[steps["event"].isin(events) & (steps["precision"] == "day")]
        _draw_steps(drawing, exact, symbol, position, chosen)
    _draw_periods(drawing, steps[steps["precision"] != "day"], position, chosen)
    drawing.row_labels(labels, offset=0.2, below=0.25, headings=headings)
    margin = (span[1] - span[0]) * 0.012
    drawing.time_axis(span[0] - margin, span[1] + margin)
    drawing.x["side"] = "top"
    drawing.layout |= {
        "clickmode": "event+select",
        "showlegend": True,
        "legend": LEGEND_BELOW | {"traceorder": "normal"},
    }
    return drawing.figure()


def in_order(agreements: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Agreements by type in the order of the codebook, then by their first step."""
    keyed = agreements.assign(
        rank=agreements["type"].map(list(TYPE_LABELS).index).astype("int64"),
        first=agreements["agreement_id"].map(steps.groupby("agreement_id")["date"].min()),
    )
    return keyed.sort_values(["rank", "first", "agreement_id"], kind="stable").drop(columns=["rank", "first"])


def _life_label(agreement: Any) -> str:
    if agreement.type in LADDER:
        stands = standing(agreement.status, agreement.event, agreement.date, "year")
        return as_hover(f"{TYPE_LABELS[agreement.type]} {stands}")
    # Of the other types a partner may have many, so their titles tell them apart.
    stands = standing(agreement.status, None, agreement.date, "year")
    room = LONGEST_LABEL - len(stands)
    return as_hover(f"{textwrap.shorten(agreement.title, room, placeholder=' …')} {stands}")


def _draw_stage(drawing: Drawing, stages: pd.DataFrame, stage: str, position: Mapping[str, int]) -> None:
    """Bars of one stage, a trace for each colour; the legend shows the stroke in grey."""
    stroke = STROKES[stage]
    drawn = stages[stages["agreement_id"].isin(position)]
    for colour, bars in drawn.groupby(drawn["partner"].map(colour_of), sort=False):
        x: list[str | None] = []
        y: list[int | None] = []
        for bar in rows(bars):
            at = position[bar.agreement_id]
            x += [f"{bar.start:%Y-%m-%d}", f"{bar.end:%Y-%m-%d}", None]
            y += [at, at, None]
        drawing.add(**_line(x, y, stroke, str(colour), legend=False))
    if len(drawn):
        drawing.add(**_line([None], [None], stroke, NEUTRAL, legend=True))


def _line(x: list[Any], y: list[Any], stroke: Stroke, colour: str, *, legend: bool) -> dict[str, Any]:
    return {
        "x": x,
        "y": [None if at is None else at + BAR for at in y],
        "mode": "lines",
        "name": stroke.label,
        "showlegend": legend,
        "line": {"color": colour, "width": stroke.width, "dash": stroke.dash},
        "opacity": 0.55 if stroke.width > 5 else 1,
        "hoverinfo": "skip",
    }


def _draw_steps(
    drawing: Drawing, steps: pd.DataFrame, symbol: str, position: Mapping[str, int], chosen: str | None
) -> None:
    drawn = steps[steps["agreement_id"].isin(position)]
    if drawn.empty:
        return
    drawing.add(
        x=drawn["date"].dt.strftime("%Y-%m-%d").tolist(),
        y=[position[identifier] + BAR for identifier in drawn["agreement_id"]],
        mode="markers",
        showlegend=False,
        marker={
            "symbol": symbol,
            "size": [16 if identifier == chosen else 10 for identifier in drawn["agreement_id"]],
            "color": [colour_of(code) for code in drawn["partner"]],
            "opacity": 1,
            "line": {"width": 1.8 if symbol.endswith("-open") else 0},
        },
        customdata=drawn["agreement_id"].tolist(),
        hovertext=[_step_hover(step) for step in rows(drawn)],
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.55}},
    )
    label = _("Superseded or ended") if symbol.startswith("x-") else EVENT_LABELS[_first_event(symbol)]
    drawing.add(
        x=[None],
        y=[None],
        mode="markers",
        name=label,
        marker={
            "symbol": symbol,
            "size": 9,
            "color": NEUTRAL,
            "line": {"width": 1.8 if symbol.endswith("-open") else 0},
        },
    )


def _first_event(symbol: str) -> str:
    return next(event for event, its_symbol in SYMBOLS_OF_STEPS.items() if its_symbol == symbol)


def _draw_periods(
    drawing: Drawing, steps: pd.DataFrame, position: Mapping[str, int], chosen: str | None
) -> None:
    """Brackets over the months or years that inexact dates can mean."""
    drawn = steps[steps["agreement_id"].isin(position)]
    if drawn.empty:
        return
    x: list[str | None] = []
    y: list[float | None] = []
    ids: list[str | None] = []
    hover: list[str] = []
    for step in rows(drawn):
        at = position[step.agreement_id] + BAR
        x += [f"{step.date:%Y-%m-%d}", f"{step.period_end:%Y-%m-%d}", None]  # None ends the bracket
        y += [at, at, None]
        ids += [step.agreement_id, step.agreement_id, None]
        hover += [_step_hover(step), _step_hover(step), ""]
    drawing.add(
        x=x,
        y=y,
        mode="lines+markers",
        name=_(PERIOD),
        line={"color": TEXT, "width": 1.5},
        marker={
            "symbol": "line-ns-open",
            "size": [16 if identifier == chosen else 10 for identifier in ids],
            "color": TEXT,
            "opacity": 1,
            "line": {"width": 1.5},
        },
        customdata=ids,
        hovertext=hover,
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.55}},
    )


def _step_hover(step: Any) -> str:
    lines = [as_hover(line) for line in textwrap.wrap(step.title, 48)]
    when = written_date(step.date, step.precision)
    return "<br>".join(
        [
            KNOWN_TO[step.precision].format(step=EVENT_LABELS[step.event], date=when),
            *lines,
            TYPE_LABELS[step.type],
        ]
    )


def spread(
    table: pd.DataFrame, summary: pd.DataFrame, names: Mapping[str, str], *, zero: str | None = None
) -> Figure:
    """How long one span took: each agreement a mark or a range, each type with its median.

    Parameters
    ----------
    table
        Rows of :func:`twoplustwo.analysis.agreements.durations`, of one span.
    summary
        As from :func:`twoplustwo.analysis.agreements.duration_summary` by type, of the same rows;
        one row of the chart each.
    names
        Code -> name.
    zero
        Words for the line at 0 days, where there is something on both sides of it.
    """
    drawing = Drawing(SPREAD * len(summary) + 90, top=8, bottom=70)
    labels = []
    durations: list[tuple[Any, float]] = []
    medians: list[tuple[Any, float]] = []
    by_type: dict[str, list[Any]] = {}
    for found in rows(table[table["state"] == "known"].sort_values("midpoint_days", kind="stable")):
        by_type.setdefault(found.type, []).append(found)
    for row, line in enumerate(rows(summary)):
        labels.append(_spread_label(line))
        known = by_type.get(line.type, [])
        step = 0.2 / max(len(known) - 1, 1)
        durations += [(found, row + 0.18 + number * step) for number, found in enumerate(known)]
        if known:
            medians.append((line, row + 0.28))
    _draw_durations(drawing, durations, names)
    drawing.add(
        x=[float(line.median_days) for line, _ in medians],
        y=[at for _, at in medians],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 15, "color": TEXT, "line": {"width": 2.5}},
        hovertext=[_("Median {days}").format(days=_median(line)) for line, _at in medians],
        hoverinfo="text",
        showlegend=False,
    )
    for name, mode, marker in (
        (_("An agreement"), "markers", {"symbol": "circle", "size": 8, "color": NEUTRAL}),
        (_("Range of one"), "lines+markers", {"symbol": "line-ns-open", "size": 8, "color": NEUTRAL}),
        (
            _("Median"),
            "markers",
            {"symbol": "line-ns-open", "size": 13, "color": TEXT, "line": {"width": 2.5}},
        ),
    ):
        drawing.add(
            x=[None], y=[None], name=name, mode=mode, marker=marker, line={"color": NEUTRAL, "width": 1.5}
        )
    drawing.row_labels(labels, offset=0.26, below=0.15)
    if zero:
        line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
        drawing.underlay(
            [{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}]
        )
    lowest, highest = table["shortest_days"].min(), table["longest_days"].max()
    low, high = (0, 1) if pd.isna(lowest) else (min(int(lowest), 0), max(int(highest), 1))
    margin = (high - low) * 0.03
    drawing.x |= {
        "range": [low - margin, high + margin],
        "showgrid": True,
        "gridcolor": FAINT,
        "tickformat": ",d",
        "nticks": 5,
        "automargin": True,  # room above a legend of several lines
        "title": {
            "text": _("Days (0 = {zero})").format(zero=zero) if zero else _("Days"),
            "font": {"size": FONT},
            "standoff": 4,
        },
    }
    drawing.layout |= {
        "showlegend": True,
        "legend": LEGEND_BELOW,
    }
    return drawing.figure()


def _spread_label(line: Any) -> str:
    counts = _("{known} known, {not_yet} not yet, {not_known} not known").format(
        known=line.known, not_yet=line.not_yet, not_known=line.not_known
    )
    if not line.known:
        return f"<b>{TYPE_LABELS[line.type]}</b><br>{counts}"
    return _("<b>{type}</b> median {median}<br>{range} · {counts}").format(
        type=TYPE_LABELS[line.type],
        median=_median(line),
        range=written_days(int(line.shortest_days), int(line.longest_days)),
        counts=counts,
    )


def _median(line: Any) -> str:
    return written_days(round(line.median_days), round(line.median_days))


def _draw_durations(
    drawing: Drawing, durations: Sequence[tuple[Any, float]], names: Mapping[str, str]
) -> None:
    """Exact durations as points, ranges as lines between two ticks; two traces, whatever their number."""
    line_x: list[int | None] = []
    line_y: list[float | None] = []
    points = []
    for found, at in durations:
        shortest, longest = int(found.shortest_days), int(found.longest_days)
        exact = shortest == longest
        hover = _duration_hover(found, names)
        symbol = "circle" if exact else "line-ns-open"
        ends = [shortest] if exact else [shortest, longest]
        points += [(days, at, symbol, found.partner, hover) for days in ends]
        if not exact:
            line_x += [shortest, longest, None]
            line_y += [at, at, None]
    line = {"color": NEUTRAL, "width": 1.5}
    drawing.add(x=line_x, y=line_y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    drawing.add(
        x=[days for days, *_ in points],
        y=[at for _, at, *_ in points],
        mode="markers",
        marker={
            "symbol": [symbol for _, _, symbol, *_ in points],
            "size": 8,
            "color": [colour_of(partner) for *_, partner, _ in points],
            "line": {"width": [1.5 if symbol.endswith("-open") else 0 for _, _, symbol, *_ in points]},
        },
        hovertext=[hover for *_, hover in points],
        hoverinfo="text",
        showlegend=False,
    )


def _duration_hover(found: Any, names: Mapping[str, str]) -> str:
    title = [as_hover(part) for part in textwrap.wrap(found.title, 48)]
    begins = _("First 2+2") if found.begins_with == "first_meeting" else EVENT_LABELS[found.begins_with]
    took = written_days(int(found.shortest_days), int(found.longest_days))
    return "<br>".join(
        [
            f"<b>{as_hover(names[found.partner])}</b>: {took}",
            *title,
            f"{begins} {written_date(found.start, found.start_precision)}",
            f"{EVENT_LABELS[SPANS[found.span][1]]} {written_date(found.end, found.end_precision)}",
        ]
    )
