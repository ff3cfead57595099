"""The floor: a plain Streamlit page with as much on it as one page of the dashboard.

As many charts, tables, headline figures and paragraphs, with two filters where the dashboard has six.

Written as the tutorials write it: pandas, plotly express, no theme of its own. It reads the same record and
counts real things, so that its figures have as many marks as the dashboard's.
"""

from pathlib import Path

import pandas as pd
import plotly.express as px
import streamlit as st

DATA = Path(__file__).resolve().parents[2] / "data"
CHARTS = int(st.query_params.get("charts", 1))
TABLES = int(st.query_params.get("tables", 1))
FIGURES = int(st.query_params.get("figures", 0))
PARAGRAPHS = int(st.query_params.get("paragraphs", 0))


@st.cache_data
def read() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Meetings, and mentions with the year and partner of their meeting."""
    meetings = pd.read_csv(DATA / "meetings.csv")
    meetings = meetings[meetings["format"] == "two_plus_two"]
    meetings["year"] = pd.to_datetime(meetings["date"]).dt.year
    mentions = pd.read_csv(DATA / "mentions.csv").merge(
        meetings[["meeting_id", "year", "partner"]], on="meeting_id"
    )
    return meetings, mentions


st.set_page_config(page_title="Bare", layout="wide")
meetings, mentions = read()
partners = sorted(meetings["partner"].unique())
first, last = int(meetings["year"].min()), int(meetings["year"].max())
with st.sidebar:
    chosen = st.multiselect("Partners", partners)
    low, high = st.slider("Years", first, last, (first, last))
meetings = meetings[meetings["year"].between(low, high)]
mentions = mentions[mentions["year"].between(low, high)]
if chosen:
    meetings = meetings[meetings["partner"].isin(chosen)]
    mentions = mentions[mentions["partner"].isin(chosen)]

st.title("Meetings")
st.markdown(f"{len(meetings)} meetings")
for number, column in enumerate(st.columns(FIGURES) if FIGURES else []):
    column.metric(f"Figure {number + 1}", len(meetings) + number)
ranked = mentions["topic_id"].value_counts().head(20).rename_axis("topic").reset_index(name="meetings")
by_year = mentions[mentions["topic_id"].isin(ranked["topic"])]
makers = [
    lambda: px.bar(ranked, x="meetings", y="topic", orientation="h", height=760),
    lambda: px.density_heatmap(by_year, x="year", y="topic_id", text_auto=True, height=880),
    lambda: px.density_heatmap(by_year, x="partner", y="topic_id", text_auto=True, height=880),
]
for number in range(CHARTS):
    st.subheader(f"Chart {number + 1}")
    st.plotly_chart(makers[number % len(makers)](), key=f"chart-{number}")
for text in meetings["summary"].dropna().tail(PARAGRAPHS):
    st.markdown(text)
tables = [
    mentions.pivot_table(index="topic_id", columns="partner", values="year", aggfunc="min").reset_index(),
    ranked,
    meetings[["date", "partner", "name", "city", "summary"]],
]
for number in range(TABLES):
    st.subheader(f"Table {number + 1}")
    st.dataframe(tables[number % len(tables)], hide_index=True, key=f"table-{number}")
