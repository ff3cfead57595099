"""Figures: each function takes tidy frames and returns a plotly figure; none knows a page."""
