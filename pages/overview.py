"""Where does the network stand?"""

import streamlit as st

from twoplustwo.analysis.meetings import cadence, latest_meetings, meetings_by_partner_year
from twoplustwo.charts.meetings import partner_year_matrix
from twoplustwo.dashboard import parts, records
from twoplustwo.dashboard.visit import Visit, current
from twoplustwo.labels import FORMAT_LABELS, PARTNER_STATUS_LABELS, as_markdown, counted, written_date
from twoplustwo.record import rows


def headline(visit: Visit) -> None:
    """Four figures that answer the first questions."""
    selected = visit.selected
    partners = visit.record.partners.set_index("partner").loc[selected.meetings["partner"].unique()]
    status = partners["status"].map(PARTNER_STATUS_LABELS).str.lower().value_counts()
    last = latest_meetings(selected, 1).iloc[0]
    place = "video link" if last["mode"] == "virtual" else last["city"]
    agreements = visit.shared.select(visit.selection.any_year()).agreements
    figures = st.grid(min_column_width=200)
    with figures.container():
        parts.figure("Meetings", f"{len(selected.meetings):,}", "in this selection")
    with figures.container():
        parts.figure(
            "Partners met",
            str(len(partners)),
            ", ".join(f"{count} {name}" for name, count in status.items()),
        )
    with figures.container():
        parts.figure(
            "Latest meeting",
            written_date(last["date"]),
            f"{visit.shared.names[last['partner']]}, {place}",
        )
    with figures.container():
        parts.figure(
            "Agreements in force",
            str(int((agreements["status"] == "in_force").sum())),
            f"of {len(agreements)} on record, as of {written_date(visit.record.about.coverage_end)}",
        )


def matrix(visit: Visit) -> None:
    """Partner by year."""
    counts = meetings_by_partner_year(visit.selected)
    first = visit.first_year or visit.selected.meetings["date"].min().year
    last = visit.last_year
    per_partner = counts.groupby("partner")["meetings"].sum().sort_values(ascending=False)
    busiest = counts.groupby("year")["meetings"].sum()
    alt = (
        f"{counted(int(counts['meetings'].sum()), 'meeting')} from {first} to {last}: "
        + ", ".join(f"{visit.shared.names[code]} {number}" for code, number in per_partner.items())
        + f". Most in one year: {busiest.max()} in {busiest.idxmax()}."
    )
    parts.chart(
        visit,
        partner_year_matrix(counts, visit.shared.partners, visit.shared.names, range(first, last + 1)),
        key="partner-by-year",
        heading="Meetings per partner and year",
        reading="Partners in the order in which their series began, each with its number of meetings.",
        alt=alt,
        table=lambda: counts.assign(
            format=counts["format"].map(FORMAT_LABELS), partner=counts["partner"].map(visit.shared.names)
        ),
    )


def latest(visit: Visit) -> None:
    """The newest meetings, each a step to its record."""
    st.subheader("Latest meetings", anchor=False)
    for meeting in rows(latest_meetings(visit.selected, 6)):
        with st.container(gap=None):
            records.link_to(
                visit,
                meeting.meeting_id,
                f"**{written_date(meeting.date)}** · {as_markdown(visit.shared.names[meeting.partner])}"
                f" · {FORMAT_LABELS[meeting.format]}",
            )
            st.markdown(as_markdown(meeting.summary))


def overdue(visit: Visit) -> None:
    """Whose last meeting lies further back than the longest gap so far."""
    as_of = visit.series.as_of
    table = cadence(visit.series).sort_values("days_since_last", ascending=False)
    late = table[table["overdue"].fillna(value=False)]
    st.subheader("Overdue", anchor=False)
    reach = as_of == visit.record.about.coverage_end
    which = "day to which the sources reach" if reach else "end of the years selected"
    parts.note(
        f"As of {written_date(as_of)}, the {which}. "
        "Overdue: more days since the last meeting than the series' own longest gap."
    )
    if late.empty:
        st.markdown("No series in this selection is overdue.")
    status = visit.record.partners.set_index("partner")["status"].map(PARTNER_STATUS_LABELS)
    for row in rows(late):
        st.markdown(
            f"**{as_markdown(visit.shared.names[row.partner])}** · {FORMAT_LABELS[row.format]} · "
            f"{status[row.partner].lower()}  \n{row.days_since_last:,} days since {written_date(row.last)}; "
            f"longest gap so far {row.longest_days:,} days, over {counted(row.meetings, 'meeting')}"
        )
    single = table[table["longest_days"].isna()]
    if len(single):
        parts.note(
            "Met once only, so there is no gap to compare with: " + parts.names_of(visit, single["partner"])
        )


visit = current()
parts.title(visit, "Overview", "Where does the network of Japan's two-plus-two meetings stand?")
parts.stop_if_empty(visit)
headline(visit)
matrix(visit)
left, right = st.columns([3, 2], gap="large")
with left:
    latest(visit)
with right:
    overdue(visit)
