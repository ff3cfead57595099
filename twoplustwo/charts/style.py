"""One look for all charts: colours, type, spacing.

Text and grid take their colour from the page's theme, so that one figure serves light and dark.
Every colour set here keeps a contrast of at least 3:1 on both backgrounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

# Chosen by search over OKLCH for the largest smallest distance, also as seen with protan, deutan
# and tritan vision. A partner keeps its colour everywhere; charts never rely on it alone.
PARTNER_COLOURS = {
    "USA": "#4B719C",
    "AUS": "#B28C39",
    "RUS": "#A959C1",
    "FRA": "#499B9E",
    "GBR": "#CD6A6F",
    "IDN": "#747C03",
    "IND": "#895C4B",
    "DEU": "#9B79F0",
    "PHL": "#BB3F7B",
}
NEUTRAL = "#7F858F"
ACCENT = "#4B719C"
TEXT = "#000037"
"""Streamlit's placeholder for strong text: its theme for plotly puts the colour of the visitor's
light or dark mode in its place, in the browser."""
FAINT = "rgba(127,133,143,0.22)"
BAND = "rgba(127,133,143,0.10)"
SYMBOLS = ("circle", "square", "diamond", "triangle-up")

FONT = 13
LEGEND_ABOVE = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yref": "container",
    "yanchor": "top",
    "itemclick": False,
    "itemdoubleclick": False,
}
LEGEND_BELOW = {**LEGEND_ABOVE, "y": 0, "yanchor": "bottom", "font": {"size": 12}, "maxheight": 1}


def colour_of(partner: str) -> str:
    """The colour of a partner; partners outside the nine of the ministerial 2+2 share a grey."""
    return PARTNER_COLOURS.get(partner, NEUTRAL)


def base(height: int, *, top: int = 8, bottom: int = 28) -> go.Figure:
    """An empty figure with the common layout: no box, hair lines, room for what it shows."""
    axis: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": TEXT},  # the theme's own grey is too pale to read
        "title": {"font": {"color": TEXT}},
    }
    # In one piece: plotly checks a layout anew for every update of it.
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 4, "r": 8, "t": top, "b": bottom, "pad": 0},
            "showlegend": False,
            "hoverlabel": {"align": "left", "font": {"size": FONT}},
            "hovermode": "closest",
            "dragmode": False,
            "font": {"size": FONT, "color": TEXT},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "modebar": {"bgcolor": "rgba(0,0,0,0)"},
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def row_labels(figure: go.Figure, labels: Sequence[str], *, offset: float = 0.42, below: float = 0.0) -> None:
    """Write a label above each row, inside the plot, so that a phone loses no width to them.

    Rows are numbered from 0 at the top; the y axis is reversed to match. An empty label writes
    nothing. ``below`` leaves more room under the last row, in rows.
    """
    figure.update_yaxes(
        range=[len(labels) - 0.5 + below, -0.75], showticklabels=False, autorange=False, tickvals=[]
    )
    annotate(
        figure,
        [
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": row - offset,
                "yanchor": "middle",
                "text": label,
                "font": {"size": FONT, "color": TEXT},
            }
            for row, label in enumerate(labels)
            if label
        ],
    )


def annotate(figure: go.Figure, annotations: list[dict[str, Any]]) -> None:
    """Add texts without arrows, all at once: added one by one, plotly checks all of them each time."""
    there = [annotation.to_plotly_json() for annotation in figure.layout.annotations]
    figure.layout.annotations = there + [{"showarrow": False, **annotation} for annotation in annotations]


def underlay(figure: go.Figure, shapes: list[dict[str, Any]]) -> None:
    """Add shapes below the marks, all at once."""
    there = [shape.to_plotly_json() for shape in figure.layout.shapes]
    figure.layout.shapes = there + [{"layer": "below", **shape} for shape in shapes]


def time_axis(figure: go.Figure, start: pd.Timestamp, end: pd.Timestamp) -> None:
    """A date axis between two days, with whole years as ticks that never crowd."""
    years = end.year - start.year + 1
    step = next(step for step in (1, 2, 5, 10) if years / step <= 9)
    figure.update_xaxes(
        type="date",
        range=[start, end],
        tick0=f"{start.year + (-start.year) % step}-01-01",
        dtick=f"M{12 * step}",
        tickformat="%Y",
        showgrid=True,
        gridcolor=FAINT,
        tickangle=0,
    )
