"""Where does the network stand?"""

import streamlit as st

from twoplustwo.analysis.meetings import cadence, latest_meetings, meetings_by_partner_year
from twoplustwo.charts.meetings import partner_year_matrix
from twoplustwo.dashboard import parts, records
from twoplustwo.dashboard.visit import Visit, current
from twoplustwo.labels import (
    FORMAT_LABELS,
    PARTNER_STATUS_LABELS,
    as_markdown,
    counted,
    joined,
    within,
    written_date,
    written_year,
    written_years,
)
from twoplustwo.language import _, ngettext
from twoplustwo.record import rows


def headline(visit: Visit) -> None:
    """Four figures that answer the first questions."""
    selected = visit.selected
    partners = visit.record.partners.set_index("partner").loc[selected.meetings["partner"].unique()]
    status = partners["status"].map(PARTNER_STATUS_LABELS).map(within).value_counts()
    last = latest_meetings(selected, 1).iloc[0]
    place = _("video link") if last["mode"] == "virtual" else last["city"]
    agreements = visit.shared.select(visit.selection.any_year()).agreements
    figures = st.grid(min_column_width=200)
    with figures.container():
        parts.figure(_("Meetings"), f"{len(selected.meetings):,}", _("in this selection"))
    with figures.container():
        parts.figure(
            _("Partners met"),
            str(len(partners)),
            joined(_("{number} {status}").format(number=n, status=name) for name, n in status.items()),
        )
    with figures.container():
        parts.figure(
            _("Latest meeting"),
            written_date(last["date"]),
            joined([visit.shared.names[last["partner"]], place]),
        )
    with figures.container():
        parts.figure(
            _("Agreements in force"),
            str(int((agreements["status"] == "in_force").sum())),
            _("of {number} on record, as of {date}").format(
                number=len(agreements), date=written_date(visit.record.about.coverage_end)
            ),
        )


def matrix(visit: Visit) -> None:
    """Partner by year."""
    counts = meetings_by_partner_year(visit.selected)
    first = visit.first_year or visit.selected.meetings["date"].min().year
    last = visit.last_year
    per_partner = counts.groupby("partner")["meetings"].sum().sort_values(ascending=False)
    busiest = counts.groupby("year")["meetings"].sum()
    total = int(counts["meetings"].sum())
    alt = ngettext(
        "{number} meeting from {years}: {partners}. Most in one year: {most} in {year}.",
        "{number} meetings from {years}: {partners}. Most in one year: {most} in {year}.",
        total,
    ).format(
        number=f"{total:,}",
        years=written_years(first, last),
        partners=joined(f"{visit.shared.names[code]} {number}" for code, number in per_partner.items()),
        most=busiest.max(),
        year=written_year(busiest.idxmax()),
    )
    parts.chart(
        visit,
        partner_year_matrix(counts, visit.shared.partners, visit.shared.names, range(first, last + 1)),
        key="partner-by-year",
        heading=_("Meetings per partner and year"),
        reading=_("Partners in the order in which their series began, each with its number of meetings."),
        alt=alt,
        table=lambda: counts.assign(
            format=counts["format"].map(FORMAT_LABELS), partner=counts["partner"].map(visit.shared.names)
        ),
    )


def latest(visit: Visit) -> None:
    """The newest meetings, each a step to its record."""
    st.subheader(_("Latest meetings"), anchor=False)
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
    st.subheader(_("Overdue"), anchor=False)
    reach = as_of == visit.record.about.coverage_end
    if reach:
        note = _(
            "As of {date}, the day to which the sources reach. "
            "Overdue: more days since the last meeting than the series' own longest gap."
        )
    else:
        note = _(
            "As of {date}, the end of the years selected. "
            "Overdue: more days since the last meeting than the series' own longest gap."
        )
    parts.note(note.format(date=written_date(as_of)))
    if late.empty:
        st.markdown(_("No series in this selection is overdue."))
    status = visit.record.partners.set_index("partner")["status"].map(PARTNER_STATUS_LABELS)
    for row in rows(late):
        gap = _("{days} days since {date}; longest gap so far {longest} days, over {meetings}").format(
            days=f"{row.days_since_last:,}",
            date=written_date(row.last),
            longest=f"{row.longest_days:,}",
            meetings=counted(row.meetings, "meeting"),
        )
        st.markdown(
            f"**{as_markdown(visit.shared.names[row.partner])}** · {FORMAT_LABELS[row.format]} · "
            f"{within(status[row.partner])}  \n{gap}"
        )
    single = table[table["longest_days"].isna()]
    if len(single):
        parts.note(
            _("Met once only, so there is no gap to compare with: {partners}").format(
                partners=parts.names_of(visit, single["partner"])
            )
        )


visit = current()
parts.title(visit, _("Overview"), _("Where does the network of Japan's two-plus-two meetings stand?"))
parts.stop_if_empty(visit)
headline(visit)
matrix(visit)
left, right = st.columns([3, 2], gap="large")
with left:
    latest(visit)
with right:
    overdue(visit)
