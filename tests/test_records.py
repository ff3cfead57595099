"""The record of one meeting, agreement or person: hand-worked cases, and the page against the files."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import (
    agreement,
    meeting,
    mention,
    person,
    read_small,
    set_cell,
    step,
    write_record,
)
from streamlit.testing.v1 import AppTest
from test_pages import address, opened, plain, said, table

from twoplustwo import Record, load
from twoplustwo.analysis.meetings import (
    AREAS_OF_TYPE,
    agreements_near,
    meeting_sources,
    meeting_table,
    meetings_on,
    near_ids,
    neighbours,
    reading_depth,
    topic_changes,
)
from twoplustwo.analysis.people import counterparts_of, meetings_of
from twoplustwo.dashboard.parts import STYLE
from twoplustwo.dashboard.records import country_name
from twoplustwo.record import allowed_values, shipped_descriptor

GRADES = ["official", "official_copy", "press", "weak"]
GRADE_WORDS = ["official page", "copy of an official text", "press or research", "weak source"]
MEETING, AGREEMENT, PERSON = "gbr-2016-01-08", "gbr-acsa-2017", "gen-nakatani"

# --- a meeting in its series ------------------------------------------------------------------


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Two ministerial meetings with the United Kingdom, a summit between them, one with Australia."""
    return read_small(
        tmp_path_factory.mktemp("series"),
        meetings=[
            meeting("GBR", "2012-05-01"),
            meeting("GBR", "2011-05-01", "summit"),
            meeting("GBR", "2010-05-01"),
            meeting("AUS", "2011-01-01"),
        ],
        mentions=[
            mention("gbr-2010-05-01", "cyber"),
            mention("gbr-2010-05-01", "space"),
            mention("gbr-2011-05-01-summit", "trade"),
            mention("gbr-2012-05-01", "space"),
            mention("gbr-2012-05-01", "energy"),
        ],
        topics=["energy", "space", "cyber", "trade"],
    )


@pytest.mark.parametrize(
    ("meeting_id", "expected"),
    [
        ("gbr-2010-05-01", (None, "gbr-2012-05-01")),
        ("gbr-2012-05-01", ("gbr-2010-05-01", None)),
        ("gbr-2011-05-01-summit", (None, None)),
        ("aus-2011-01-01", (None, None)),
    ],
)
def test_neighbours_are_those_of_the_same_partner_and_format(
    series: Record, meeting_id: str, expected: tuple[str | None, str | None]
):
    assert neighbours(series, meeting_id) == expected


def test_topics_are_new_kept_or_dropped_against_the_previous_meeting_of_the_series(series: Record):
    changes = topic_changes(series, "gbr-2012-05-01")
    assert list(changes.itertuples(index=False, name=None)) == [
        ("energy", "new"),
        ("space", "kept"),
        ("cyber", "dropped"),
    ]


def test_all_topics_of_the_first_meeting_of_a_series_are_new_in_the_order_of_the_codebook(series: Record):
    changes = topic_changes(series, "gbr-2010-05-01")
    assert list(changes.itertuples(index=False, name=None)) == [("space", "new"), ("cyber", "new")]


def test_a_first_meeting_without_coded_topics_has_no_changes_but_the_columns(series: Record):
    changes = topic_changes(series, "aus-2011-01-01")
    assert list(changes.columns) == ["topic_id", "change"]
    assert changes.empty


@pytest.mark.parametrize("ask", [neighbours, topic_changes, agreements_near, meetings_on])
def test_an_unknown_id_is_a_key_error_that_names_it(series: Record, ask):
    with pytest.raises(KeyError, match="gbr-1999-01-01"):
        ask(series, "gbr-1999-01-01")


@pytest.mark.parametrize("ask", [meetings_of, counterparts_of])
def test_an_unknown_person_is_a_key_error_that_names_it(series: Record, ask):
    with pytest.raises(KeyError, match="nobody"):
        ask(series, "nobody")


# --- how much was read ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A meeting behind four pages, of which the mention's and the participant's stand in no other row."""
    folder = write_record(
        tmp_path_factory.mktemp("read"),
        meetings=[
            meeting("GBR", "2010-05-01", source_ids="a;b"),
            meeting("AUS", "2011-01-01", source_ids="d"),
        ],
        participants=[person("gbr-2010-05-01", "Ada Lane", "GBR", source_id="c")],
        mentions=[
            mention("gbr-2010-05-01", "cyber", source_id="b"),
            mention("gbr-2010-05-01", "space", source_id="e"),
        ],
    )
    # As they come in the file: source-1, then those of the meetings, the participants, the mentions.
    seen = {"a": "opening", "b": "full", "c": "snippet", "d": "snippet", "e": "opening"}
    kind = {"a": "news", "b": "news", "c": "official_readout", "d": "analysis", "e": "joint_statement"}
    for number, code in enumerate(["a", "b", "d", "c", "e"], start=3):
        set_cell(folder, "sources", number, "seen", seen[code])
        set_cell(folder, "sources", number, "kind", kind[code])
    record = load(folder)
    assert dict(zip(record.sources["source_id"], record.sources["seen"], strict=True)) == {
        "source-1": "full",
        **seen,
    }
    return record


def test_the_sources_of_a_meeting_are_those_of_its_row_its_people_and_its_mentions_once_each(read: Record):
    found = meeting_sources(read, ["gbr-2010-05-01"])
    assert found["source_id"].tolist() == ["a", "b", "c", "e"]


def test_reading_depth_counts_sources_by_how_much_was_read_and_by_kind(read: Record):
    depth = reading_depth(read, ["aus-2011-01-01", "gbr-2010-05-01", "not-on-record"])
    assert depth["meeting_id"].tolist() == ["aus-2011-01-01", "gbr-2010-05-01", "not-on-record"]
    assert depth["sources"].tolist() == [1, 4, 0]
    assert depth[["full", "opening", "snippet"]].to_numpy().tolist() == [[0, 0, 1], [1, 2, 1], [0, 0, 0]]
    assert depth["news"].tolist() == [0, 2, 0]
    assert depth["joint_statement"].tolist() == [0, 1, 0]
    assert depth["official_readout"].tolist() == [0, 1, 0]
    assert depth["analysis"].tolist() == [1, 0, 0]
    assert depth["best"].tolist()[:2] == ["snippet", "full"]
    assert pd.isna(depth["best"].iloc[2])


def test_the_table_of_meetings_is_newest_first_with_areas_people_and_reading(read: Record):
    found = meeting_table(read)
    assert found["meeting_id"].tolist() == ["aus-2011-01-01", "gbr-2010-05-01"]
    assert found["areas"].tolist() == [0, 2]
    assert found["participants"].tolist() == [0, 1]
    assert found["sources"].tolist() == [1, 4]
    assert found["full"].tolist() == [0, 1]
    assert found["best"].tolist() == ["snippet", "full"]


def test_reading_depth_of_the_shipped_record_agrees_with_the_files(record: Record):
    seen = {row["source_id"]: row["seen"] for row in table("sources")}
    behind: dict[str, set[str]] = {}
    for row in table("meetings"):
        behind[row["meeting_id"]] = set(row["source_ids"].split(";"))
    for row in [*table("participants"), *table("mentions")]:
        behind[row["meeting_id"]].add(row["source_id"])
    depth = reading_depth(record, list(behind)).set_index("meeting_id")
    for meeting_id, codes in behind.items():
        read_in_full = sum(seen[code] == "full" for code in codes)
        assert (depth.loc[meeting_id, "sources"], depth.loc[meeting_id, "full"]) == (len(codes), read_in_full)


# --- agreements around a meeting, meetings around an agreement --------------------------------


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Steps around a meeting on 1 July 2015; 365 days before is 1 July 2014, after 30 June 2016."""
    return read_small(
        tmp_path_factory.mktemp("signed"),
        meetings=[
            meeting("GBR", "2015-07-01"),
            meeting("GBR", "2013-07-01", "summit"),
            meeting("AUS", "2014-07-01"),
        ],
        mentions=[
            mention("gbr-2015-07-01", "logistics_support", note="To be signed"),
            mention("gbr-2015-07-01", "equipment_technology"),
            mention("gbr-2015-07-01", "cyber"),
            mention("gbr-2013-07-01-summit", "next_generation_fighter"),
            mention("aus-2014-07-01", "logistics_support"),
        ],
        agreements=[
            agreement("gbr-acsa", "acsa", "in_force"),
            agreement("gbr-isa", "isa", "in_force"),
            agreement("gbr-joint", "joint_development", "signed"),
            agreement("gbr-trade", "trade", "in_force"),
            agreement("aus-raa", "raa", "signed"),
        ],
        agreement_events=[
            step("gbr-acsa", "2015-01-01", "negotiations_launched"),
            step("gbr-acsa", "2016-06-30", "signed"),
            step("gbr-acsa", "2016-07-01", "entered_into_force"),
            step("gbr-isa", "2014-06-30", "signed"),
            step("gbr-isa", "2014-07-01", "entered_into_force"),
            step("gbr-joint", "2014-07-01", "signed", "month"),
            step("gbr-trade", "2014-06-01", "signed", "month"),
            step("gbr-trade", "2016-01-01", "entered_into_force", "year"),
            step("aus-raa", "2015-07-01", "signed"),
        ],
    )


def test_agreements_near_a_meeting_are_signed_or_in_force_within_365_days_with_that_partner(signed: Record):
    found = agreements_near(signed, "gbr-2015-07-01")
    by_day = found[found["precision"] == "day"]
    assert list(zip(by_day["agreement_id"], by_day["event"], by_day["days"], strict=True)) == [
        ("gbr-isa", "entered_into_force", -365),
        ("gbr-acsa", "signed", 365),
    ]


def test_a_date_known_to_the_month_or_year_is_near_if_any_of_its_days_is_and_has_no_distance(signed: Record):
    found = agreements_near(signed, "gbr-2015-07-01")
    vague = found[found["precision"] != "day"]
    # June 2014 ends a day too early; 2016 begins within the year.
    assert vague["agreement_id"].tolist() == ["gbr-joint", "gbr-trade"]
    assert vague["event"].tolist() == ["signed", "entered_into_force"]
    assert vague["days"].isna().all()


def test_the_distance_can_be_narrowed(signed: Record):
    assert agreements_near(signed, "gbr-2015-07-01", days=30).empty


@pytest.mark.parametrize(
    ("agreement_id", "expected"),
    [
        ("gbr-acsa", [("gbr-2015-07-01", "logistics_support")]),
        ("gbr-isa", []),
        (
            "gbr-joint",
            [
                ("gbr-2015-07-01", "equipment_technology"),
                ("gbr-2013-07-01-summit", "next_generation_fighter"),
            ],
        ),
        ("gbr-trade", []),
        ("aus-raa", []),
    ],
)
def test_meetings_on_an_agreement_are_those_of_its_partner_that_took_up_the_area_of_its_type(
    signed: Record, agreement_id: str, expected: list[tuple[str, str]]
):
    found = meetings_on(signed, agreement_id)
    assert list(zip(found["meeting_id"], found["topic_id"], strict=True)) == expected


def test_meetings_on_an_agreement_carry_what_was_said(signed: Record):
    assert meetings_on(signed, "gbr-acsa")["note"].tolist() == ["To be signed"]


def test_types_and_areas_that_belong_together_are_in_the_codebook(record: Record):
    assert set(AREAS_OF_TYPE) <= set(allowed_values("agreements", "type"))
    assert {area for areas in AREAS_OF_TYPE.values() for area in areas} <= set(record.topics["topic_id"])


# --- people -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Ken Sato sat three times: twice for foreign affairs, then as leader."""
    return read_small(
        tmp_path_factory.mktemp("met"),
        meetings=[
            meeting("GBR", "2010-05-01"),
            meeting("GBR", "2012-05-01"),
            meeting("AUS", "2014-05-01", "summit"),
        ],
        participants=[
            person("gbr-2010-05-01", "Ken Sato", title="Foreign Minister"),
            person("gbr-2010-05-01", "Yui Mori", portfolio="defence"),
            person("gbr-2010-05-01", "Ada Lane", "GBR"),
            person("gbr-2012-05-01", "Ken Sato", title="Minister for Foreign Affairs"),
            person("gbr-2012-05-01", "Ada Lane", "GBR", title="Secretary of State"),
            person("gbr-2012-05-01", "Bob Hill", "GBR", portfolio="defence"),
            person("aus-2014-05-01-summit", "Ken Sato", portfolio="leader", title="Prime Minister"),
            person("aus-2014-05-01-summit", "Eve Ward", "AUS", portfolio="leader", title="Prime Minister"),
        ],
    )


def test_the_meetings_of_a_person_are_newest_first_with_the_office_at_each(met: Record):
    found = meetings_of(met, "ken-sato")
    assert found["meeting_id"].tolist() == ["aus-2014-05-01-summit", "gbr-2012-05-01", "gbr-2010-05-01"]
    assert found["title"].tolist() == ["Prime Minister", "Minister for Foreign Affairs", "Foreign Minister"]
    assert found["partner"].tolist() == ["AUS", "GBR", "GBR"]
    assert set(found["country"]) == {"JPN"}


def test_counterparts_are_those_of_the_other_side_with_the_meetings_in_common(met: Record):
    found = counterparts_of(met, "ken-sato")
    assert list(zip(found["person_id"], found["meetings"], strict=True)) == [
        ("ada-lane", 2),
        ("bob-hill", 1),
        ("eve-ward", 1),
    ]
    assert found["titles"].tolist()[0] == "Minister; Secretary of State"
    assert counterparts_of(met, "ada-lane")["name"].tolist() == ["Ken Sato", "Yui Mori"]


# --- ids that may have been meant -------------------------------------------------------------


def test_near_a_partner_and_date_are_the_meetings_with_that_partner_nearest_in_time(met: Record):
    assert near_ids(met, "gbr-2010-06-01", number=1) == ["gbr-2010-05-01"]
    assert near_ids(met, "GBR-2012")[:2] == ["gbr-2012-05-01", "gbr-2010-05-01"]


def test_a_day_that_no_calendar_has_is_near_its_month(record: Record):
    assert near_ids(record, "gbr-2015-02-31", number=1)[0] == "gbr-2015-01-21"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("GBR-2015-01-21", "gbr-2015-01-21"),
        ("gbr-acsa", AGREEMENT),
        ("nakatani", PERSON),
        (" Gen_Nakatani ", PERSON),
    ],
)
def test_near_ids_find_what_was_misspelt(record: Record, asked: str, meant: str):
    assert meant in near_ids(record, asked)


@pytest.mark.parametrize("asked", ["", "zzzz", "x" * 100_000, "../../etc/passwd"])
def test_nothing_is_near_nonsense(record: Record, asked: str):
    assert near_ids(record, asked) == []


@given(st.one_of(st.text(), st.from_regex(r"[a-z]{2,4}-[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", fullmatch=True)))
def test_near_ids_are_on_record_whatever_is_asked(record: Record, asked: str):
    found = near_ids(record, asked)
    known = {row["meeting_id"] for row in table("meetings")} | {
        row["agreement_id"] for row in table("agreements")
    }
    assert len(found) == len(set(found)) <= 8
    assert all(code in known or re.fullmatch(r"[a-z0-9-]+", code) for code in found)


# --- the page ---------------------------------------------------------------------------------


def row_of(name: str, key: str, value: str) -> dict[str, str]:
    return next(row for row in table(name) if row[key] == value)


def links_to_records(visit: AppTest) -> list[str]:
    """Ids that the links of the page open."""
    queries = [parse_qs(link.proto.query_string) for link in visit.get("page_link")]
    return [query["id"][0] for query in queries if "id" in query and "lang" not in query]


def test_the_record_of_a_meeting_tells_all_that_the_files_have():
    visit = opened("meetings", f"id={MEETING}")
    row = row_of("meetings", "meeting_id", MEETING)
    text = said(visit.markdown)
    assert plain(visit.header[0].value) == row["name"]
    for words in ("8 January 2016 · Tokyo, Japan", row["summary"], row["outcome_document"]):
        assert words in text
    links = [plain(link.label) for link in visit.get("page_link")]
    grades = {row["source_id"]: GRADES.index(row["reliability"]) for row in table("sources")}
    for seat in (row for row in table("participants") if row["meeting_id"] == MEETING):
        behind = [seat["source_id"], *filter(None, seat["further_source_ids"].split(";"))]
        best = GRADE_WORDS[min(grades[code] for code in behind)]
        (link,) = (link for link in links if link.startswith(f"{seat['name']}, {seat['title']}"))
        assert f" · {best}, " in link
        assert link.endswith(
            "1 independent source" if len(behind) == 1 else ("independent source", "independent sources")
        )
    addresses = {row["source_id"]: row["url"] for row in table("sources")}
    for code in row["source_ids"].split(";"):
        assert f"]({addresses[code]})" in text
    definitions = {row["topic_id"]: row for row in table("topics")}
    lines = {plain(line.value): plain(line.help or "") for line in visit.markdown}
    for said_there in (row for row in table("mentions") if row["meeting_id"] == MEETING):
        area = definitions[said_there["topic_id"]]
        line = next(line for line in lines if line.startswith(f"**{area['label']}** · {said_there['note']}"))
        assert addresses[said_there["source_id"]] in line
        assert lines[line] == area["definition"]


def test_the_record_of_a_meeting_counts_what_was_new_kept_and_dropped_and_what_was_read():
    visit = opened("meetings", f"id={MEETING}")
    areas: dict[str, set[str]] = {}
    for row in table("mentions"):
        areas.setdefault(row["meeting_id"], set()).add(row["topic_id"])
    now, before = areas[MEETING], areas["gbr-2015-01-21"]
    counts = f"{len(now - before)} new, {len(now & before)} kept, {len(before - now)} dropped"
    assert (
        f"{len(now)} areas coded. Against the previous meeting of the series, 21 January 2015: {counts}"
        in said(visit.markdown)
    )
    assert f"for this one not found in the texts read ({len(before - now)})" in said(visit.markdown)
    codes = set(row_of("meetings", "meeting_id", MEETING)["source_ids"].split(";"))
    seen = [row["seen"] for row in table("sources") if row["source_id"] in codes]
    assert f"{len(seen)} sources: {seen.count('full')} read in full" in said(visit.markdown)


def test_a_meeting_leads_to_its_neighbours_its_people_and_its_agreements_and_keeps_the_filters():
    visit = opened("meetings", "partner=GBR&from=2010&id=gbr-2017-12-14")
    found = links_to_records(visit)
    held = date(2017, 12, 14)
    near = {
        step["agreement_id"]
        for step in table("agreement_events")
        if step["agreement_id"].startswith("gbr-")
        and (step["event"], step["precision"]) in {("signed", "day"), ("entered_into_force", "day")}
        and abs(date.fromisoformat(step["date"]) - held).days <= 365
    }
    assert near
    assert {"gbr-2016-01-08", "gbr-2021-02-03", "boris-johnson", "taro-kono"} | near <= set(found)
    for link in visit.get("page_link"):
        query = parse_qs(link.proto.query_string)
        assert (query["partner"], query["from"]) == (["GBR"], ["2010"])


def test_the_first_meeting_of_a_series_has_nothing_to_be_compared_with():
    text = said(opened("meetings", "id=gbr-2015-01-21").markdown)
    assert "This is the first of its series on record." in text
    assert "No earlier meeting of the series is on record to compare with." in text
    assert "dropped" not in text.lower()


def test_the_record_of_an_agreement_tells_its_steps_with_their_precision_and_its_meetings():
    visit = opened("meetings", f"id={AGREEMENT}")
    row = row_of("agreements", "agreement_id", AGREEMENT)
    text = said(visit.markdown)
    assert plain(visit.header[0].value) == row["title"]
    covered = date.fromisoformat(shipped_descriptor()["coverage"]["end"])
    assert f"**In force** as of {covered.day} {covered:%B %Y}" in text
    assert "**26 January 2017** signed" in text
    month = next(step for step in table("agreement_events") if step["precision"] == "month")
    named = said(opened("meetings", f"id={month['agreement_id']}").markdown)
    assert f"**{date.fromisoformat(month['date']):%B %Y}** " in named
    assert "(known to the month; " in named
    taken_up = {
        row["meeting_id"]
        for row in table("mentions")
        if row["topic_id"] == "logistics_support" and row["meeting_id"].startswith("gbr-")
    }
    assert set(links_to_records(visit)) == taken_up
    assert f"{len(taken_up)} meetings in the texts read" in text


def test_the_record_of_a_person_leads_to_every_meeting_and_counterpart():
    visit = opened("meetings", f"id={PERSON}")
    seats = [row for row in table("participants") if row["name"] == "Gen Nakatani"]
    across = {
        row["name"].lower().replace(" ", "-")
        for row in table("participants")
        if row["meeting_id"] in {seat["meeting_id"] for seat in seats} and row["country"] != "JPN"
    }
    found = links_to_records(visit)
    assert {seat["meeting_id"] for seat in seats} <= set(found)
    assert across <= set(found)
    assert len(found) == len(seats) + len(across)
    assert f"{len(seats)} meetings on record" in said(visit.markdown)
    assert "not terms of office" in said(visit.markdown)


# By video link; without a document; over two days; agreements without an area of their own; nobody
# found who took part; somebody of another country.
@pytest.mark.parametrize(
    "identifier",
    [
        "fra-2023-05-09",
        "deu-2022-11-03",
        "rus-2016-12-15",
        "aus-trade-2014",
        "aus-other-2008",
        "kor-2024-11-29",
        "john-kerry",
    ],
)
def test_other_records_open_too_and_say_that_the_filters_leave_them_out(identifier: str):
    visit = opened("meetings", f"partner=PHL&from=2024&id={identifier}")
    assert visit.header
    assert "is not among what the filters leave; it is shown because the link names it." in said(
        visit.markdown
    )
    assert not visit.warning


def test_a_record_that_the_filters_leave_is_shown_without_a_word_on_it():
    assert "not among what" not in said(opened("meetings", f"partner=GBR&id={MEETING}").markdown)


def test_a_record_stands_open_though_the_selection_is_empty():
    visit = opened("meetings", f"q=zzzz&id={MEETING}")
    assert visit.header
    assert "No meeting on record fits all filters together." in said(visit.info)


def test_closing_a_record_takes_it_out_of_the_address_and_leaves_the_filters():
    visit = opened("meetings", f"partner=GBR&id={MEETING}")
    visit.button(key="close_facts").click().run()
    assert not visit.exception
    assert not visit.header
    assert address(visit) == "partner=GBR"


def test_the_tables_hold_the_meetings_and_people_of_the_selection():
    visit = opened("meetings", "partner=GBR&format=summit")
    met = sorted(
        (row for row in table("meetings") if row["partner"] == "GBR" and row["format"] == "summit"),
        key=lambda row: row["date"],
        reverse=True,
    )
    shown, people, offices = (frame.value for frame in visit.dataframe)
    assert shown["name"].tolist() == [row["name"] for row in met]
    assert [f"{day:%Y-%m-%d}" for day in shown["date"]] == [row["date"] for row in met]
    areas = [row["meeting_id"] for row in table("mentions")]
    assert shown["areas"].tolist() == [areas.count(row["meeting_id"]) for row in met]
    ids = {row["meeting_id"] for row in met}
    seats = [row["name"] for row in table("participants") if row["meeting_id"] in ids]
    assert dict(zip(people["name"], people["meetings"], strict=True)) == {
        name: seats.count(name) for name in seats
    }
    held = {(row["name"], row["title"]) for row in table("participants") if row["meeting_id"] in ids}
    assert set(zip(offices["name"], offices["title"], strict=True)) == held


@pytest.mark.parametrize(("place", "expected"), [(0, "gbr-2023-11-07"), (4, "gbr-2015-01-21")])
def test_the_row_whose_record_is_open_is_the_one_that_is_chosen_in_the_table(place: int, expected: str):
    visit = opened("meetings", f"partner=GBR&to=2023&id={expected}")
    assert visit.session_state["meetings"]["selection"]["rows"] == [place]
    visit = opened("meetings", "partner=GBR&to=2023")
    assert visit.session_state["meetings"]["selection"]["rows"] == []


def test_the_plain_list_of_links_is_drawn_when_opened_and_leads_to_every_row():
    visit = opened("meetings", "partner=GBR")
    assert links_to_records(visit) == []
    visit.session_state["meeting-links"] = True
    visit.run()
    met = [row for row in table("meetings") if row["partner"] == "GBR" and row["format"] == "two_plus_two"]
    assert links_to_records(visit) == sorted((row["meeting_id"] for row in met), reverse=True)


def test_an_unknown_id_is_named_and_near_ones_are_offered_as_links():
    visit = opened("meetings", "partner=GBR&id=gbr-2015-01-20")
    assert "id=“gbr-2015-01-20” is not in this record" in said(visit.warning)
    assert links_to_records(visit)[0] == "gbr-2015-01-21"
    assert not visit.header


@pytest.mark.parametrize(
    "value", ["%3Cimg+src=x+onerror=alert(1)%3E", "zzzz" * 5000, "", "%00", "gbr-0000-00-00"]
)
def test_a_hostile_id_opens_the_page_and_is_nowhere_shown_but_in_the_notice(value: str):
    visit = opened("meetings", f"id={value}")
    assert len(visit.warning) == 1
    assert not [text for text in visit.markdown if "onerror" in text.value or "zzzz" in text.value]


def test_the_overview_and_the_timeline_lead_to_the_full_record():
    newest = max(
        (row for row in table("meetings") if row["format"] == "two_plus_two"), key=lambda row: row["date"]
    )
    assert links_to_records(opened("overview"))[0] == newest["meeting_id"]
    for identifier in (MEETING, AGREEMENT, PERSON):
        assert links_to_records(opened("timeline", f"id={identifier}")) == [identifier]


# --- words ------------------------------------------------------------------------------------


def test_every_country_on_record_has_a_name(record: Record):
    codes = {row["country"] for name in ("meetings", "participants") for row in table(name)} - {""}
    assert [code for code in sorted(codes) if code != "EU" and country_name(record, code) == code] == []


def test_the_style_is_a_constant_that_asks_for_nothing():
    source = (Path(__file__).parent.parent / "twoplustwo" / "dashboard" / "parts.py").read_text("utf-8")
    assert f'STYLE = """{STYLE}"""' in source
    assert not re.search(r"url|(?<!!)import|script|expression|//", STYLE)
