"""The record of one meeting, one agreement or one person, in full or in brief."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from twoplustwo.analysis.agreements import agreement_steps
from twoplustwo.analysis.evidence import of_row
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
from twoplustwo.analysis.people import counterparts_of, meetings_of
from twoplustwo.analysis.tenure import tenures
from twoplustwo.dashboard import navigation, parts, report, share
from twoplustwo.dashboard.visit import Visit, set_option
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    BASIS_LABELS,
    EVENT_LABELS,
    FORMAT_LABELS,
    OR,
    RELIABILITY_LABELS,
    SEEN_LABELS,
    TYPE_LABELS,
    as_markdown,
    counted,
    joined,
    people_names,
    within,
    written_date,
    written_dates,
)
from twoplustwo.language import Labels, _, marked, ngettext, nmarked
from twoplustwo.record import Record, person_id, row, rows, split_ids
from twoplustwo.selection import Pairs, View

READ = Labels(
    {
        "full": marked("{number} read in full"),
        "opening": marked("{number} only from the opening"),
        "snippet": marked("{number} only from a snippet"),
    }
)
KINDS = {
    "joint_statement": nmarked("{number} joint statement", "{number} joint statements"),
    "official_readout": nmarked("{number} official readout", "{number} official readouts"),
    "official_reference": nmarked("{number} official reference page", "{number} official reference pages"),
    "treaty_page": nmarked("{number} treaty text", "{number} treaty texts"),
    "news": nmarked("{number} news report", "{number} news reports"),
    "analysis": nmarked("{number} analysis", "{number} analyses"),
}
NOT_SELECTED = Labels(
    {
        "meeting": marked(
            "This meeting is not among what the filters leave; it is shown because the link names it."
        ),
        "agreement": marked(
            "This agreement is not among what the filters leave; it is shown because the link names it."
        ),
        "person": marked(
            "This person is not among what the filters leave; it is shown because the link names it."
        ),
    }
)
STEPS = Labels(
    {
        "day": marked("- **{date}** {step} ({source}; {evidence})"),
        "month": marked("- **{date}** {step} (known to the month; {source}; {evidence})"),
        "year": marked("- **{date}** {step} (known to the year; {source}; {evidence})"),
    }
)
OTHER_COUNTRIES = Labels({"JPN": marked("Japan"), "BEL": marked("Belgium")})
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
    """Kind -> id -> label, of all that has a record of its own. One record lives as long as the server.

    In the language of the run, which is that of the record's own labels.
    """
    partners = {code: as_markdown(record.name_of(code)) for code in record.partners["partner"]}
    people = people_names(record)
    return {
        "meeting": {
            meeting.meeting_id: f"{written_date(meeting.date)} · {partners[meeting.partner]} · "
            + _numbered(FORMAT_LABELS[meeting.format], meeting.ordinal)
            for meeting in rows(record.meetings)
        },
        "agreement": {
            agreement.agreement_id: f"{partners[agreement.partner]} · {as_markdown(agreement.title)}"
            for agreement in rows(record.agreements)
        },
        "person": {
            person_id(name): as_markdown(people[name]) for name in record.participants["name"].unique()
        },
    }


def _numbered(words: str, ordinal: Any) -> str:
    """With the number of the meeting in its series, where it has one."""
    return words if pd.isna(ordinal) else _("{meeting}, no. {number}").format(meeting=words, number=ordinal)


def country_name(record: Record, code: str) -> str:
    """Everyday name of a country; the code itself where none is known."""
    return OTHER_COUNTRIES.get(code) or record.name_of(code)


def place_of(record: Record, meeting: Any) -> str:
    """Where a meeting took place: city and country, or by video link. ``meeting`` is a row."""
    if meeting.mode == "virtual":
        return _("by video link")
    if pd.isna(meeting.country):
        return _("place not known")
    country = country_name(record, meeting.country)
    if pd.isna(meeting.city):
        return country
    return _("{city}, {country}").format(city=meeting.city, country=country)


def facts(visit: Visit, identifier: str) -> None:
    """The record of a meeting, an agreement or a person in full, with a way to close it."""
    kind = kind_of(visit.record, identifier)
    draw = {"meeting": meeting_facts, "agreement": agreement_facts, "person": person_facts}[kind]
    with st.container(border=True, key="facts"):
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button(
                _("Close"), key="close_facts", on_click=set_option, args=("id",), icon=":material/close:"
            )
        if identifier not in _selected_ids(visit, kind):
            parts.note(NOT_SELECTED[kind])
        draw(visit, identifier)
        st.markdown(_("**Link to this record**"))
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
        link_to(visit, identifier, _("Full record"))
        st.button(_("Close"), key="close_facts", on_click=set_option, args=("id",))


def link_to(visit: Visit, identifier: str, words: str) -> None:
    """A line that opens a record and keeps the filters. ``words`` is Markdown."""
    navigation.link("meetings", _with_id(visit, identifier), words)


def address_of(visit: Visit, identifier: str) -> str:
    """The address of a record with the filters, relative to any page, for a link within Markdown.

    Streamlit opens such a link in a new tab, which restores everything from the address.
    """
    return "meetings?" + urlencode(_with_id(visit, identifier))


def _with_id(visit: Visit, identifier: str) -> Pairs:
    return View.of("meetings", visit.selection, {"id": (identifier,)}, visit.view.language).pairs()


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
            _(
                "No id on record is near the one in the link. "
                "The tables below list the meetings and the people that the filters leave."
            )
        )
        return
    st.markdown(_("Near the id in the link:"))
    links(visit, near, key="near")


def sources_list(visit: Visit, ids: Iterable[str]) -> str:
    """Sources as Markdown list items that open the page."""
    lines = []
    for identifier in ids:
        source = row(visit.record.sources, "source_id", identifier)
        told = [_source_link(visit.record, identifier), as_markdown(source.publisher)]
        if pd.notna(source.date):
            told.append(_published(source.date))
        line = _("- {source} ({seen}; {reliability})")
        reliability = within(RELIABILITY_LABELS[source.reliability])
        lines.append(line.format(source=joined(told), seen=SEEN_LABELS[source.seen], reliability=reliability))
    return "\n".join(lines)


def resting_on(record: Record, table: str, *key: str) -> str:
    """The class of a fact's best source and how many independent ones agree, as a phrase."""
    fact = of_row(record, table, "|".join(key))
    return _("{reliability}, {sources}").format(
        reliability=within(RELIABILITY_LABELS[fact.best_class]),
        sources=ngettext(
            "{number} independent source", "{number} independent sources", fact.independent
        ).format(number=fact.independent),
    )


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
        st.subheader(_("Document"), anchor=False)
        has_document = pd.notna(meeting.outcome_document)
        if has_document:
            st.markdown(as_markdown(meeting.outcome_document))
        else:
            st.markdown(_("Not found in the texts read."))
        _agreements_around(visit, meeting)
    _areas(visit, meeting_id)
    _reading(visit, meeting)
    _versions(meeting_id, meeting)


def _meeting_head(visit: Visit, meeting_id: str) -> None:
    meeting = row(visit.record.meetings, "meeting_id", meeting_id)
    kind = f"{as_markdown(visit.shared.names[meeting.partner])} · {FORMAT_LABELS[meeting.format]}"
    if pd.notna(meeting.ordinal):
        kind = _("{meeting} · no. {number} of its series, as the sources count").format(
            meeting=kind, number=meeting.ordinal
        )
    st.header(as_markdown(meeting.name), anchor=ANCHOR)
    place = as_markdown(place_of(visit.record, meeting))
    st.markdown(f"**{written_dates(meeting.date, meeting.end_date)} · {place}**")
    parts.note(kind)
    st.markdown(as_markdown(meeting.summary))


def _series(visit: Visit, meeting_id: str) -> None:
    previous, following = neighbours(visit.record, meeting_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        for identifier, words, edge in (
            (previous, _("Previous: {meeting}"), _("This is the first of its series on record.")),
            (following, _("Next: {meeting}"), _("This is the last of its series on record.")),
        ):
            if identifier is None:
                st.markdown(edge, width="content")
            else:
                link_to(visit, identifier, words.format(meeting=label(visit, identifier)))


def _who(visit: Visit, meeting: Any) -> None:
    people = ministers(visit.record, meeting.meeting_id)
    st.subheader(_("Who"), anchor=False)
    if people.empty:
        st.markdown(_("Participants not found in the texts read."))
    for country, side in people.groupby("country", sort=False):
        st.markdown(f"**{as_markdown(country_name(visit.record, str(country)))}**")
        with st.container(gap="xsmall"):
            for person in rows(side):
                told = [as_markdown(visit.shared.people[person.name]), as_markdown(person.title)]
                if pd.notna(person.note):
                    told.append(as_markdown(person.note))
                shown_by = resting_on(visit.record, "participants", meeting.meeting_id, person.name)
                link_to(visit, person_id(person.name), f"{joined(told)} · {shown_by}")


def _agreements_around(visit: Visit, meeting: Any) -> None:
    st.subheader(_("Agreements within a year"), anchor=False)
    steps = agreements_near(visit.record, meeting.meeting_id)
    parts.note(_("With this partner, signed or in force within 365 days before or after."))
    if steps.empty:
        st.markdown(_("None on record."))
    with st.container(gap="xsmall"):
        for step in rows(steps):
            when = written_date(step.date, step.precision)
            if pd.notna(step.days):
                when = _("{date} ({distance})").format(date=when, distance=_distance(step.days))
            words = _("{date}: {step}, {agreement}").format(
                date=when, step=within(EVENT_LABELS[step.event]), agreement=as_markdown(step.title)
            )
            link_to(visit, step.agreement_id, words)


def _distance(days: int) -> str:
    if days == 0:
        return _("the same day")
    if days < 0:
        words = ngettext("{number} day before", "{number} days before", -days)
    else:
        words = ngettext("{number} day after", "{number} days after", days)
    return words.format(number=f"{abs(days):,}")


def _areas(visit: Visit, meeting_id: str) -> None:
    """Each cooperation area with its note and source, by what has become of it since last time."""
    record = visit.record
    changes = topic_changes(record, meeting_id)
    previous = neighbours(record, meeting_id)[0]
    counts = changes["change"].value_counts()
    new, kept, dropped = (int(counts.get(change, 0)) for change in ("new", "kept", "dropped"))
    st.subheader(_("Cooperation areas"), anchor=False)
    if previous is None:
        parts.note(
            _("{areas} coded. No earlier meeting of the series is on record to compare with.").format(
                areas=counted(new, "area")
            )
        )
        _area_lines(visit, meeting_id, changes["topic_id"])
        return
    last = written_date(row(record.meetings, "meeting_id", previous).date)
    parts.note(
        _(
            "{areas} coded. Against the previous meeting of the series, {date}: "
            "{new} new, {kept} kept, {dropped} dropped."
        ).format(areas=counted(new + kept, "area"), date=last, new=new, kept=kept, dropped=dropped)
    )
    headings = {
        "new": _("**New against {date} ({number})**"),
        "kept": _("**Kept ({number})**"),
        "dropped": _(
            "**Dropped: at the meeting of {date}, for this one not found in the texts read ({number})**"
        ),
    }
    for change, heading in headings.items():
        topics = changes.loc[changes["change"] == change, "topic_id"]
        if len(topics):
            st.markdown(heading.format(date=last, number=len(topics)))
            _area_lines(visit, previous if change == "dropped" else meeting_id, topics)


def _area_lines(visit: Visit, meeting_id: str, topics: pd.Series) -> None:
    record = visit.record
    mentions = record.mentions[record.mentions["meeting_id"] == meeting_id]
    definitions = record.topics.set_index("topic_id")["definition"]
    if topics.empty:
        st.markdown(_("Cooperation areas not found in the texts read."))
    with st.container(gap="xsmall"):
        for topic in topics:
            mention = row(mentions, "topic_id", topic)
            source = row(record.sources, "source_id", mention.source_id)
            shown_by = joined([BASIS_LABELS[mention.basis], as_markdown(source.publisher)])
            st.markdown(
                _("**{area}** · {note} ([{source}]({address}); {evidence})").format(
                    area=as_markdown(visit.shared.topics[topic]),
                    note=as_markdown(mention.note),
                    source=shown_by,
                    address=_safe_address(source.url),
                    evidence=resting_on(record, "mentions", meeting_id, str(topic)),
                ),
                help=as_markdown(definitions[topic]),
            )


def _reading(visit: Visit, meeting: Any) -> None:
    """How much of the text was read, and the sources."""
    st.subheader(_("What was read"), anchor=False)
    depth = next(rows(reading_depth(visit.record, [meeting.meeting_id])))
    read = [READ[seen].format(number=getattr(depth, seen)) for seen in DEPTHS if getattr(depth, seen)]
    kinds = [
        ngettext(*KINDS[kind], number).format(number=number)
        for kind in SOURCE_KINDS
        if (number := getattr(depth, kind))
    ]
    st.markdown(
        _("{sources}: {depths}. Kinds: {kinds}. Behind the meeting: {evidence}.").format(
            sources=counted(depth.sources, "source"),
            depths=joined(read),
            kinds=joined(kinds),
            evidence=resting_on(visit.record, "meetings", meeting.meeting_id),
        )
    )
    st.markdown(sources_list(visit, meeting_sources(visit.record, [meeting.meeting_id])["source_id"]))


# --- an agreement -----------------------------------------------------------------------------


def agreement_facts(visit: Visit, agreement_id: str) -> None:
    """The record of one agreement, from the whole record."""
    record = visit.record
    agreement = row(record.agreements, "agreement_id", agreement_id)
    _agreement_head(visit, agreement_id)
    st.subheader(_("Steps"), anchor=False)
    steps = agreement_steps(record)
    steps = steps[steps["agreement_id"] == agreement_id].sort_values(["period_end", "date"], kind="stable")
    st.markdown(
        "\n".join(
            STEPS[step.precision].format(
                date=written_date(step.date, step.precision),
                step=within(EVENT_LABELS[step.event]),
                source=_source_link(record, step.source_id),
                evidence=resting_on(
                    record, "agreement_events", agreement_id, f"{step.date:%Y-%m-%d}", step.event
                ),
            )
            for step in rows(steps)
        )
        or _("Dated steps not found in the texts read.")
    )
    _meetings_on(visit, agreement)
    st.subheader(_("Sources"), anchor=False)
    parts.note(
        _("Title and status rest on: {evidence}.").format(
            evidence=resting_on(record, "agreements", agreement_id)
        )
    )
    st.markdown(sources_list(visit, split_ids(agreement.source_ids)))
    _versions(agreement_id, agreement)


def _agreement_head(visit: Visit, agreement_id: str) -> None:
    agreement = row(visit.record.agreements, "agreement_id", agreement_id)
    st.header(as_markdown(agreement.title), anchor=ANCHOR)
    as_of = written_date(visit.record.about.coverage_end)
    st.markdown(
        _("**{status}** as of {date}").format(status=AGREEMENT_STATUS_LABELS[agreement.status], date=as_of)
    )
    parts.note(f"{as_markdown(visit.shared.names[agreement.partner])} · {TYPE_LABELS[agreement.type]}")
    st.markdown(as_markdown(agreement.summary))


def _meetings_on(visit: Visit, agreement: Any) -> None:
    areas = AREAS_OF_TYPE.get(agreement.type)
    if not areas:
        return
    found = meetings_on(visit.record, agreement.agreement_id)
    names = joined((visit.shared.topics[area] for area in areas if area in visit.shared.topics), OR)
    st.subheader(_("Meetings on this area"), anchor=False)
    parts.note(
        _(
            "Meetings with this partner, of any format, that took up {areas}: {meetings} in the texts read."
        ).format(areas=as_markdown(names), meetings=counted(int(found["meeting_id"].nunique()), "meeting"))
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
    st.subheader(_("Offices"), anchor=False)
    parts.note(
        _(
            "As seen at the meetings on record, with the dates of the first and the last of them: "
            "not terms of office. An office that somebody else was seen in meanwhile is listed again."
        )
    )
    held = tenures(record)
    held = held[held["person_id"] == identifier].sort_values(["first", "office_id"], kind="stable")
    st.markdown(
        "\n".join(
            _("- **{office}**, {country}: {meetings}, {span}.").format(
                office=as_markdown(stint.title),
                country=as_markdown(country_name(record, stint.country)),
                meetings=counted(stint.meetings, "meeting"),
                span=_span(stint),
            )
            for stint in rows(held)
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Meetings"), anchor=False)
        with st.container(gap="xsmall"):
            for seat in rows(meetings_of(record, identifier)):
                office = as_markdown(seat.title)
                link_to(visit, seat.meeting_id, f"{label(visit, seat.meeting_id)} · {office}")
    with right:
        st.subheader(_("Met"), anchor=False)
        across = counterparts_of(record, identifier)
        parts.note(
            _("{persons} who sat for the other side at these meetings.").format(
                persons=counted(len(across), "person", "persons")
            )
        )
        with st.container(gap="xsmall"):
            for other in rows(across):
                side = joined(country_name(record, code) for code in other.countries.split("; "))
                who = joined([as_markdown(visit.shared.people[other.name]), as_markdown(side)])
                link_to(visit, other.person_id, f"{who} · {counted(other.meetings, 'meeting')}")
    parts.note(
        _("Record {id}, data version {version}.").format(
            id=as_markdown(identifier), version=record.about.version
        )
    )


def _person_head(visit: Visit, identifier: str) -> None:
    record = visit.record
    seats = meetings_of(record, identifier)
    countries = joined(country_name(record, code) for code in seats["country"].unique())
    st.header(label(visit, identifier), anchor=ANCHOR)
    person = row(record.people, "person_id", identifier)
    others = {person.name, person.name_ja, person.name_own} - {visit.shared.people[person.name]}
    spelled = [name for name in (person.name, person.name_ja, person.name_own) if name in others]
    told = [countries, *(name for name in spelled if pd.notna(name))]
    st.markdown(f"**{as_markdown(' · '.join(told))}**")
    first, last = seats["date"].min(), seats["date"].max()
    parts.note(
        _("{meetings} on record, of any format, {span}.").format(
            meetings=counted(len(seats), "meeting"), span=_span(pd.Series({"first": first, "last": last}))
        )
    )


def _span(dates: Any) -> str:
    """First and last day, of anything that has both."""
    if dates.first == dates.last:
        return _("on {date}").format(date=written_date(dates.first))
    return _("the first on {first}, the last on {last}").format(
        first=written_date(dates.first), last=written_date(dates.last)
    )


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
    if pd.isna(versioned.version_revised):
        told = _("Record {id}: in the data since version {added}.")
    else:
        told = _("Record {id}: in the data since version {added}, last revised in {revised}.")
    parts.note(
        told.format(
            id=as_markdown(identifier),
            added=versioned.version_added,
            revised=versioned.version_revised,
        )
    )
