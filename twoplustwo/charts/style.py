"""One look for all charts: colours, type, spacing.

One figure serves light and dark: every colour of a mark keeps a contrast of at least 3:1 on both
backgrounds, and the colour of texts is the page's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
TEXT = "#22262E"
"""Ink of texts in a figure, for paper. On screen the page's stylesheet gives the texts around and in the
plot the colour of the visitor's light or dark mode."""
FAINT = "rgba(127,133,143,0.22)"
BAND = "rgba(127,133,143,0.10)"
SYMBOLS = ("circle", "square", "diamond", "triangle-up")

FONT = 13
FAMILY = (
    '"Source Sans", "Source Sans 3", "Two Plus Two Japanese", "Two Plus Two Japanese Regular", sans-serif'
)
"""The typefaces of the pages."""
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


class Drawing:
    """A figure in the making: its parts are plain values until plotly gets them, in one piece.

    Plotly checks what it is given, and checks all of it again with every change; a figure that is handed
    over whole is checked once.
    """

    def __init__(self, height: int, *, top: int = 8, bottom: int = 28) -> None:
        """The common layout: no box, hair lines, room for what it shows."""
        axis = {
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": False,
            "ticks": "",
            "color": TEXT,
            "tickfont": {"size": 12},
        }
        self.traces: list[dict[str, Any]] = []
        self.x: dict[str, Any] = axis.copy()
        self.y: dict[str, Any] = axis.copy()
        self.annotations: list[dict[str, Any]] = []
        self.shapes: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {
            # One figure is never drawn over another one: with this, a page that hands plotly the same figure
            # again has it compare numbers, not draw them once more.
            "datarevision": 1,
            "height": height,
            "margin": {"l": 4, "r": 8, "t": top, "b": bottom, "pad": 0},
            "showlegend": False,
            "hoverlabel": {
                "align": "left",
                "font": {"size": FONT, "color": "#FFFFFF"},
                "bgcolor": "#2B303A",
                "bordercolor": NEUTRAL,
            },
            "hovermode": "closest",
            "dragmode": False,
            "font": {"family": FAMILY, "size": FONT, "color": TEXT},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "modebar": {"bgcolor": "rgba(0,0,0,0)"},
            "template": {},  # plotly's own has four kilobytes that nothing here uses
        }

    def add(self, kind: str = "scatter", **trace: Any) -> None:
        """Add a trace of a kind, such as ``scatter`` or ``bar``."""
        self.traces.append({"type": kind, **trace})

    def annotate(self, annotations: Iterable[dict[str, Any]]) -> None:
        """Add texts without arrows."""
        self.annotations += [{"showarrow": False, **annotation} for annotation in annotations]

    def underlay(self, shapes: Iterable[dict[str, Any]]) -> None:
        """Add shapes below the marks."""
        self.shapes += [{"layer": "below", **shape} for shape in shapes]

    def row_labels(
        self,
        labels: Sequence[str],
        *,
        offset: float = 0.42,
        below: float = 0.0,
        headings: Mapping[int, str] | None = None,
    ) -> None:
        """Write a label above each row, inside the plot, so that a phone loses no width to them.

        Rows are numbered from 0 at the top; the y axis is reversed to match. An empty label writes
        nothing. ``below`` leaves more room under the last row, in rows. ``headings`` are rows that are
        nothing but a text. They are the axis's own ticks: plotly draws those faster than annotations.
        """
        written = {row - offset: label for row, label in enumerate(labels) if label}
        written |= {row + 0.2: label for row, label in (headings or {}).items()}
        self.y |= {
            "range": [len(labels) - 0.5 + below, -0.75],
            "autorange": False,
            "tickmode": "array",
            "tickvals": list(written),
            "ticktext": list(written.values()),
            "tickfont": {"size": FONT, "color": TEXT},  # within the plot, plotly would choose a grey
            "ticklabelposition": "inside",
            "ticklabeloverflow": "allow",
        }

    def time_axis(self, start: pd.Timestamp, end: pd.Timestamp) -> None:
        """A date axis between two days, with whole years as ticks that never crowd."""
        years = end.year - start.year + 1
        step = next(step for step in (1, 2, 5, 10) if years / step <= 9)
        self.x |= {
            "type": "date",
            "range": [f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}"],
            "tick0": f"{start.year + (-start.year) % step}-01-01",
            "dtick": f"M{12 * step}",
            "tickformat": "%Y",
            "showgrid": True,
            "gridcolor": FAINT,
            "tickangle": 0,
        }

    def figure(self) -> go.Figure:
        """The finished figure."""
        layout = self.layout | {
            "xaxis": self.x,
            "yaxis": self.y,
            "annotations": self.annotations,
            "shapes": self.shapes,
        }
        figure = go.Figure(data=self.traces, layout=layout)
        figure.layout.template = None
        return figure
