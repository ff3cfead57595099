"""Charts of meetings: partner by year, the timeline, series laid side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from twoplustwo.charts import Figure
from twoplustwo.charts.matrix import Cell, draw_cells
from twoplustwo.charts.style import (
    BAND,
    FAINT,
    FONT,
    LEGEND_ABOVE,
    LEGEND_BELOW,
    NEUTRAL,
    SYMBOLS,
    TEXT,
    Drawing,
    colour_of,
)
from twoplustwo.labels import (
    CONTEXT_LABELS,
    EVENT_LABELS,
    FORMAT_LABELS,
    TYPE_LABELS,
    as_hover,
    counted,
    joined,
    written_date,
    written_dates,
    written_year,
)
from twoplustwo.language import _, marked
from twoplustwo.record import rows

LANE = 48  # px
LEAST = 230  # px: on a phone the legend alone takes six lines
CABINET_NAMES = 1.1  # lanes that upright names take below theirs
MANY = 2  # meetings in a year from which on a cell is as dark as it gets


def partner_year_matrix(
    counts: pd.DataFrame, partners: Sequence[str], names: Mapping[str, str], years: Sequence[int]
) -> Figure:
    """Meetings of each partner in each year, a block of rows for each format.

    Parameters
    ----------
    counts
        As from :func:`twoplustwo.analysis.meetings.meetings_by_partner_year`.
    partners
        Codes in the order of the rows; those without a meeting of a format are left out there.
    names
        Code -> name.
    years
        All years of the axis, also those without a meeting.
    """
    formats = [code for code in FORMAT_LABELS if code in set(counts["format"])]
    table = counts.pivot_table(index=["format", "partner"], columns="year", values="meetings", aggfunc="sum")
    table = table.reindex(columns=list(years))
    lines = [(kind, code) for kind in formats for code in partners if (kind, code) in table.index]
    drawing = Drawing(42 * len(lines) + 40)
    cells: list[list[Cell | None]] = []
    labels = []
    for kind, code in lines:
        what, name = FORMAT_LABELS[kind], as_hover(names[code])
        numbers = [
            0 if pd.isna(number) else int(number) for number in table.loc[[(kind, code)]].to_numpy()[0]
        ]
        cells.append(
            [
                Cell(number, str(number), _cell_hover(name, year, what, number)) if number else None
                for year, number in zip(years, numbers, strict=True)
            ]
        )
        suffix = f" · {what}" if len(formats) > 1 else ""
        labels.append(f"<b>{name}</b> {sum(numbers)}{suffix}")
    draw_cells(drawing, cells, years, most=MANY)
    drawing.row_labels(labels, offset=0.3)
    step = next(step for step in (1, 2, 5, 10) if len(years) / step <= 9)
    drawing.x |= {
        "tickmode": "array",
        "tickvals": [year for year in years if year % step == 0],
        "tickformat": "d",
        "range": [years[0] - 0.5, years[-1] + 0.5],
    }
    return drawing.figure()


def _cell_hover(name: str, year: int, what: str, number: int) -> str:
    return _("<b>{partner}</b>, {year}<br>{format}: {meetings}").format(
        partner=name, year=written_year(year), format=what, meetings=counted(number, "meeting")
    )


@dataclass(frozen=True)
class Mark:
    """A kind of mark on the timeline: what it stands for, its shape, its place in the lane."""

    message: str
    symbol: str
    size: int
    offset: float = 0.0

    @property
    def label(self) -> str:
        """What it stands for, in the language of the run."""
        return _(self.message)


MEETING_MARKS = {
    "two_plus_two": Mark(marked("Ministerial 2+2"), "circle", 13),
    "economic_two_plus_two": Mark(marked("Economic 2+2"), "square", 11),
    "senior_two_plus_two": Mark(marked("2+2 of officials"), "circle-open", 12),
    "strategic_dialogue": Mark(marked("Strategic dialogue"), "diamond-open", 12),
    "summit": Mark(marked("Summit"), "star", 12),
    "foreign_ministers": Mark(marked("Foreign ministers"), "hexagon-open", 12),
    "defence_ministers": Mark(marked("Defence ministers"), "pentagon-open", 12),
}
BEFORE = Mark(marked("Agreement: earlier step"), "line-ns-open", 9, 0.3)
SIGNED = Mark(marked("Agreement signed"), "triangle-up-open", 10, 0.3)
IN_FORCE = Mark(marked("Agreement in force"), "triangle-up", 10, 0.3)
AFTER = Mark(marked("Agreement: amended or replaced"), "x-thin-open", 8, 0.3)
EVENT_MARKS = {
    "proposed": BEFORE,
    "negotiations_launched": BEFORE,
    "agreed_in_principle": BEFORE,
    "selected": BEFORE,
    "signed": SIGNED,
    "entered_into_force": IN_FORCE,
    "amended": AFTER,
    "superseded": AFTER,
    "terminated": AFTER,
}


def timeline(
    meetings: pd.DataFrame,
    steps: pd.DataFrame,
    lanes: Sequence[str],
    names: Mapping[str, str],
    *,
    people: Mapping[str, str],
    span: tuple[pd.Timestamp, pd.Timestamp],
    cabinets: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    chosen: str | None = None,
) -> Figure:
    """One lane a partner, with its meetings and the steps of its agreements.

    Parameters
    ----------
    meetings
        Rows of the meetings table.
    steps
        As from :func:`twoplustwo.analysis.agreements.agreement_steps`.
    lanes
        Partner codes from top to bottom; rows of other partners are not drawn.
    names
        Code -> name.
    people
        Meeting id -> who sat there, one line, for the hover text.
    span
        First and last day of the axis.
    cabinets, events
        As from :mod:`twoplustwo.analysis.context`, to draw as bands and as a lane of their own.
    chosen
        Meeting or agreement id to be ringed.
    """
    extra: float = int(cabinets is not None) + int(events is not None)
    extra += CABINET_NAMES if cabinets is not None else 0
    height = max(round(LANE * (len(lanes) + extra + 0.25)) + 66, LEAST)
    drawing = Drawing(height, top=6, bottom=60)
    labels = [f"<b>{as_hover(names[code])}</b>" for code in lanes]
    if events is not None:
        labels.append("<b>" + _("Events around them") + "</b>")
    if cabinets is not None:
        labels.append("<b>" + _("Japanese cabinets") + "</b>")
        _draw_cabinets(drawing, cabinets, len(labels) - 1, span)
    position = {code: row for row, code in enumerate(lanes)}
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": {"color": FAINT, "width": 1}}
    drawing.underlay([{**line, "y0": row, "y1": row} for row in range(len(labels))])
    for code, mark in MEETING_MARKS.items():
        drawn = meetings[(meetings["format"] == code) & meetings["partner"].isin(position)]
        hover = [_meeting_hover(row, people) for row in rows(drawn)]
        _draw(drawing, drawn, mark, position, ids=drawn["meeting_id"], hover=hover, chosen=chosen)
    for mark in (BEFORE, SIGNED, IN_FORCE, AFTER):
        kinds = [event for event, its_mark in EVENT_MARKS.items() if its_mark is mark]
        drawn = steps[steps["event"].isin(kinds) & steps["partner"].isin(position)]
        hover = [_step_hover(row) for row in rows(drawn)]
        _draw(drawing, drawn, mark, position, ids=drawn["agreement_id"], hover=hover, chosen=chosen)
    if events is not None:
        _draw_events(drawing, events, len(lanes))
    drawing.row_labels(labels, offset=0.34, below=CABINET_NAMES if cabinets is not None else 0.0)
    margin = (span[1] - span[0]) * 0.012  # marks at the ends are not cut in half
    drawing.time_axis(span[0] - margin, span[1] + margin)
    drawing.x |= {"fixedrange": False, "automargin": True}  # room for the years above a legend of many lines
    drawing.layout |= {
        "dragmode": "pan",
        "clickmode": "event+select",
        "showlegend": True,
        "legend": LEGEND_BELOW,
    }
    return drawing.figure()


def _draw(
    drawing: Drawing,
    drawn: pd.DataFrame,
    mark: Mark,
    position: Mapping[str, int],
    *,
    ids: pd.Series,
    hover: list[str],
    chosen: str | None,
) -> None:
    if drawn.empty:
        return
    ringed = [identifier == chosen for identifier in ids]
    drawing.add(
        x=drawn["date"].dt.strftime("%Y-%m-%d").tolist(),
        y=[position[code] + mark.offset for code in drawn["partner"]],
        mode="markers",
        name=mark.label,
        showlegend=False,
        marker={
            "symbol": mark.symbol,
            "size": [mark.size + 7 if ring else mark.size for ring in ringed],
            "color": [colour_of(code) for code in drawn["partner"]],
            "opacity": 1,
            "line": {"width": 1.6 if mark.symbol.endswith("-open") else 0},
        },
        customdata=ids.tolist(),
        hovertext=hover,
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.55}},
    )
    # The legend tells shapes, so its marks are grey: colour belongs to the lane.
    drawing.add(
        x=[None],
        y=[None],
        mode="markers",
        name=mark.label,
        marker={
            "symbol": mark.symbol,
            "size": mark.size,
            "color": NEUTRAL,
            "line": {"width": 1.6 if mark.symbol.endswith("-open") else 0},
        },
    )


def _draw_cabinets(
    drawing: Drawing, cabinets: pd.DataFrame, row: int, span: tuple[pd.Timestamp, pd.Timestamp]
) -> None:
    start, end = span
    terms = [
        (cabinet, max(cabinet.date, start), min(end if pd.isna(cabinet.end_date) else cabinet.end_date, end))
        for cabinet in rows(cabinets)
    ]
    band = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "fillcolor": BAND, "line": {"width": 0}}
    drawing.underlay([{**band, "x0": first, "x1": last} for _, first, last in terms[::2]])
    drawing.add(
        x=[f"{first + (last - first) / 2:%Y-%m-%d}" for _, first, last in terms],
        y=[row] * len(terms),
        mode="markers",
        marker={"size": 7, "color": NEUTRAL, "symbol": "line-ns-open"},
        hovertext=[
            f"<b>{as_hover(cabinet.title)}</b><br>{_term(cabinet)}" for cabinet, _first, _last in terms
        ],
        hoverinfo="text",
        showlegend=False,
    )
    drawing.annotate(
        [
            {
                "x": first + (last - first) / 2,
                "y": row + 0.2,
                "yanchor": "top",
                "text": as_hover(_head_of_government(cabinet.title)),
                "textangle": -90,
                "font": {"size": 11, "color": TEXT},
            }
            for cabinet, first, last in _apart(terms, 0.045 * (end - start))
        ],
    )


def _term(cabinet: Any) -> str:
    if pd.isna(cabinet.end_date):
        return _("{date} to in office").format(date=written_date(cabinet.date))
    return _("{first} to {last}").format(
        first=written_date(cabinet.date), last=written_date(cabinet.end_date)
    )


def _apart(
    terms: list[tuple[Any, pd.Timestamp, pd.Timestamp]], width: pd.Timedelta
) -> list[tuple[Any, pd.Timestamp, pd.Timestamp]]:
    """The terms, longest first, whose names keep that distance: a line of text on a phone."""
    kept: list[tuple[Any, pd.Timestamp, pd.Timestamp]] = []
    for term in sorted(terms, key=lambda term: term[1] - term[2]):
        middle = term[1] + (term[2] - term[1]) / 2
        if all(abs(middle - (first + (last - first) / 2)) >= width for _, first, last in kept):
            kept.append(term)
    return kept


def _head_of_government(title: str) -> str:
    """The name in a title such as "First Abe cabinet" or "Abe government, second to fourth cabinets"."""
    named = re.search(r"(\S+) (?:cabinet|government)", title)
    return named[1] if named else title


def _draw_events(drawing: Drawing, events: pd.DataFrame, row: int) -> None:
    drawing.add(
        x=events["date"].dt.strftime("%Y-%m-%d").tolist(),
        y=[row + 0.1] * len(events),
        mode="markers",
        name=_("Event around them"),
        marker={"symbol": "diamond-tall", "size": 10, "color": NEUTRAL},
        hovertext=[
            f"<b>{as_hover(event.title)}</b><br>"
            + joined([CONTEXT_LABELS[event.kind], written_date(event.date, event.precision)])
            for event in rows(events)
        ],
        hoverinfo="text",
    )


def _meeting_hover(meeting: Any, people: Mapping[str, str]) -> str:
    place = _("by video link") if meeting.mode == "virtual" else meeting.city
    lines = [
        f"<b>{_wrapped(meeting.name)}</b>",
        written_dates(meeting.date, meeting.end_date),
    ]
    if not pd.isna(place):
        lines[1] += f" · {as_hover(place)}"
    if who := people.get(meeting.meeting_id):
        lines.append(_wrapped(who))
    return "<br>".join(lines)


def _step_hover(step: Any) -> str:
    when = written_date(step.date, step.precision)
    return f"<b>{EVENT_LABELS[step.event]}</b> · {when}<br>{_wrapped(step.title)}<br>{TYPE_LABELS[step.type]}"


def _wrapped(text: str, width: int = 48) -> str:
    """Escaped text on lines short enough for the hover box of a phone."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(as_hover(line) for line in lines)


def series_chart(steps: pd.DataFrame, names: Mapping[str, str], *, by_ordinal: bool) -> Figure:
    """The series of a few partners laid over one another.

    By calendar, each meeting stands at its day and its position in the series; by ordinal, at
    its position and the years since the first meeting.

    Parameters
    ----------
    steps
        As from :func:`twoplustwo.analysis.meetings.intervals`, of one format.
    names
        Code -> name.
    by_ordinal
        Align at the first meeting instead of on the calendar.
    """
    drawing = Drawing(360, top=40, bottom=44)
    drawing.layout |= {"showlegend": True, "legend": LEGEND_ABOVE}
    drawing.y["automargin"] = True
    last = int(steps["position"].max())
    for number, (code, series) in enumerate(steps.groupby("partner", sort=False)):
        name = as_hover(names[str(code)])
        years = (series["date"] - series["date"].iloc[0]).dt.days / 365.25
        positions = series["position"].tolist()
        drawing.add(
            x=positions if by_ordinal else series["date"].dt.strftime("%Y-%m-%d").tolist(),
            y=years.round(2).tolist() if by_ordinal else positions,
            mode="lines+markers",
            name=name,
            showlegend=True,
            marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 9, "color": colour_of(str(code))},
            line={"color": colour_of(str(code)), "width": 1.5},
            hovertext=[
                f"<b>{_wrapped(row.name)}</b><br>{written_date(row.date)}"
                + (
                    ""
                    if pd.isna(row.days)
                    else "<br>" + _("{days} days after the one before").format(days=f"{row.days:,}")
                )
                for row in rows(series)
            ],
            hoverinfo="text",
        )
    count_axis = {
        "title": {"text": _("Meeting of the series"), "font": {"size": FONT}},
        "tickformat": "d",
        "dtick": 1 if last <= 12 else 5,
        "range": [0.5, last + 0.6],
        "gridcolor": FAINT,
        "showgrid": True,
    }
    if by_ordinal:
        drawing.x |= count_axis
        drawing.y |= {
            "showgrid": True,
            "gridcolor": FAINT,
            "rangemode": "tozero",
            "ticksuffix": _("{number} y").format(number=""),
        }
    else:
        start = pd.Timestamp(steps["date"].min().year, 1, 1)
        end = pd.Timestamp(steps["date"].max().year, 12, 31)
        drawing.time_axis(start, end)
        drawing.y |= count_axis
    return drawing.figure()
