"""What do they talk about?"""

import pandas as pd
import streamlit as st

from twoplustwo.analysis.coders import agreement_of_coders
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
from twoplustwo.labels import (
    NOT_FOUND,
    as_markdown,
    beginning,
    counted,
    joined,
    written_date,
)
from twoplustwo.language import Labels, _, marked
from twoplustwo.record import rows

TOPICS_SHOWN = 20
AREAS = Labels(
    {"label": marked("Area"), "topic_id": marked("Area"), "coded_meetings": marked("Of coded meetings")}
)


def ranked(visit: Visit, frequency: pd.DataFrame, *, share: bool) -> None:
    """The most frequent areas."""
    top = frequency[frequency["meetings"] > 0]
    coded = len(coded_meetings(visit.selected))
    alt = _("Of {meetings}: {areas}").format(
        meetings=counted(coded, "coded meeting"),
        areas=joined(f"{row.label} {row.meetings}" for row in rows(top.head(10))),
    )
    if share:
        heading = _("Cooperation areas by share of meetings that took them up")
        reading = _(
            "The {shown} most frequent of {found} areas found, over {meetings} with coded areas; "
            "whiskers are Wilson 95 % intervals."
        )
    else:
        heading = _("Cooperation areas by number of meetings that took them up")
        reading = _("The {shown} most frequent of {found} areas found, over {meetings} with coded areas.")
    parts.chart(
        visit,
        ranking(top.head(TOPICS_SHOWN), share=share),
        key="area-ranking",
        heading=heading,
        reading=reading.format(
            shown=min(TOPICS_SHOWN, len(top)), found=len(top), meetings=counted(coded, "meeting")
        ),
        alt=alt,
        table=lambda: frequency.drop(columns="topic_id"),
        labels=AREAS,
    )


def matrices(visit: Visit, frequency: pd.DataFrame, *, share: bool) -> None:
    """Areas by year and by partner."""
    topics = [(row.topic_id, row.label) for row in rows(frequency.head(TOPICS_SHOWN)) if row.meetings]
    names, labels = visit.shared.names, visit.shared.topics
    if share:
        note = _(
            "The figure is the number of meetings; the shade their share among the coded meetings of that "
            "column."
        )
    else:
        note = _("The figure is the number of meetings; the shade follows it.")
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
        heading=_("Cooperation areas by year"),
        reading=note,
        alt=_matrix_alt(by_year, "year", labels),
        table=lambda: by_year.assign(topic_id=by_year["topic_id"].map(labels)),
        labels=AREAS,
    )
    by_partner = topics_by_partner(visit.selected)
    present = visit.lanes(set(coded_by(visit.selected, "partner").index))
    parts.chart(
        visit,
        topic_matrix(by_partner, "partner", topics, [(code, code) for code in present], share=share),
        key="areas-by-partner",
        heading=_("Cooperation areas by partner"),
        reading=_("{note} {partners}.").format(
            note=note, partners=joined(f"{code} {as_markdown(names[code])}" for code in present)
        ),
        alt=_matrix_alt(by_partner.assign(partner=by_partner["partner"].map(names)), "partner", labels),
        table=lambda: by_partner.assign(
            topic_id=by_partner["topic_id"].map(labels), partner=by_partner["partner"].map(names)
        ),
        labels=AREAS,
    )


def _matrix_alt(cells: pd.DataFrame, column: str, labels: dict[str, str]) -> str:
    top = cells.sort_values("meetings", ascending=False).head(5)
    return _("Most often: {areas}").format(
        areas=joined(
            _("{area}, {column}: {number} of {coded}").format(
                area=labels[topic], column=value, number=met, coded=coded
            )
            for topic, value, met, coded in zip(
                top["topic_id"], top[column], top["meetings"], top["coded_meetings"], strict=True
            )
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
                _(NOT_FOUND) if pd.isna(date) else f"{date:%Y-%m-%d}" for date in grid[code]
            ]
            for code in partners
        }
    )
    table.insert(0, _("Area"), [visit.shared.topics[topic] for topic in grid.index])
    st.subheader(_("When each area first came up with each partner"), anchor=False)
    parts.note(
        _(
            "First meeting of the selection that took it up; behind each partner its number of coded "
            "meetings. “{absence}” does not mean "
            "that it was not discussed: most pages were read only from their opening."
        ).format(absence=beginning(_(NOT_FOUND)))
    )
    parts.data_table(table, key="first-mentions", labels={column: column for column in table.columns})


def silent(visit: Visit) -> None:
    """Areas that have not come up for long."""
    table = silent_topics(visit.selected).head(10)
    st.subheader(_("Areas gone silent"), anchor=False)
    parts.note(
        _("Longest without a meeting that took them up, as of {date}; silent in the texts read.").format(
            date=written_date(visit.selected.as_of)
        )
    )
    shown = table[["label", "last_date", "days_silent", "meetings_since", "meetings"]]
    parts.data_table(
        shown,
        key="silent-areas",
        labels={
            "label": _("Area"),
            "last_date": _("Last came up"),
            "days_silent": _("Days since"),
            "meetings_since": _("Coded meetings since"),
            "meetings": _("Meetings in all"),
        },
    )


def together(visit: Visit) -> None:
    """Areas that come up at the same meetings."""
    pairs = cooccurrence(visit.selected).head(15)
    labels = visit.shared.topics
    st.subheader(_("Areas that come up together"), anchor=False)
    parts.note(_("Meetings that took up both, among those that took up one or both."))
    parts.data_table(
        pairs.assign(topic_a=pairs["topic_a"].map(labels), topic_b=pairs["topic_b"].map(labels)),
        key="areas-together",
        labels={
            "topic_a": _("Area"),
            "topic_b": _("and area"),
            "meetings": _("Both (meetings)"),
            "either": _("One or both (meetings)"),
        },
    )


def definitions(visit: Visit, frequency: pd.DataFrame) -> None:
    """The codebook where the areas are read, with how far two coders agreed on each."""
    fold = st.expander(_("What each area means"), key="definitions", on_change="rerun")
    if not fold.open:
        return
    with fold:
        areas = frequency.merge(visit.record.topics[["topic_id", "definition"]], on="topic_id")
        agreement = agreement_of_coders(visit.record)[["topic_id", "alpha"]]
        for row in rows(areas.merge(agreement, on="topic_id", how="left")):
            meaning = _("**{area}** ({theme}): {definition}").format(
                area=as_markdown(row.label), theme=row.theme, definition=as_markdown(row.definition)
            )
            agreed = _("Agreement of two coders: alpha {alpha:.2f}.").format(alpha=row.alpha)
            st.markdown(meaning if pd.isna(row.alpha) else f"{meaning} {agreed}")


visit = current()
parts.title(visit, _("Topics"), _("What do they talk about?"))
parts.stop_if_empty(visit)
if visit.selected.mentions.empty:
    st.info(_("None of these meetings has a coded cooperation area: not found in the texts read."))
else:
    by_share = parts.choice("measure", _("Measure"), {"share": _("Share"), "count": _("Count")}) == "share"
    areas = topic_frequency(visit.selected)
    ranked(visit, areas, share=by_share)
    definitions(visit, areas)
    matrices(visit, areas, share=by_share)
    firsts(visit, areas)
    silent(visit)
    together(visit)
