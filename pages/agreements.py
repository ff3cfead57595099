"""What is signed and in force?"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from twoplustwo.analysis.agreements import (
    LADDER,
    SPANS,
    STATUS_RANK,
    TYPES,
    agreement_steps,
    duration_summary,
    durations,
    ladder,
    open_agreements,
    stages,
    status_steps,
    whole_lives,
)
from twoplustwo.charts.agreements import lives, spread
from twoplustwo.dashboard import parts, records
from twoplustwo.dashboard.visit import Visit, current, option_key, set_option, touched
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    EVENT_LABELS,
    NOT_FOUND,
    PRECISION_LABELS,
    SEMICOLON,
    STATUS_SIGNS,
    TYPE_LABELS,
    as_markdown,
    counted,
    in_sequence,
    joined,
    standing,
    within,
    written_date,
    written_days,
    written_list,
    written_year,
)
from twoplustwo.language import Labels, _, marked, ngettext, speaking
from twoplustwo.record import rows
from twoplustwo.selection import MAIN_FORMAT

LIVES = "agreement-lives"
AND_ON = marked(" and on ")
REST = [kind for kind in TYPES if kind not in LADDER]
SPAN_TITLES = Labels(
    {
        "talks_to_signature": marked("From talks to signature"),
        "signature_to_force": marked("From signature to entry into force"),
        "first_meeting_to_signature": marked("From the first ministerial 2+2 to signature"),
    }
)
SPAN_NOTES = Labels(
    {
        "talks_to_signature": marked(
            "From the day on which talks were launched, or where that was not found in the texts read "
            "from the proposal."
        ),
        "signature_to_force": marked("Not yet: it stands at signed or before."),
        "first_meeting_to_signature": marked(
            "Negative: the agreement came first. Not yet: it is not signed, "
            "or there is no ministerial 2+2 with that partner."
        ),
    }
)
STATE_LABELS = Labels(
    {"known": marked("known"), "not_yet": marked("not yet"), "not_known": marked("not known")}
)
OPEN_HEADINGS = Labels(
    {
        "announced": marked("Announced: {number}"),
        "signed": marked("Signed, no entry into force found: {number}"),
    }
)


def choose() -> None:
    """Open the record of the mark that was chosen; choosing none keeps the one that is open."""
    points = st.session_state[LIVES]["selection"]["points"]
    if points and points[0].get("customdata"):
        identifier = points[0]["customdata"]
        set_option("id", identifier if isinstance(identifier, str) else identifier[0])
        with speaking(current().view.language):  # a callback comes before the script, which sets it
            st.toast(_("[Opened below the chart](#opened)"))


def show_all_types() -> None:
    """Set the control for types to all of them."""
    st.session_state[option_key("types")] = "all"
    touched()


def scope(visit: Visit) -> None:
    """Which filters hold here, and for which date."""
    chosen = visit.selection
    number = len(visit.selected.agreements)
    told = ngettext(
        "{number} agreement with a dated step in the years selected, {all} on record. "
        "Status as of {date}, whatever years are selected.",
        "{number} agreements with a dated step in the years selected, {all} on record. "
        "Status as of {date}, whatever years are selected.",
        number,
    )
    st.markdown(
        told.format(
            number=f"{number:,}",
            all=len(visit.record.agreements),
            date=written_date(visit.record.about.coverage_end),
        )
    )
    idle = {
        _("meeting format"): chosen.formats != (MAIN_FORMAT,),
        _("cooperation area"): bool(chosen.topics),
        _("evidence"): bool(chosen.bases),
    }
    if any(idle.values()):
        which = joined((name for name, is_set in idle.items() if is_set), AND_ON)
        parts.note(_("Set, but without effect on agreements: the filter on {filters}.").format(filters=which))


def matrix(visit: Visit) -> None:
    """Partner by type: how far each got with the four legal agreements; the rest behind."""
    st.subheader(_("Legal agreements of each partner"), anchor=False)
    parts.note(
        _(
            "● in force · ◐ signed · ◌ under negotiation or announced · ✕ superseded or ended · "
            "○ none found in the texts read. The furthest of each kind, the newest of those; each "
            "opens its record. Years and text do not filter this table."
        )
    )
    rungs = of_partners(visit, ladder(visit.record))
    partners = visit.lanes(set(rungs["partner"]))
    cells = {(cell.partner, cell.type): rung(visit, cell) for cell in rows(rungs)}
    st.table(
        pd.DataFrame(
            {TYPE_LABELS[kind]: [cells[code, kind] for code in partners] for kind in LADDER},
            index=[as_markdown(visit.shared.names[code]) for code in partners],
        ),
        width="content",
    )
    steps = of_partners(visit, status_steps(visit.record))
    parts.numbers(visit, lambda: agreement_table(visit, steps), key="agreement-matrix", labels=STATUS_COLUMNS)
    others = steps[steps["type"].isin(REST)]
    heading = _("Other types: {agreements}").format(agreements=counted(len(others), "agreement"))
    fold = st.expander(heading, key="other-types", on_change="rerun")
    if not fold.open:
        return
    with fold:
        with_any = visit.lanes(set(others["partner"]))
        if not with_any:
            st.markdown(_("○ none found in the texts read"))
            return
        st.table(
            pd.DataFrame(
                {
                    TYPE_LABELS[kind]: [
                        several(others[(others["partner"] == code) & (others["type"] == kind)])
                        for code in with_any
                    ]
                    for kind in REST
                },
                index=[as_markdown(visit.shared.names[code]) for code in with_any],
            ),
            width="content",
        )
        without = [visit.shared.names[code] for code in partners if code not in with_any]
        if without:
            parts.note(
                _("None found in the texts read: {partners}.").format(partners=as_markdown(joined(without)))
            )


def of_partners(visit: Visit, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the partners selected."""
    chosen = visit.selection.partners
    return table[table["partner"].isin(chosen)] if chosen else table


STATUS_COLUMNS = Labels(
    {
        "agreement_id": marked("Id"),
        "step": marked("Dated by"),
        "known_to_the": marked("Date known to the"),
    }
)


def rung(visit: Visit, cell: object) -> str:
    """One cell of the matrix: sign, words and year, opening the record."""
    words = standing(cell.status, cell.event, cell.date, "year")
    if pd.isna(cell.status):
        return words
    return f"[{words}]({visit.record_address(cell.agreement_id)})"


def several(agreements: pd.DataFrame) -> str:
    """All agreements of a partner and type in one cell: how many stand where, and their years."""
    if agreements.empty:
        return _("○ none found")
    said = []
    for status in STATUS_RANK:
        there = agreements[agreements["status"] == status]
        if there.empty:
            continue
        years = [written_year(year) for year in sorted({date.year for date in there["date"].dropna()})]
        words = _("{sign} {number} {status} ({years})") if years else _("{sign} {number} {status}")
        said.append(
            words.format(
                sign=STATUS_SIGNS[status],
                number=len(there),
                status=within(AGREEMENT_STATUS_LABELS[status]),
                years=written_list(years, 4),
            )
        )
    return " · ".join(said)


def agreement_table(visit: Visit, steps: pd.DataFrame) -> pd.DataFrame:
    """Agreements with status and the step that dates it, as readers see them."""
    return pd.DataFrame(
        {
            "partner": steps["partner"].map(visit.shared.names),
            "type": steps["type"].map(TYPE_LABELS),
            "agreement": steps["title"],
            "status": steps["status"].map(AGREEMENT_STATUS_LABELS),
            "step": steps["event"].map(EVENT_LABELS),
            "date": steps["date"],
            "known_to_the": steps["precision"].map(PRECISION_LABELS),
            "agreement_id": steps["agreement_id"],
        }
    )


def on_the_way(visit: Visit, kinds: list[str]) -> None:
    """What is negotiated, announced or signed without force, and for how long."""
    table = whole_lives(open_agreements(visit.record), visit.shared.select(visit.selection.any_year()), kinds)
    as_of = written_date(visit.record.as_of)
    st.subheader(_("Open negotiations"), anchor=False)
    parts.note(_("Days up to {date}, whatever years are selected.").format(date=as_of))
    negotiating = table[table["status"] == "negotiating"]
    if negotiating.empty:
        st.markdown(_("None found in the texts read."))
    else:
        st.markdown(
            "\n".join(
                _("- **{partner}**, [{type}]({address}): {running}").format(
                    partner=as_markdown(visit.shared.names[line.partner]),
                    type=within(TYPE_LABELS[line.type]),
                    address=visit.record_address(line.agreement_id),
                    running=running(line),
                )
                for line in rows(negotiating)
            )
        )
    for status, heading in OPEN_HEADINGS.items():
        there = table[table["status"] == status]
        st.markdown(f"**{heading.format(number=len(there))}**")
        if len(there):
            parts.data_table(
                pd.DataFrame(
                    {
                        "partner": there["partner"].map(visit.shared.names),
                        "type": there["type"].map(TYPE_LABELS),
                        "since": [since(line) for line in rows(there)],
                        "days": [days(line) for line in rows(there)],
                        "agreement": there["title"],
                    }
                ),
                key=f"open-{status}",
                labels={"days": _("Days up to {date}").format(date=as_of)},
            )
    if "other" in kinds:
        parts.note(
            _(
                "A political declaration or a memorandum may never enter into force in the legal sense: "
                "standing here for long does not mean that it failed."
            )
        )
    parts.numbers(
        visit,
        lambda: agreement_table(visit, table).assign(
            days_at_least=table["shortest_days"], days_at_most=table["longest_days"]
        ),
        key="open-agreements",
        labels=STATUS_COLUMNS,
    )


def since(line: object) -> str:
    """The step from which days are counted, with its date."""
    if pd.isna(line.event):
        return _(NOT_FOUND)
    return f"{EVENT_LABELS[line.event]} {written_date(line.date, line.precision)}"


def days(line: object) -> str:
    """How long it has stood there."""
    return "" if pd.isna(line.longest_days) else written_days(line.shortest_days, line.longest_days)


def running(line: object) -> str:
    """How long talks have run, and since which step."""
    if pd.isna(line.event):
        return _("since when was not found in the texts read")
    return _("**{days}** since {step}, {date}").format(
        days=days(line),
        step=within(EVENT_LABELS[line.event]),
        date=written_date(line.date, line.precision),
    )


def axis(visit: Visit, steps: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of the axis: the years selected, as far back as there are steps."""
    first = max(visit.selection.from_year or 0, steps["date"].min().year)
    last = visit.selection.to_year or visit.shared.vocabulary.last_year
    return pd.Timestamp(first, 1, 1), pd.Timestamp(max(first, last), 12, 31)


def life_chart(visit: Visit, kinds: list[str]) -> None:
    """The life of each agreement on a time axis, and the record of the one that was chosen."""
    steps, agreements, bars = (
        whole_lives(tell(visit.record), visit.selected, kinds)
        for tell in (agreement_steps, status_steps, stages)
    )
    start, end = axis(visit, steps)
    partners = visit.lanes(set(agreements["partner"]))
    chosen = next(iter(visit.view.option("id")), None)
    outside = int(((steps["period_end"] < start) | (steps["date"] > end)).sum())
    reading = _(
        "Each row a life from first to last dated step; the bar runs on to "
        "{date} where the status does. A date known only to the month or year "
        "is a bracket over that period. Choose a mark to read about it below the chart."
    ).format(date=written_date(visit.record.as_of))
    if outside:
        told = _("{steps} outside the years selected: in the table.")
        reading = in_sequence([reading, told.format(steps=counted(outside, "step"))])
    statuses = agreements["status"].value_counts()
    parts.chart(
        visit,
        lives(agreements, steps, bars, partners, visit.shared.names, span=(start, end), chosen=chosen),
        key=LIVES,
        heading=_("Life of each agreement"),
        reading=reading,
        alt=_("Lives of {agreements} with {partners}, {first} to {last}: {statuses}.").format(
            agreements=counted(len(agreements), "agreement"),
            partners=counted(len(partners), "partner"),
            first=written_year(start.year),
            last=written_year(end.year),
            statuses=joined(
                _("{number} {status}").format(
                    number=statuses[status], status=within(AGREEMENT_STATUS_LABELS[status])
                )
                for status in STATUS_RANK
                if status in statuses
            ),
        ),
        table=lambda: pd.DataFrame(
            {
                "date": steps["date"],
                "known_to_the": steps["precision"].map(PRECISION_LABELS),
                "latest_possible": steps["period_end"],
                "step": steps["event"].map(EVENT_LABELS),
                "partner": steps["partner"].map(visit.shared.names),
                "type": steps["type"].map(TYPE_LABELS),
                "agreement": steps["title"],
                "status": steps["status"].map(AGREEMENT_STATUS_LABELS),
                "agreement_id": steps["agreement_id"],
            }
        ),
        labels={"agreement_id": _("Id")},
        on_select=choose,
    )


def how_long(visit: Visit, kinds: list[str]) -> None:
    """Durations by type, each agreement behind, and by partner."""
    table = whole_lives(durations(visit.record), visit.selected, kinds)
    by_type = duration_summary(table, "type")
    st.header(_("How long it took"), anchor=False)
    parts.note(
        _(
            "In days. Where a date is known only to the month or year, the duration is a range from the "
            "shortest to the longest possible, and its midpoint counts in the median; a range does not go "
            "below 0 days where one step must follow the other. The agreements are those with a step in the "
            "years selected; all their dates count."
        )
    )
    names = visit.shared.names
    for span in SPANS:
        its = table[table["span"] == span]
        summary = by_type[by_type["span"] == span]
        summary = summary.sort_values("type", key=lambda kinds: kinds.map(TYPES.index), kind="stable")
        parts.chart(
            visit,
            spread(
                its, summary, names, zero=_("first 2+2") if span == "first_meeting_to_signature" else None
            ),
            key=f"duration-{span.replace('_', '-')}",
            heading=SPAN_TITLES[span],
            reading=SPAN_NOTES[span],
            alt=joined((in_short(line) for line in rows(summary)), SEMICOLON),
            table=partial(duration_table, visit, its),
            labels={"agreement_id": _("Id")},
        )
    by_partner = duration_summary(table, "partner")
    by_partner = by_partner.assign(order=by_partner["partner"].map(visit.shared.partners.index))
    by_partner = by_partner.sort_values(["span", "order"], key=span_order, kind="stable")
    st.subheader(_("By partner"), anchor=False)
    parts.note(
        _("Median and range in days; counts of agreements whose duration is known, not yet or not known.")
    )
    parts.data_table(
        pd.DataFrame(
            {
                "partner": by_partner["partner"].map(names),
                "span": by_partner["span"].map(SPAN_TITLES),
                "median": by_partner["median_days"].round().astype("Int64"),
                "shortest": by_partner["shortest_days"],
                "longest": by_partner["longest_days"],
                "known": by_partner["known"],
                "not_yet": by_partner["not_yet"],
                "not_known": by_partner["not_known"],
            }
        ),
        key="durations-by-partner",
        labels={
            "median": _("Median (days)"),
            "shortest": _("Shortest (days)"),
            "longest": _("Longest (days)"),
        },
    )


def in_short(line: Any) -> str:
    """How long agreements of a type took, in a line."""
    known = line.known
    words = (
        _("{type}: median {median}, {known} known, {not_yet} not yet, {not_known} not known")
        if known
        else _("{type}: {known} known, {not_yet} not yet, {not_known} not known")
    )
    return words.format(
        type=TYPE_LABELS[line.type],
        median=written_days(round(line.median_days), round(line.median_days)) if known else "",
        known=known,
        not_yet=line.not_yet,
        not_known=line.not_known,
    )


def span_order(column: pd.Series) -> pd.Series:
    """Spans in the order of the page; other columns as they are."""
    return column.map(list(SPANS).index) if column.name == "span" else column


def duration_table(visit: Visit, table: pd.DataFrame) -> pd.DataFrame:
    """One span of each agreement, as readers see it."""
    return pd.DataFrame(
        {
            "partner": table["partner"].map(visit.shared.names),
            "type": table["type"].map(TYPE_LABELS),
            "agreement": table["title"],
            "begins_with": table["begins_with"].map(
                {**EVENT_LABELS, "first_meeting": _("First ministerial 2+2")}
            ),
            "start": table["start"],
            "start_known_to_the": table["start_precision"].map(PRECISION_LABELS),
            "end": table["end"],
            "end_known_to_the": table["end_precision"].map(PRECISION_LABELS),
            "days_at_least": table["shortest_days"],
            "days_at_most": table["longest_days"],
            "state": table["state"].map(STATE_LABELS),
            "agreement_id": table["agreement_id"],
        }
    )


visit = current()
parts.title(visit, _("Agreements"), _("What is signed and in force?"))
scope(visit)
opened = visit.view.option("id")
for identifier in opened:
    st.markdown(_("Opened further down: [{record}](#opened)").format(record=records.label(visit, identifier)))
matrix(visit)
chosen_types = parts.choice(
    "types", _("Types shown below"), {"legal": _("The four legal ones"), "all": _("All types")}
)
kinds = list(LADDER if chosen_types == "legal" else TYPES)
on_the_way(visit, kinds)
there = visit.selected.agreements["type"].isin(kinds).any()
if there:
    life_chart(visit, kinds)
for identifier in opened:
    st.subheader(_("Opened record"), anchor="opened")
    records.brief_facts(visit, identifier)
if there:
    how_long(visit, kinds)
elif visit.selected.agreements.empty:
    parts.say_empty(visit, "agreements")
else:
    st.info(
        _("None of the four legal types has a step in this selection; other types have."),
        icon=":material/filter_alt:",
    )
    st.button(_("Show all types"), on_click=show_all_types)
