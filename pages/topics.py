"""What do they talk about?"""

import pandas as pd
import streamlit as st

from twoplustwo.analysis.topics import (
    coded_by,
    coded_meetings,
    cooccurrence,
    first_mentions,
    silent_topics,
    topic_frequency,
    topics_by_partner,
    topics_by_year,
)
from twoplustwo.charts.topics import ranking, topic_matrix
from twoplustwo.dashboard import parts
from twoplustwo.dashboard.visit import Visit, current
from twoplustwo.labels import NOT_FOUND, as_markdown, counted, written_date
from twoplustwo.record import rows

TOPICS_SHOWN = 20


def ranked(visit: Visit, frequency: pd.DataFrame, *, share: bool) -> None:
    """The most frequent areas."""
    top = frequency[frequency["meetings"] > 0]
    coded = len(coded_meetings(visit.selected))
    alt = f"Of {counted(coded, 'coded meeting')}: " + ", ".join(
        f"{row.label} {row.meetings}" for row in rows(top.head(10))
    )
    parts.chart(
        visit,
        ranking(top.head(TOPICS_SHOWN), share=share),
        key="area-ranking",
        heading=f"Cooperation areas by {'share' if share else 'number'} of meetings that took them up",
        reading=f"The {min(TOPICS_SHOWN, len(top))} most frequent of {len(top)} areas found, over "
        f"{counted(coded, 'meeting')} with coded areas"
        + ("; whiskers are Wilson 95 % intervals." if share else "."),
        alt=alt,
        table=lambda: frequency.drop(columns="topic_id"),
        labels={"label": "Area", "coded_meetings": "Of coded meetings"},
    )


def matrices(visit: Visit, frequency: pd.DataFrame, *, share: bool) -> None:
    """Areas by year and by partner."""
    topics = [(row.topic_id, row.label) for row in rows(frequency.head(TOPICS_SHOWN)) if row.meetings]
    names, labels = visit.shared.names, visit.shared.topics
    note = "The figure is the number of meetings; the shade " + (
        "their share among the coded meetings of that column." if share else "follows it."
    )
    years = coded_by(visit.selected, "year")
    by_year = topics_by_year(visit.selected)
    first, last = int(years.index.min()), int(years.index.max())
    step = next(step for step in (1, 2, 5, 10) if (last - first + 1) / step <= 9)
    parts.chart(
        visit,
        topic_matrix(
            by_year,
            "year",
            topics,
            [(year, str(year)) for year in range(first, last + 1)],
            every=step,
            share=share,
        ),
        key="areas-by-year",
        heading="Cooperation areas by year",
        reading=note,
        alt=_matrix_alt(by_year, "year", labels),
        table=lambda: by_year.assign(topic_id=by_year["topic_id"].map(labels)),
        labels={"topic_id": "Area", "coded_meetings": "Of coded meetings"},
    )
    by_partner = topics_by_partner(visit.selected)
    present = visit.lanes(set(coded_by(visit.selected, "partner").index))
    parts.chart(
        visit,
        topic_matrix(by_partner, "partner", topics, [(code, code) for code in present], share=share),
        key="areas-by-partner",
        heading="Cooperation areas by partner",
        reading=note + " " + ", ".join(f"{code} {as_markdown(names[code])}" for code in present) + ".",
        alt=_matrix_alt(by_partner.assign(partner=by_partner["partner"].map(names)), "partner", labels),
        table=lambda: by_partner.assign(
            topic_id=by_partner["topic_id"].map(labels), partner=by_partner["partner"].map(names)
        ),
        labels={"topic_id": "Area", "coded_meetings": "Of coded meetings"},
    )


def _matrix_alt(cells: pd.DataFrame, column: str, labels: dict[str, str]) -> str:
    top = cells.sort_values("meetings", ascending=False).head(5)
    return "Most often: " + ", ".join(
        f"{labels[topic]}, {value}: {met} of {coded}"
        for topic, value, met, coded in zip(
            top["topic_id"], top[column], top["meetings"], top["coded_meetings"], strict=True
        )
    )


def firsts(visit: Visit, frequency: pd.DataFrame) -> None:
    """When each area first came up with each partner."""
    first = first_mentions(visit.selected)
    found = frequency.loc[frequency["meetings"] > 0, "topic_id"]
    partners = visit.lanes(set(first["partner"]))
    grid = first.pivot(index="topic_id", columns="partner", values="date").loc[found, partners]
    coded = coded_by(visit.selected, "partner")
    table = pd.DataFrame(
        {
            f"{visit.shared.names[code]} ({coded[code]})": [
                NOT_FOUND if pd.isna(date) else f"{date:%Y-%m-%d}" for date in grid[code]
            ]
            for code in partners
        }
    )
    table.insert(0, "Area", [visit.shared.topics[topic] for topic in grid.index])
    st.subheader("When each area first came up with each partner", anchor=False)
    parts.note(
        "First meeting of the selection that took it up; behind each partner its number of coded "
        f"meetings. “{NOT_FOUND.capitalize()}” does not mean "
        "that it was not discussed: most pages were read only from their opening."
    )
    parts.data_table(table, key="first-mentions", labels={column: column for column in table.columns})


def silent(visit: Visit) -> None:
    """Areas that have not come up for long."""
    table = silent_topics(visit.selected).head(10)
    st.subheader("Areas gone silent", anchor=False)
    parts.note(
        f"Longest without a meeting that took them up, as of {written_date(visit.selected.as_of)}; "
        "silent in the texts read."
    )
    shown = table[["label", "last_date", "days_silent", "meetings_since", "meetings"]]
    parts.data_table(
        shown,
        key="silent-areas",
        labels={
            "label": "Area",
            "last_date": "Last came up",
            "days_silent": "Days since",
            "meetings_since": "Coded meetings since",
            "meetings": "Meetings in all",
        },
    )


def together(visit: Visit) -> None:
    """Areas that come up at the same meetings."""
    pairs = cooccurrence(visit.selected).head(15)
    labels = visit.shared.topics
    st.subheader("Areas that come up together", anchor=False)
    parts.note("Meetings that took up both, among those that took up one or both.")
    parts.data_table(
        pairs.assign(topic_a=pairs["topic_a"].map(labels), topic_b=pairs["topic_b"].map(labels)),
        key="areas-together",
        labels={
            "topic_a": "Area",
            "topic_b": "and area",
            "meetings": "Both (meetings)",
            "either": "One or both (meetings)",
        },
    )


def definitions(visit: Visit, frequency: pd.DataFrame) -> None:
    """The codebook where the areas are read."""
    fold = st.expander("What each area means", key="definitions", on_change="rerun")
    if not fold.open:
        return
    with fold:
        for row in rows(frequency.merge(visit.record.topics[["topic_id", "definition"]], on="topic_id")):
            st.markdown(f"**{as_markdown(row.label)}** ({row.theme}): {as_markdown(row.definition)}")


visit = current()
parts.title(visit, "Topics", "What do they talk about?")
parts.stop_if_empty(visit)
if visit.selected.mentions.empty:
    st.info("None of these meetings has a coded cooperation area: not found in the texts read.")
else:
    by_share = parts.choice("measure", "Measure", {"share": "Share", "count": "Count"}) == "share"
    areas = topic_frequency(visit.selected)
    ranked(visit, areas, share=by_share)
    definitions(visit, areas)
    matrices(visit, areas, share=by_share)
    firsts(visit, areas)
    silent(visit)
    together(visit)
