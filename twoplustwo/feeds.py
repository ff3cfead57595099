"""A calendar of meetings, and a feed of what each data version changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pandas as pd

from twoplustwo.analysis.changes import VERSIONED, changes_in_words, changes_since
from twoplustwo.analysis.meetings import ministers
from twoplustwo.citation import one_line
from twoplustwo.export import Provenance
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    FORMAT_LABELS,
    TYPE_LABELS,
    counted,
    written_date,
    written_dates,
)
from twoplustwo.record import Record, row, rows, version_key

ATOM = "http://www.w3.org/2005/Atom"
MOST_ROWS = 50  # entries of single rows in the feed
BEFORE_ALL = "0"  # sorts before every data version
FIRST_YEAR = 2026  # of the project: part of the feed's ids, which never change


# --- calendar ---------------------------------------------------------------------------------


def calendar_ics(selected: Record, provenance: Provenance, address_of: Callable[[str], str]) -> bytes:
    """The meetings as all-day events of an iCalendar file (RFC 5545).

    Parameters
    ----------
    selected
        The meetings to write.
    provenance
        Stated in the calendar's name and description.
    address_of
        Meeting id -> link to its record; empty for none.

    Returns
    -------
    bytes
        Equal for equal input: events are dated by the day of the data version.
    """
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Two Plus Two//Meetings//EN")
    calendar.add("version", "2.0")
    # As text: what the library does not know by name it would write unescaped.
    calendar.add("x-wr-calname", icalendar.vText(one_line(f"Two Plus Two: {provenance.words}")))
    stated = (one_line(f"{name.replace('_', ' ')}: {value}") for name, value in provenance.stated().items())
    calendar.add("x-wr-caldesc", icalendar.vText("\n".join(stated)))
    made = _day(selected.about.created)
    for meeting in rows(selected.meetings.sort_values(["date", "meeting_id"], kind="stable")):
        partner = selected.name_of(meeting.partner)
        last = meeting.date if pd.isna(meeting.end_date) else meeting.end_date
        link = address_of(meeting.meeting_id)
        event = icalendar.Event()
        event.add("uid", f"{meeting.meeting_id}@two-plus-two")
        event.add("dtstamp", made)
        event.add("last-modified", made)
        event.add("dtstart", meeting.date.date())
        event.add("dtend", (last + pd.Timedelta(days=1)).date())  # the first day after it
        event.add("summary", one_line(f"Japan and {partner}: {meeting.name}"))
        event.add("description", _told(selected, meeting, link))
        event.add("categories", [one_line(FORMAT_LABELS[meeting.format]), one_line(partner)])
        event.add("transp", "TRANSPARENT")  # it takes none of the reader's time
        place = _place(selected, meeting)
        if place:
            event.add("location", one_line(place))
        if link:
            event.add("url", link)
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _told(selected: Record, meeting: Any, link: str) -> str:
    people = [f"{person.name}, {person.title}" for person in rows(ministers(selected, meeting.meeting_id))]
    told = [meeting.summary]
    if people:
        told.append(f"Present: {'; '.join(people)}")
    told += [link, f"Two Plus Two, data version {selected.about.version}, {selected.about.licence}"]
    return "\n".join(one_line(part) for part in told if part)


def _place(selected: Record, meeting: Any) -> str:
    if meeting.mode == "virtual":
        return "By video link"
    if pd.isna(meeting.country):
        return ""
    country = "Japan" if meeting.country == "JPN" else selected.name_of(meeting.country)
    return country if pd.isna(meeting.city) else f"{meeting.city}, {country}"


# --- feed -------------------------------------------------------------------------------------


def changes_atom(
    record: Record, provenance: Provenance, address_of: Callable[[str], str], self_address: str
) -> bytes:
    """What each data version changed, as an Atom feed (RFC 4287), newest first.

    An entry for each version counts what it added and revised; one for each meeting and agreement
    changed follows, at most :data:`MOST_ROWS`, newest version and then latest meeting or step first.

    Parameters
    ----------
    record
        The whole record.
    provenance
        Its licence and link go into the feed.
    address_of
        Id of a meeting or agreement -> link to its record; empty for none.
    self_address
        Where the feed lies. Its host names the feed's ids.

    Returns
    -------
    bytes
        Equal for equal input. The newest version carries its own date, an earlier one that of its
        revisions; where it has none, the first of the month that its number says.
    """
    ET.register_namespace("", ATOM)
    host = urlsplit(self_address).hostname or ""
    if not re.fullmatch(r"[a-z0-9.-]+", host):  # such a name alone can stand in a tag
        host = "two-plus-two.invalid"
    tag = f"tag:{host},{FIRST_YEAR}:"
    about = record.about
    feed = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add(feed, "id", f"{tag}changes")
    _add(feed, "title", "Two Plus Two: changes to the record")
    _add(feed, "subtitle", f"{about.title}, data version {about.version}")
    _add(feed, "updated", _day(about.created).isoformat())
    _add(ET.SubElement(feed, _name("author")), "name", "Two Plus Two")
    _add(feed, "rights", f"{provenance.licence}. {provenance.citation}")
    _link(feed, "self", self_address)
    _link(feed, "alternate", provenance.address)
    versions = list(_versions(record))
    for version, changes in versions:
        entry = _entry(feed, f"{tag}version/{version}", f"Data version {version}", _released(record, version))
        _link(entry, "alternate", provenance.address)
        said = changes_in_words(changes) or "No meeting, agreement or mention added, revised or retired"
        _add(entry, "summary", f"{said}.")
    changes = pd.concat([changes for _, changes in versions], ignore_index=True)
    entries = changes[(changes["table"] != "mentions") & (changes["change"] != "retired")]
    for change in rows(_latest(record, entries)):
        title, summary = _change(record, change)
        where = f"{tag}{change.table}/{change.id}/{change.version}"
        when = _released(record, change.version)
        entry = _entry(feed, where, f"{change.change.capitalize()}: {title}", when)
        _link(entry, "alternate", address_of(change.id))
        _add(entry, "summary", summary)
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _version_list(record: Record) -> list[str]:
    """Every version that a row names, and the record's own, oldest first."""
    tables = [record.tables()[table] for table in VERSIONED]
    named = pd.concat(
        [
            record.revisions["version"],
            *(table[column] for table in tables for column in ("version_added", "version_revised")),
        ]
    )
    return sorted({*named.dropna(), record.about.version}, key=version_key)


def _versions(record: Record) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each version with what it changed, newest first."""
    steps = list(pairwise([BEFORE_ALL, *_version_list(record)]))
    for before, version in reversed(steps):
        changes = changes_since(record, before)
        yield version, changes[changes["version"] == version]


def _latest(record: Record, changes: pd.DataFrame) -> pd.DataFrame:
    """The rows changed by the newest versions; of one version those whose meeting, or step, is latest."""
    days = pd.concat(
        [
            record.meetings.set_index("meeting_id")["date"],
            record.agreement_events.groupby("agreement_id")["date"].max(),
        ]
    )
    dated = changes.assign(day=changes["id"].map(days.to_dict()), order=changes["version"].map(version_key))
    order = ["order", "day", "id"]
    return dated.sort_values(order, ascending=[False, False, True], kind="stable").head(MOST_ROWS)


def _change(record: Record, change: Any) -> tuple[str, str]:
    """Title and text of a changed meeting or agreement."""
    if change.table == "meetings":
        meeting = row(record.meetings, "meeting_id", change.id)
        when = written_dates(meeting.date, meeting.end_date)
        areas = int((record.mentions["meeting_id"] == change.id).sum())
        partner = record.name_of(meeting.partner)
        title = f"{meeting.name}, {when}"
        kind = f"{FORMAT_LABELS[meeting.format]}, Japan and {partner}"
        return title, f"{kind}. {meeting.summary} {counted(areas, 'cooperation area')} coded."
    agreement = row(record.agreements, "agreement_id", change.id)
    kind = f"{TYPE_LABELS[agreement.type]}, Japan and {record.name_of(agreement.partner)}"
    status = f"{AGREEMENT_STATUS_LABELS[agreement.status]} as of {written_date(record.about.coverage_end)}"
    return agreement.title, f"{kind}. {agreement.summary} {status}."


def _released(record: Record, version: str) -> datetime:
    newest = _day(record.about.created)
    if version == record.about.version:
        return newest
    revised = record.revisions.loc[record.revisions["version"] == version, "date"]
    if not revised.empty:
        return _day(revised.max())
    year, month, *_ = version_key(version)
    return min(datetime(year, min(max(month, 1), 12), 1, tzinfo=UTC), newest)


def _day(day: pd.Timestamp) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, _name(tag)).text = one_line(text)


def _link(parent: ET.Element, relation: str, address: str) -> None:
    if address:
        ET.SubElement(parent, _name("link"), {"rel": relation, "href": one_line(address)})


def _entry(feed: ET.Element, identity: str, title: str, updated: datetime) -> ET.Element:
    entry = ET.SubElement(feed, _name("entry"))
    _add(entry, "id", identity)
    _add(entry, "title", title)
    _add(entry, "updated", updated.isoformat())
    return entry
