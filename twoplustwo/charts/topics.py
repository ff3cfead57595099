"""Charts of cooperation areas: ranking, matrices, profiles side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from twoplustwo.charts.style import (
    ACCENT,
    FAINT,
    LEGEND_ABOVE,
    NEUTRAL,
    SYMBOLS,
    TEXT,
    annotate,
    base,
    colour_of,
    row_labels,
)
from twoplustwo.labels import as_hover
from twoplustwo.record import rows

ROW = 36  # px: a label and a bar below it
HEAT = [[0.0, "rgba(75,113,156,0.10)"], [1.0, "rgba(75,113,156,0.60)"]]  # strong text keeps 4.5:1 on each


def _of(meetings: int, coded: int) -> str:
    return f"{meetings} of {coded}"


def ranking(frequency: pd.DataFrame, *, share: bool) -> go.Figure:
    """Topics as bars, most frequent on top, with the 95 % interval where shares are shown.

    Parameters
    ----------
    frequency
        Rows of :func:`twoplustwo.analysis.topics.topic_frequency`, in the order to be drawn.
    share
        Draw the share of coded meetings, else the number of meetings.
    """
    figure = base(ROW * len(frequency) + 40)
    table = frequency.fillna({"share": 0, "share_low": 0, "share_high": 0})
    x = 100 * table["share"] if share else table["meetings"]
    hover = [
        f"<b>{as_hover(row.label)}</b><br>{_of(row.meetings, row.coded_meetings)} coded meetings"
        f"<br>{row.share:.0%} (95 % interval {row.share_low:.0%} to {row.share_high:.0%})"
        for row in rows(table)
    ]
    figure.add_trace(
        go.Bar(
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
    )
    labels = [
        f"{as_hover(row.label)} <b>{_of(row.meetings, row.coded_meetings) if share else row.meetings}</b>"
        for row in rows(table)
    ]
    row_labels(figure, labels, offset=0.3)
    largest = max(float(table["meetings"].max() or 1), 1.0)
    figure.update_xaxes(
        range=[0, 100 if share else largest * 1.02],
        ticksuffix=" %" if share else "",
        showgrid=True,
        gridcolor=FAINT,
        tickformat="d",
        nticks=6,
    )
    return figure


def topic_matrix(
    cells: pd.DataFrame,
    column: str,
    topics: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str | int, str]],
    *,
    share: bool,
    every: int = 1,
) -> go.Figure:
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
    figure = base(42 * len(topics) + 48, top=26, bottom=8)
    table = {(cell.topic_id, getattr(cell, column)): cell for cell in rows(cells)}
    edges: list[float] = []
    numbers: list[list[float | None]] = []
    texts: list[list[str]] = []
    hover: list[list[str]] = []
    for position, (topic, label) in enumerate(topics):
        edges += [position - 0.04, position + 0.42]
        row: list[float | None] = []
        row_text: list[str] = []
        row_hover: list[str] = []
        for value, name in columns:
            if cell := table.get((topic, value)):
                met, coded = int(cell.meetings), int(cell.coded_meetings)
                row.append(round(100 * cell.share, 1) if share else met)
                row_text.append(f"{met}")
                row_hover.append(
                    f"<b>{as_hover(label)}</b><br>{as_hover(name)}: "
                    f"{_of(met, coded)} coded meetings ({met / coded:.0%})"
                )
            else:
                row.append(None)
                row_text.append("")
                row_hover.append("")
        numbers += [row, [None] * len(columns)]
        texts += [row_text, [""] * len(columns)]
        hover += [row_hover, [""] * len(columns)]
    most = 100 if share else int(cells["meetings"].max()) if len(cells) else 1
    figure.add_trace(
        go.Heatmap(
            x=list(range(len(columns))),
            y=edges,
            z=numbers[:-1],
            zmin=0,
            zmax=most,
            colorscale=HEAT,
            showscale=False,
            xgap=2,
            hoverongaps=False,
            text=texts[:-1],
            texttemplate="%{text}",
            textfont={"size": 11, "color": TEXT},
            hovertext=hover[:-1],
            hoverinfo="text",
        )
    )
    row_labels(figure, [as_hover(label) for _, label in topics], offset=0.32)
    figure.update_xaxes(
        side="top",
        tickmode="array",
        tickvals=[at for at, (value, _) in enumerate(columns) if _labelled(value, every)],
        ticktext=[as_hover(name) for value, name in columns if _labelled(value, every)],
        range=[-0.5, len(columns) - 0.5],
        tickangle=0,
    )
    return figure


def _labelled(value: str | int, every: int) -> bool:
    return isinstance(value, str) or value % every == 0


def profiles(
    profile: pd.DataFrame,
    topics: Sequence[tuple[str, str]],
    partners: Sequence[str],
    names: Mapping[str, str],
) -> go.Figure:
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
    figure = base(row_height * len(topics) + 70, top=34, bottom=28)
    order = [topic for topic, _ in topics]
    counts: list[dict[str, Any]] = []
    for number, code in enumerate(partners):
        below = (26 + line * (number + 0.3)) / row_height - 0.5
        table = profile[profile["partner"] == code].set_index("topic_id").loc[order]
        name = as_hover(names[code])
        figure.add_trace(
            go.Scatter(
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
                    f"<b>{name}</b><br>{as_hover(label)}: "
                    f"{_of(int(cell.meetings), int(cell.coded_meetings))} coded meetings<br>"
                    f"{cell.share:.0%} (95 % interval {cell.share_low:.0%} to {cell.share_high:.0%})"
                    for (_, label), cell in zip(topics, rows(table), strict=True)
                ],
                hoverinfo="text",
            )
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
    annotate(figure, counts)
    row_labels(figure, [f"<b>{as_hover(label)}</b>" for _, label in topics], offset=0.5 - 11 / row_height)
    figure.update_xaxes(
        range=[-2, 116],
        tickvals=[0, 25, 50, 75, 100],
        ticktext=["0 %", "25 %", "50 %", "75 %", "100 %"],
        showgrid=True,
        gridcolor=FAINT,
    )
    figure.update_layout(showlegend=True, legend=LEGEND_ABOVE)
    return figure
