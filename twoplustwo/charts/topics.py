"""Charts of cooperation areas: ranking, matrices, profiles side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from twoplustwo.charts import Figure
from twoplustwo.charts.matrix import Cell, draw_cells
from twoplustwo.charts.style import (
    ACCENT,
    FAINT,
    LEGEND_ABOVE,
    NEUTRAL,
    SYMBOLS,
    TEXT,
    Drawing,
    colour_of,
)
from twoplustwo.labels import as_hover
from twoplustwo.language import _
from twoplustwo.record import rows

ROW = 36  # px: a label and a bar below it
PER_CENT = {
    "tickmode": "array",
    "tickvals": [0, 25, 50, 75, 100],
    "ticktext": ["0 %", "25 %", "50 %", "75 %", "100 %"],
}


def _of(meetings: int, coded: int) -> str:
    return _("{number} of {all}").format(number=meetings, all=coded)


def _share(share: float) -> str:
    return f"{share:.0%}"


def _with_interval(cell: Any) -> str:
    """Counts, share and interval of a cell, in two lines."""
    return _("{count} coded meetings<br>{share} (95 % interval {low} to {high})").format(
        count=_of(int(cell.meetings), int(cell.coded_meetings)),
        share=_share(cell.share),
        low=_share(cell.share_low),
        high=_share(cell.share_high),
    )


def ranking(frequency: pd.DataFrame, *, share: bool) -> Figure:
    """Topics as bars, most frequent on top, with the 95 % interval where shares are shown.

    Parameters
    ----------
    frequency
        Rows of :func:`twoplustwo.analysis.topics.topic_frequency`, in the order to be drawn.
    share
        Draw the share of coded meetings, else the number of meetings.
    """
    drawing = Drawing(ROW * len(frequency) + 40)
    table = frequency.fillna({"share": 0, "share_low": 0, "share_high": 0})
    x = 100 * table["share"] if share else table["meetings"]
    hover = [f"<b>{as_hover(row.label)}</b><br>{_with_interval(row)}" for row in rows(table)]
    drawing.add(
        "bar",
        x=x.round(2).tolist(),
        y=[position + 0.12 for position in range(len(table))],
        orientation="h",
        width=0.36,
        marker={"color": ACCENT},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (100 * (table["share_high"] - table["share"])).round(2).tolist(),
            "arrayminus": (100 * (table["share"] - table["share_low"])).round(2).tolist(),
            "color": NEUTRAL,
            "thickness": 1,
            "width": 3,
        }
        if share
        else None,
        hovertext=hover,
        hoverinfo="text",
    )
    labels = [
        f"{as_hover(row.label)} <b>{_of(row.meetings, row.coded_meetings) if share else row.meetings}</b>"
        for row in rows(table)
    ]
    drawing.row_labels(labels, offset=0.3)
    largest = max(float(table["meetings"].max() or 1), 1.0)
    drawing.x |= {"showgrid": True, "gridcolor": FAINT}
    if share:
        drawing.x |= {"range": [-2, 105], **PER_CENT}
    else:
        drawing.x |= {"range": [0, largest * 1.05], "tickformat": "d", "nticks": 6}
    return drawing.figure()


def topic_matrix(
    cells: pd.DataFrame,
    column: str,
    topics: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str | int, str]],
    *,
    share: bool,
    every: int = 1,
) -> Figure:
    """Topics down, years or partners across; the weight of a cell as opacity.

    Parameters
    ----------
    cells
        As from ``topics_by_year`` or ``topics_by_partner`` of :mod:`twoplustwo.analysis.topics`.
    column
        Name of the column of ``cells`` that runs across.
    topics
        Pairs of id and label, from top to bottom.
    columns
        Pairs of value and label, from left to right.
    every
        Label the columns whose value is a multiple of this, so that years do not crowd.
    share
        Weigh by share of the coded meetings of that column, else by number of meetings.
    """
    drawing = Drawing(42 * len(topics) + 48, top=26, bottom=8)
    table = {(cell.topic_id, getattr(cell, column)): cell for cell in rows(cells)}
    most = 100 if share else int(cells["meetings"].max()) if len(cells) else 1
    drawn: list[list[Cell | None]] = []
    for topic, label in topics:
        found = ((name, table.get((topic, value))) for value, name in columns)
        drawn.append([cell and _cell(cell, label, name, share=share) for name, cell in found])
    draw_cells(drawing, drawn, range(len(columns)), most=most)
    drawing.row_labels([as_hover(label) for _, label in topics], offset=0.32)
    drawing.x |= {
        "side": "top",
        "tickmode": "array",
        "tickvals": [at for at, (value, _) in enumerate(columns) if _labelled(value, every)],
        "ticktext": [as_hover(name) for value, name in columns if _labelled(value, every)],
        "range": [-0.5, len(columns) - 0.5],
        "tickangle": 0,
    }
    return drawing.figure()


def _cell(cell: Any, topic: str, column: str, *, share: bool) -> Cell:
    met, coded = int(cell.meetings), int(cell.coded_meetings)
    return Cell(
        round(100 * cell.share, 1) if share else met,
        str(met),
        f"<b>{as_hover(topic)}</b><br>"
        + _("{column}: {count} coded meetings ({share})").format(
            column=as_hover(column), count=_of(met, coded), share=_share(met / coded)
        ),
    )


def _labelled(value: str | int, every: int) -> bool:
    return isinstance(value, str) or value % every == 0


def profiles(
    profile: pd.DataFrame,
    topics: Sequence[tuple[str, str]],
    partners: Sequence[str],
    names: Mapping[str, str],
) -> Figure:
    """Topic shares of two to four partners below one another, each with count and interval.

    Parameters
    ----------
    profile
        As from :func:`twoplustwo.analysis.topics.topic_profile`.
    topics
        Pairs of id and label, from top to bottom.
    partners
        Codes; one line of marks each below the label of a topic.
    names
        Code -> name.
    """
    line = 17  # px of one partner's line
    row_height = 26 + line * len(partners)
    drawing = Drawing(row_height * len(topics) + 70, top=34, bottom=28)
    order = [topic for topic, _ in topics]
    counts: list[dict[str, Any]] = []
    for number, code in enumerate(partners):
        below = (26 + line * (number + 0.3)) / row_height - 0.5
        table = profile[profile["partner"] == code].set_index("topic_id").loc[order]
        name = as_hover(names[code])
        drawing.add(
            x=(100 * table["share"]).round(2).tolist(),
            y=[row + below for row in range(len(topics))],
            mode="markers",
            name=name,
            marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 10, "color": colour_of(code)},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (100 * (table["share_high"] - table["share"])).round(2).tolist(),
                "arrayminus": (100 * (table["share"] - table["share_low"])).round(2).tolist(),
                "color": colour_of(code),
                "thickness": 1.2,
                "width": 0,
            },
            hovertext=[
                f"<b>{name}</b><br>"
                + _("{area}: {count}").format(area=as_hover(label), count=_with_interval(cell))
                for (_topic, label), cell in zip(topics, rows(table), strict=True)
            ],
            hoverinfo="text",
        )
        counts += [
            {
                "x": 1,
                "xref": "paper",
                "xanchor": "right",
                "y": position + below,
                "text": _of(int(cell.meetings), int(cell.coded_meetings)),
                "font": {"size": 11, "color": TEXT},
            }
            for position, cell in enumerate(rows(table))
        ]
    drawing.annotate(counts)
    drawing.row_labels([f"<b>{as_hover(label)}</b>" for _, label in topics], offset=0.5 - 11 / row_height)
    drawing.x |= {
        "range": [-2, 116],
        **PER_CENT,
        "showgrid": True,
        "gridcolor": FAINT,
    }
    drawing.layout |= {"showlegend": True, "legend": LEGEND_ABOVE}
    return drawing.figure()
