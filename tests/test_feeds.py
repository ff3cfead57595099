"""The calendar and the feed read back in other programs as the meetings and changes on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import icalendar
import pytest
import vobject
from small_record import agreement, meeting, mention, person, read_small, step

from twoplustwo import Record, Selection
from twoplustwo.citation import one_line
from twoplustwo.export import Provenance
from twoplustwo.feeds import MOST_ROWS, calendar_ics, changes_atom

ATOM = "{http://www.w3.org/2005/Atom}"
SELF = "https://example.org/changes.atom"
ACSA = "Acquisition and cross-servicing"
HOSTILE = "a,b;c\\n\r\nEND:VEVENT\r\nBEGIN:VEVENT <b>&amp; \u2028 é 日本"


def address_of(identifier: str) -> str:
    return f"https://example.org/meetings?id={identifier}"


def ics(record: Record, selection: Selection | None = None) -> bytes:
    selection = selection or Selection()
    provenance = Provenance.of(record, selection, "https://example.org/")
    return calendar_ics(selection.apply(record), provenance, address_of)


def atom(record: Record) -> bytes:
    return changes_atom(record, Provenance.of(record, Selection(), "https://example.org/"), address_of, SELF)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_small(
        tmp_path_factory.mktemp("small"),
        meetings=[
            meeting(
                "USA", "2002-12-16", name="Committee", end_date="2002-12-17", city="Washington", country="USA"
            ),
            meeting("GBR", "2021-02-03", name="Fourth", mode="virtual", summary="They met, online."),
            meeting("GBR", "2015-01-21", name="First", city="London", country="GBR"),
        ],
        participants=[
            person("gbr-2015-01-21", "Gen Nakatani", title="Minister of Defense"),
            person("gbr-2015-01-21", "Michael Fallon", "GBR", title="Secretary of State"),
        ],
    )


# --- calendar ---------------------------------------------------------------------------------


def test_each_meeting_is_an_all_day_event_whose_end_is_the_day_after(small: Record):
    events = vobject.readOne(ics(small).decode()).vevent_list
    assert [(event.uid.value, event.dtstart.value, event.dtend.value) for event in events] == [
        ("usa-2002-12-16@two-plus-two", date(2002, 12, 16), date(2002, 12, 18)),
        ("gbr-2015-01-21@two-plus-two", date(2015, 1, 21), date(2015, 1, 22)),
        ("gbr-2021-02-03@two-plus-two", date(2021, 2, 3), date(2021, 2, 4)),
    ]


def test_an_event_says_who_met_where_and_links_to_the_record(small: Record):
    committee, first, fourth = vobject.readOne(ics(small).decode()).vevent_list
    assert first.summary.value == "Japan and United Kingdom: First"
    assert first.location.value == "London, United Kingdom"
    assert first.url.value == address_of("gbr-2015-01-21")
    assert first.categories.value == ["Ministerial 2+2", "United Kingdom"]
    assert first.description.value.split("\n") == [
        "They met.",
        "Present: Michael Fallon, Secretary of State; Gen Nakatani, Minister of Defense",
        address_of("gbr-2015-01-21"),
        "Two Plus Two, data version 2026.11.0, CC-BY-4.0",
    ]
    assert fourth.location.value == "By video link"
    assert fourth.description.value.startswith("They met, online.\n")
    assert committee.location.value == "Washington, Country USA"
    assert {event.transp.value for event in (committee, first, fourth)} == {"TRANSPARENT"}


def test_the_calendar_states_version_selection_and_licence(small: Record):
    calendar = vobject.readOne(ics(small, Selection(partners=("GBR",), from_year=2015)).decode())
    assert calendar.version.value == "2.0"
    assert calendar.x_wr_calname.value == ("Two Plus Two: United Kingdom, 2015 to 2026, ministerial 2+2")
    stated = calendar.x_wr_caldesc.value
    for part in ("data version: 2026.11.0", "partner=GBR&from=2015&to=2026", "licence: CC-BY-4.0"):
        assert part in stated
    assert len(calendar.vevent_list) == 2


def test_the_calendar_is_dated_by_the_record_and_so_the_same_each_time(small: Record):
    assert ics(small) == ics(small)
    for event in vobject.readOne(ics(small).decode()).vevent_list:
        assert event.dtstamp.value == event.last_modified.value == datetime(2026, 11, 23, tzinfo=UTC)


def test_an_empty_selection_is_a_calendar_without_events(small: Record):
    calendar = icalendar.Calendar.from_ical(ics(small, Selection(text="zzz")))
    assert calendar.walk("VEVENT") == []


def test_the_calendar_of_the_record_keeps_to_the_format(record: Record):
    content = ics(record)
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    uids = [event.uid.value for event in vobject.readOne(content.decode()).vevent_list]
    assert len(uids) == len(set(uids)) == len(Selection().apply(record).meetings)


def test_hostile_text_adds_no_event(tmp_path: Path):
    record = read_small(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21")],
        participants=[person("gbr-2015-01-21", "Gen Nakatani")],
    )
    record = replace(
        record,
        meetings=record.meetings.assign(name=HOSTILE, city=HOSTILE, country="GBR", summary=HOSTILE),
        participants=record.participants.assign(name=HOSTILE, title=HOSTILE),
    )
    (event,) = vobject.readOne(ics(record).decode()).vevent_list
    assert event.summary.value == f"Japan and United Kingdom: {one_line(HOSTILE)}"
    assert event.location.value == one_line(f"{HOSTILE}, United Kingdom")
    assert event.description.value.split("\n")[0] == one_line(HOSTILE)


# --- feed -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """2026.9.0: a meeting and an agreement. 2026.11.0: a second meeting, the agreement revised."""
    return read_small(
        tmp_path_factory.mktemp("grown"),
        meetings=[
            meeting("GBR", "2015-01-21", name="First", version_added="2026.9.0"),
            meeting("GBR", "2016-01-08", name="Second"),
        ],
        mentions=[mention("gbr-2016-01-08", "cyber")],
        agreements=[
            agreement(
                "gbr-acsa",
                "acsa",
                "signed",
                title="Supplies & services",
                version_added="2026.9.0",
                version_revised="2026.11.0",
            )
        ],
        agreement_events=[step("gbr-acsa", "2017-01-26", "signed")],
    )


def test_the_feed_has_an_entry_a_version_and_one_a_changed_row_newest_version_first(grown: Record):
    entries = feedparser.parse(atom(grown)).entries
    assert [(entry.title, entry.summary) for entry in entries] == [
        ("Data version 2026.11.0", "1 meeting added, 1 agreement revised, 1 mention added."),
        ("Data version 2026.9.0", "1 meeting added, 1 agreement added."),
        (
            "Revised: Supplies & services",
            f"{ACSA}, Japan and United Kingdom. They agreed. Signed as of 31 May 2026.",
        ),
        (
            "Added: Second, 8 January 2016",
            "Ministerial 2+2, Japan and United Kingdom. They met. 1 cooperation area coded.",
        ),
        (
            "Added: Supplies & services",
            f"{ACSA}, Japan and United Kingdom. They agreed. Signed as of 31 May 2026.",
        ),
        (
            "Added: First, 21 January 2015",
            "Ministerial 2+2, Japan and United Kingdom. They met. 0 cooperation areas coded.",
        ),
    ]


def test_entries_link_to_the_record_and_carry_the_date_of_their_version(grown: Record):
    feed = feedparser.parse(atom(grown))
    assert not feed.bozo
    assert [entry.link for entry in feed.entries[2:]] == [
        address_of("gbr-acsa"),
        address_of("gbr-2016-01-08"),
        address_of("gbr-acsa"),
        address_of("gbr-2015-01-21"),
    ]
    days = [entry.updated[:10] for entry in feed.entries]
    # Of an earlier version the record knows the month, as its number says it.
    assert days == ["2026-11-23", "2026-09-01", *["2026-11-23"] * 2, *["2026-09-01"] * 2]
    assert feed.feed.updated == "2026-11-23T00:00:00+00:00"


def test_ids_are_tag_uris_of_the_host_all_different_and_stable(grown: Record):
    feed = feedparser.parse(atom(grown))
    ids = [feed.feed.id, *(entry.id for entry in feed.entries)]
    assert ids == [
        "tag:example.org,2026:changes",
        "tag:example.org,2026:version/2026.11.0",
        "tag:example.org,2026:version/2026.9.0",
        "tag:example.org,2026:agreements/gbr-acsa/2026.11.0",
        "tag:example.org,2026:meetings/gbr-2016-01-08/2026.11.0",
        "tag:example.org,2026:agreements/gbr-acsa/2026.9.0",
        "tag:example.org,2026:meetings/gbr-2015-01-21/2026.9.0",
    ]


def test_the_feed_states_licence_version_and_its_own_address(grown: Record):
    feed = feedparser.parse(atom(grown)).feed
    assert {link.rel: link.href for link in feed.links} == {"self": SELF, "alternate": "https://example.org/"}
    assert feed.rights.startswith("CC-BY-4.0.")
    assert "2026.11.0" in feed.subtitle
    assert feed.author == "Two Plus Two"


def test_every_element_that_atom_requires_is_there_once(grown: Record):
    root = ET.fromstring(atom(grown))
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"{ATOM}{name}")
            assert found.text
        for updated in element.findall(f"{ATOM}updated"):
            assert datetime.fromisoformat(updated.text or "").tzinfo
        alternates = [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None


def test_a_version_without_changed_rows_says_so(tmp_path: Path):
    record = read_small(tmp_path, meetings=[meeting("GBR", "2015-01-21", version_added="2026.9.0")])
    entries = feedparser.parse(atom(record)).entries
    assert [(entry.title, entry.summary) for entry in entries if ":version/" in entry.id] == [
        ("Data version 2026.11.0", "No meeting, agreement or mention added, revised or retired."),
        ("Data version 2026.9.0", "1 meeting added."),
    ]


def test_the_feed_of_the_record_is_valid_limited_and_the_same_each_time(record: Record):
    content = atom(record)
    assert content == atom(record)
    feed = feedparser.parse(content)
    assert not feed.bozo
    rows = [entry for entry in feed.entries if ":version/" not in entry.id]
    assert len(rows) == MOST_ROWS
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)


def test_hostile_text_stays_text_in_the_feed(grown: Record):
    meetings = grown.meetings.assign(summary="</summary><script>\x0b\ufffe", name=HOSTILE)
    content = atom(replace(grown, meetings=meetings))
    *_, entry = feedparser.parse(content).entries
    assert entry.id == "tag:example.org,2026:meetings/gbr-2015-01-21/2026.9.0"
    root = ET.fromstring(content)
    *_, summary = (element.text or "" for element in root.iter(f"{ATOM}summary"))
    assert "</summary><script>" in summary
    *_, title = (element.text for element in root.iter(f"{ATOM}title"))
    assert title == f"Added: {one_line(HOSTILE)}, 21 January 2015"
    assert not list(root.iter("script"))


@pytest.mark.parametrize("address", ["", "/changes.atom", "https://example.org:8501/x", "http://[::1]/x"])
def test_any_address_gives_ids_of_the_right_form(grown: Record, address: str):
    provenance = Provenance.of(grown, Selection(), "")
    feed = feedparser.parse(changes_atom(grown, provenance, lambda _: "", address))
    assert not feed.bozo
    host = "example.org" if "example" in address else "two-plus-two.invalid"
    assert all(entry.id.startswith(f"tag:{host},2026:") for entry in feed.entries)
