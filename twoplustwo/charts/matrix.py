"""A matrix as charts draw it: rows of cells, each below its label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twoplustwo.charts.style import TEXT, Drawing

SHADES = [[0.0, "rgba(75,113,156,0.10)"], [1.0, "rgba(75,113,156,0.60)"]]  # text keeps 4.5:1 on each


class Cell(NamedTuple):
    """What a cell shows."""

    weight: float
    """How dark it is, from 0 to the matrix's ``most``."""
    text: str
    hover: str


def draw_cells(
    drawing: Drawing, rows: Sequence[Sequence[Cell | None]], x: Sequence[int], *, most: float
) -> None:
    """Add the cells of all rows; None leaves a gap.

    Cells fill the lower part of their row, since the label stands above them: between two rows of cells
    lies a row of nothing.
    """
    nothing: list[Cell | None] = [None] * len(x)
    spaced = [line for row in rows for line in (row, nothing)][:-1]
    drawing.add(
        "heatmap",
        x=list(x),
        y=[edge for position in range(len(rows)) for edge in (position - 0.04, position + 0.42)],
        z=[[cell and cell.weight for cell in row] for row in spaced],
        zmin=0,
        zmax=most,
        colorscale=SHADES,
        showscale=False,
        xgap=2,
        hoverongaps=False,
        text=[[cell.text if cell else "" for cell in row] for row in spaced],
        texttemplate="%{text}",
        textfont={"size": 11, "color": TEXT},
        hovertext=[[cell.hover if cell else "" for cell in row] for row in spaced],
        hoverinfo="text",
    )
