"""The record of one meeting, one agreement or one person, in full or in brief."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from twoplustwo.analysis.agreements import agreement_steps
from twoplustwo.analysis.meetings import (
    AREAS_OF_TYPE,
    DEPTHS,
    SOURCE_KINDS,
    agreements_near,
    meeting_sources,
    meetings_on,
    ministers,
    near_ids,
    neighbours,
    reading_depth,
    topic_changes,
)
from twoplustwo.analysis.people import counterparts_of, meetings_of, offices_of
from twoplustwo.dashboard import navigation, parts, report, share
from twoplustwo.dashboard.visit import Visit, set_option
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    BASIS_LABELS,
    EVENT_LABELS,
    FORMAT_LABELS,
    KIND_LABELS,
    NOT_FOUND,
    SEEN_LABELS,
    TYPE_LABELS,
    as_markdown,
    counted,
    written_date,
    written_dates,
)
from twoplustwo.record import Record, person_id, row, rows, split_ids

READ = {"full": "read in full", "opening": "only from the opening", "snippet": "only from a snippet"}
PLURALS = {"analysis": "analyses"}
PORTFOLIO_LABELS = {
    "leader": "Leader",
    "foreign": "Foreign affairs",
    "defence": "Defence",
    "economy": "Economy",
    "official": "Official",
}
OTHER_COUNTRIES = {"JPN": "Japan", "BEL": "Belgium"}
"""Countries that are no partner: Japan, and those where a meeting took place."""

MOST_ASKED = 4
"""Unknown ids of one link to which near ones are offered, as many as the notice names."""
ANCHOR = "record"
"""Where on a page the open record begins, for links such as ``#record``."""


def kind_of(record: Record, identifier: str) -> str:
    """What an id names: ``meeting``, ``agreement`` or ``person``. Raises KeyError if nothing."""
    for kind, labels in _labels(record).items():
        if identifier in labels:
            return kind
    raise KeyError(identifier)


def label(visit: Visit, identifier: str) -> str:
    """A record in one line, as Markdown. Raises KeyError for an unknown id."""
    return _labels(visit.record)[kind_of(visit.record, identifier)][identifier]


@lru_cache(maxsize=4)
def _labels(record: Record) -> dict[str, dict[str, str]]:
    """Kind -> id -> label, of all that has a record of its own. One record lives as long as the server."""
    partners = {code: as_markdown(record.name_of(code)) for code in record.partners["partner"]}
    numbers = record.meetings["ordinal"].map(lambda number: f", no. {number}", na_action="ignore").fillna("")
    return {
        "meeting": {
            meeting.meeting_id: f"{written_date(meeting.date)} · {partners[meeting.partner]} · "
            f"{FORMAT_LABELS[meeting.format]}{number}"
            for meeting, number in zip(rows(record.meetings), numbers, strict=True)
        },
        "agreement": {
            agreement.agreement_id: f"{partners[agreement.partner]} · {as_markdown(agreement.title)}"
            for agreement in rows(record.agreements)
        },
        "person": {person_id(name): as_markdown(name) for name in record.participants["name"].unique()},
    }


def country_name(record: Record, code: str) -> str:
    """Everyday name of a country; the code itself where none is known."""
    return OTHER_COUNTRIES.get(code) or record.name_of(code)


def place_of(record: Record, meeting: Any) -> str:
    """Where a meeting took place: city and country, or by video link. ``meeting`` is a row."""
    if meeting.mode == "virtual":
        return "by video link"
    places = [meeting.city, country_name(record, meeting.country) if pd.notna(meeting.country) else None]
    return ", ".join(place for place in places if pd.notna(place)) or "place not known"


def facts(visit: Visit, identifier: str) -> None:
    """The record of a meeting, an agreement or a person in full, with a way to close it."""
    kind = kind_of(visit.record, identifier)
    draw = {"meeting": meeting_facts, "agreement": agreement_facts, "person": person_facts}[kind]
    with st.container(border=True, key="facts"):
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Close", key="close_facts", on_click=set_option, args=("id",), icon=":material/close:")
        if identifier not in _selected_ids(visit, kind):
            parts.note(
                f"This {kind} is not among what the filters leave; it is shown because the link names it."
            )
        draw(visit, identifier)
        st.markdown("**Link to this record**")
        st.code(visit.record_address(identifier), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            if kind != "person":
                share.cite_record(visit, kind, identifier)
            said = visit.record.mentions[visit.record.mentions["meeting_id"] == identifier]["topic_id"]
            mentions = {f"{identifier}/{topic}": visit.shared.topics[topic] for topic in said}
            report.offer(visit, kind, identifier, mentions)


def brief_facts(visit: Visit, identifier: str) -> None:
    """What a meeting, an agreement or a person is, with the way to the full record."""
    kind = kind_of(visit.record, identifier)
    head = {"meeting": _meeting_head, "agreement": _agreement_head, "person": _person_head}[kind]
    with st.container(border=True, key="facts"):
        head(visit, identifier)
        link_to(visit, identifier, "Full record")
        st.button("Close", key="close_facts", on_click=set_option, args=("id",))


def link_to(visit: Visit, identifier: str, words: str) -> None:
    """A line that opens a record and keeps the filters. ``words`` is Markdown."""
    navigation.link("meetings", [*visit.selection.pairs(), ("id", identifier)], words)


def address_of(visit: Visit, identifier: str) -> str:
    """The address of a record with the filters, relative to any page, for a link within Markdown.

    Streamlit opens such a link in a new tab, which restores everything from the address.
    """
    return "meetings?" + urlencode([*visit.selection.pairs(), ("id", identifier)])


def links(visit: Visit, ids: Iterable[str], *, key: str) -> None:
    """Records as a list of links."""
    with st.container(key=f"links_{key}", gap="xsmall"):
        for identifier in ids:
            link_to(visit, identifier, label(visit, identifier))


def offer_near(visit: Visit) -> None:
    """Where the link named an id that is not on record, links to those that may have been meant."""
    asked = [problem.value for problem in visit.problems if problem.parameter == "id"][:MOST_ASKED]
    if not asked:
        return
    near = dict.fromkeys(identifier for value in asked for identifier in near_ids(visit.record, value))
    if not near:
        st.markdown(
            "No id on record is near the one in the link. "
            "The tables below list the meetings and the people that the filters leave."
        )
        return
    st.markdown("Near the id in the link:")
    links(visit, near, key="near")


def sources_list(visit: Visit, ids: Iterable[str]) -> str:
    """Sources as Markdown list items that open the page."""
    lines = []
    for identifier in ids:
        source = row(visit.record.sources, "source_id", identifier)
        dated = "" if pd.isna(source.date) else f", {_published(source.date)}"
        lines.append(
            f"- {_source_link(visit.record, identifier)}, "
            f"{as_markdown(source.publisher)}{dated} ({SEEN_LABELS[source.seen]})"
        )
    return "\n".join(lines)


def _published(date: str) -> str:
    """The date of a source, which is as exact as its text: year, month or day."""
    return written_date(pd.Timestamp(date), {4: "year", 7: "month"}.get(len(date), "day"))


# --- a meeting --------------------------------------------------------------------------------


def meeting_facts(visit: Visit, meeting_id: str) -> None:
    """The record of one meeting, from the whole record."""
    meeting = row(visit.record.meetings, "meeting_id", meeting_id)
    _meeting_head(visit, meeting_id)
    _series(visit, meeting_id)
    left, right = st.columns(2, gap="large")
    with left:
        _who(visit, meeting)
    with right:
        st.subheader("Document", anchor=False)
        has_document = pd.notna(meeting.outcome_document)
        st.markdown(as_markdown(meeting.outcome_document) if has_document else f"{NOT_FOUND.capitalize()}.")
        _agreements_around(visit, meeting)
    _areas(visit, meeting_id)
    _reading(visit, meeting)
    _versions(meeting_id, meeting)


def _meeting_head(visit: Visit, meeting_id: str) -> None:
    meeting = row(visit.record.meetings, "meeting_id", meeting_id)
    number = (
        "" if pd.isna(meeting.ordinal) else f" · no. {meeting.ordinal} of its series, as the sources count"
    )
    st.header(as_markdown(meeting.name), anchor=ANCHOR)
    place = as_markdown(place_of(visit.record, meeting))
    st.markdown(f"**{written_dates(meeting.date, meeting.end_date)} · {place}**")
    parts.note(
        f"{as_markdown(visit.shared.names[meeting.partner])} · {FORMAT_LABELS[meeting.format]}{number}"
    )
    st.markdown(as_markdown(meeting.summary))


def _series(visit: Visit, meeting_id: str) -> None:
    previous, following = neighbours(visit.record, meeting_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        for word, identifier in (("Previous", previous), ("Next", following)):
            if identifier is None:
                edge = "first" if word == "Previous" else "last"
                st.markdown(f"This is the {edge} of its series on record.", width="content")
            else:
                link_to(visit, identifier, f"{word}: {label(visit, identifier)}")


def _who(visit: Visit, meeting: Any) -> None:
    people = ministers(visit.record, meeting.meeting_id)
    st.subheader("Who", anchor=False)
    if people.empty:
        st.markdown(f"Participants {NOT_FOUND}.")
    for country, side in people.groupby("country", sort=False):
        st.markdown(f"**{as_markdown(country_name(visit.record, str(country)))}**")
        with st.container(gap="xsmall"):
            for person in rows(side):
                link_to(
                    visit, person_id(person.name), f"{as_markdown(person.name)}, {as_markdown(person.title)}"
                )


def _agreements_around(visit: Visit, meeting: Any) -> None:
    st.subheader("Agreements within a year", anchor=False)
    steps = agreements_near(visit.record, meeting.meeting_id)
    parts.note("With this partner, signed or in force within 365 days before or after.")
    if steps.empty:
        st.markdown("None on record.")
    with st.container(gap="xsmall"):
        for step in rows(steps):
            away = "" if pd.isna(step.days) else f" ({_distance(step.days)})"
            when = f"{written_date(step.date, step.precision)}{away}"
            link_to(
                visit,
                step.agreement_id,
                f"{when}: {EVENT_LABELS[step.event].lower()}, {as_markdown(step.title)}",
            )


def _distance(days: int) -> str:
    if days == 0:
        return "the same day"
    return f"{counted(abs(days), 'day')} {'before' if days < 0 else 'after'}"


def _areas(visit: Visit, meeting_id: str) -> None:
    """Each cooperation area with its note and source, by what has become of it since last time."""
    record = visit.record
    changes = topic_changes(record, meeting_id)
    previous, _ = neighbours(record, meeting_id)
    counts = changes["change"].value_counts()
    new, kept, dropped = (int(counts.get(change, 0)) for change in ("new", "kept", "dropped"))
    st.subheader("Cooperation areas", anchor=False)
    if previous is None:
        parts.note(
            f"{counted(new, 'area')} coded. No earlier meeting of the series is on record to compare with."
        )
        _area_lines(visit, meeting_id, changes["topic_id"])
        return
    last = written_date(row(record.meetings, "meeting_id", previous).date)
    parts.note(
        f"{counted(new + kept, 'area')} coded. Against the previous meeting of the series, {last}: "
        f"{new} new, {kept} kept, {dropped} dropped."
    )
    headings = {
        "new": f"New against {last}",
        "kept": "Kept",
        "dropped": f"Dropped: at the meeting of {last}, for this one {NOT_FOUND}",
    }
    for change, heading in headings.items():
        topics = changes.loc[changes["change"] == change, "topic_id"]
        if len(topics):
            st.markdown(f"**{heading} ({len(topics)})**")
            _area_lines(visit, previous if change == "dropped" else meeting_id, topics)


def _area_lines(visit: Visit, meeting_id: str, topics: pd.Series) -> None:
    record = visit.record
    mentions = record.mentions[record.mentions["meeting_id"] == meeting_id]
    definitions = record.topics.set_index("topic_id")["definition"]
    if topics.empty:
        st.markdown(f"Cooperation areas {NOT_FOUND}.")
    with st.container(gap="xsmall"):
        for topic in topics:
            mention = row(mentions, "topic_id", topic)
            source = row(record.sources, "source_id", mention.source_id)
            shown_by = f"{BASIS_LABELS[mention.basis]}, {as_markdown(source.publisher)}"
            st.markdown(
                f"**{as_markdown(visit.shared.topics[topic])}** · {as_markdown(mention.note)} "
                f"([{shown_by}]({_safe_address(source.url)}))",
                help=as_markdown(definitions[topic]),
            )


def _reading(visit: Visit, meeting: Any) -> None:
    """How much of the text was read, and the sources."""
    st.subheader("What was read", anchor=False)
    depth = next(rows(reading_depth(visit.record, [meeting.meeting_id])))
    read = [f"{getattr(depth, seen)} {READ[seen]}" for seen in DEPTHS if getattr(depth, seen)]
    kinds = [
        counted(getattr(depth, kind), KIND_LABELS[kind].lower(), PLURALS.get(kind))
        for kind in SOURCE_KINDS
        if getattr(depth, kind)
    ]
    st.markdown(f"{counted(depth.sources, 'source')}: {', '.join(read)}. Kinds: {', '.join(kinds)}.")
    st.markdown(sources_list(visit, meeting_sources(visit.record, [meeting.meeting_id])["source_id"]))


# --- an agreement -----------------------------------------------------------------------------


def agreement_facts(visit: Visit, agreement_id: str) -> None:
    """The record of one agreement, from the whole record."""
    record = visit.record
    agreement = row(record.agreements, "agreement_id", agreement_id)
    _agreement_head(visit, agreement_id)
    st.subheader("Steps", anchor=False)
    steps = agreement_steps(record)
    steps = steps[steps["agreement_id"] == agreement_id].sort_values(["period_end", "date"], kind="stable")
    st.markdown(
        "\n".join(
            f"- **{written_date(step.date, step.precision)}** {EVENT_LABELS[step.event].lower()} "
            f"({_known_to(step.precision)}{_source_link(record, step.source_id)})"
            for step in rows(steps)
        )
        or f"Dated steps {NOT_FOUND}."
    )
    _meetings_on(visit, agreement)
    st.subheader("Sources", anchor=False)
    st.markdown(sources_list(visit, split_ids(agreement.source_ids)))
    _versions(agreement_id, agreement)


def _known_to(precision: str) -> str:
    return "" if precision == "day" else f"known to the {precision}; "


def _agreement_head(visit: Visit, agreement_id: str) -> None:
    agreement = row(visit.record.agreements, "agreement_id", agreement_id)
    st.header(as_markdown(agreement.title), anchor=ANCHOR)
    as_of = written_date(visit.record.about.coverage_end)
    st.markdown(f"**{AGREEMENT_STATUS_LABELS[agreement.status]}** as of {as_of}")
    parts.note(f"{as_markdown(visit.shared.names[agreement.partner])} · {TYPE_LABELS[agreement.type]}")
    st.markdown(as_markdown(agreement.summary))


def _meetings_on(visit: Visit, agreement: Any) -> None:
    areas = AREAS_OF_TYPE.get(agreement.type)
    if not areas:
        return
    found = meetings_on(visit.record, agreement.agreement_id)
    names = " or ".join(visit.shared.topics[area] for area in areas if area in visit.shared.topics)
    st.subheader("Meetings on this area", anchor=False)
    parts.note(
        f"Meetings with this partner, of any format, that took up {as_markdown(names)}: "
        f"{counted(found['meeting_id'].nunique(), 'meeting')} in the texts read."
    )
    for meeting_id, mentions in found.groupby("meeting_id", sort=False):
        with st.container(gap="xsmall"):
            link_to(visit, str(meeting_id), label(visit, str(meeting_id)))
            st.markdown(" ".join(f"{as_markdown(mention.note)}." for mention in rows(mentions)))


# --- a person ---------------------------------------------------------------------------------


def person_facts(visit: Visit, identifier: str) -> None:
    """The record of one person: meetings, offices, counterparts, from the whole record."""
    record = visit.record
    _person_head(visit, identifier)
    st.subheader("Offices", anchor=False)
    parts.note(
        "As seen at the meetings on record, with the dates of the first and the last of them: "
        "not terms of office."
    )
    st.markdown(
        "\n".join(
            f"- **{PORTFOLIO_LABELS[office.portfolio]}**, for "
            f"{as_markdown(country_name(record, office.country))}: {counted(office.meetings, 'meeting')}, "
            f"{_span(office)}. "
            f"In the sources: {as_markdown(office.titles)}."
            for office in rows(offices_of(record, identifier))
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Meetings", anchor=False)
        with st.container(gap="xsmall"):
            for seat in rows(meetings_of(record, identifier)):
                held = as_markdown(seat.title)
                link_to(visit, seat.meeting_id, f"{label(visit, seat.meeting_id)} · {held}")
    with right:
        st.subheader("Met", anchor=False)
        across = counterparts_of(record, identifier)
        parts.note(
            f"{counted(len(across), 'person', 'persons')} who sat for the other side at these meetings."
        )
        with st.container(gap="xsmall"):
            for other in rows(across):
                side = ", ".join(country_name(record, code) for code in other.countries.split("; "))
                who = f"{as_markdown(other.name)}, {as_markdown(side)}"
                link_to(visit, other.person_id, f"{who} · {counted(other.meetings, 'meeting')}")
    parts.note(f"Record {as_markdown(identifier)}, data version {record.about.version}.")


def _person_head(visit: Visit, identifier: str) -> None:
    record = visit.record
    seats = meetings_of(record, identifier)
    countries = ", ".join(country_name(record, code) for code in seats["country"].unique())
    st.header(label(visit, identifier), anchor=ANCHOR)
    st.markdown(f"**{as_markdown(countries)}**")
    first, last = seats["date"].min(), seats["date"].max()
    parts.note(
        f"{counted(len(seats), 'meeting')} on record, of any format, "
        f"{_span(pd.Series({'first': first, 'last': last}))}."
    )


def _span(dates: Any) -> str:
    """First and last day, of anything that has both."""
    if dates.first == dates.last:
        return f"on {written_date(dates.first)}"
    return f"the first on {written_date(dates.first)}, the last on {written_date(dates.last)}"


# --- pieces -----------------------------------------------------------------------------------


def _selected_ids(visit: Visit, kind: str) -> set[str]:
    selected = visit.selected
    if kind == "person":
        return set(selected.participants["name"].map(person_id))
    return set(selected.meetings["meeting_id"] if kind == "meeting" else selected.agreements["agreement_id"])


def _source_link(record: Record, source_id: str) -> str:
    source = row(record.sources, "source_id", source_id)
    return f"[{as_markdown(source.title)}]({_safe_address(source.url)})"


def _safe_address(url: str) -> str:
    # The check admits http and https only; other signs, such as brackets, would end the Markdown link early.
    return quote(url, safe="%:/?#@!$&'*+,;=~")


def _versions(identifier: str, versioned: Any) -> None:
    revised = "" if pd.isna(versioned.version_revised) else f", last revised in {versioned.version_revised}"
    parts.note(
        f"Record {as_markdown(identifier)}: in the data since version {versioned.version_added}{revised}."
    )
