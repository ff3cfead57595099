"""Figures: each function takes tidy frames and returns a plotly figure; none knows a page."""

from plotly.graph_objects import Figure

__all__ = ["Figure"]
