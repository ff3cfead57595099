"""What the audit lists, case by case, and what it leaves alone."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from small_record import (
    Row,
    agreement,
    context,
    framework,
    meeting,
    mention,
    person,
    read_rows,
    read_small,
    step,
    write_record,
    write_table,
)

from twoplustwo import Record, load
from twoplustwo.audit import FINDINGS, audit, counts, plain_address
from twoplustwo.command import main
from twoplustwo.language import speaking

MEETING = "gbr-2015-01-21"


def changed(folder: Path, table: str, key: str, **rows: dict[str, str]) -> Path:
    """The folder with some cells of a table changed: value of the key column -> column -> cell.

    In Python's names ``_`` stands for the hyphen of a key.
    """
    columns, kept = read_rows(folder, table)
    wanted = {name.replace("_", "-"): cells for name, cells in rows.items()}
    assert wanted.keys() <= {row[key] for row in kept}
    for row in kept:
        row.update(wanted.get(row[key], {}))
    write_table(folder, table, columns, kept)
    return folder


def added(folder: Path, table: str, *rows: Row) -> Path:
    columns, kept = read_rows(folder, table)
    write_table(folder, table, columns, [*kept, *rows])
    return folder


def found(record: Record, finding: str) -> list[tuple[str, str, str]]:
    """Table, key and sentence of the cases of one finding."""
    table = audit(record)
    table = table[table["finding"] == finding]
    return list(zip(table["table"], table["key"], table["what"], strict=True))


def keys(record: Record, finding: str) -> list[str]:
    return [key for _, key, _ in found(record, finding)]


# --- the list as a whole ----------------------------------------------------------------------


def test_a_record_without_fault_has_no_finding(tmp_path):
    record = read_small(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21", ordinal=1), meeting("GBR", "2016-01-08", ordinal=2)],
        participants=[person(MEETING, "Anna Abe")],
        mentions=[mention(MEETING, "cyber"), mention("gbr-2016-01-08", "cyber")],
        agreements=[agreement("gbr-acsa", "acsa", "in_force"), agreement("gbr-raa", "raa", "negotiating")],
        agreement_events=[
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-acsa", "2017-08-18", "entered_into_force"),
        ],
        frameworks=[framework("GBR")],
    )
    assert audit(record).to_numpy().tolist() == []
    assert counts(audit(record))["cases"].tolist() == [0] * len(FINDINGS)


def test_the_worst_findings_come_first_and_ranks_run_on(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21"), meeting("GBR", "2016-01-08")],
        participants=[person(MEETING, "Anna Abe"), person(MEETING, "Bo Baba")],
        mentions=[mention(MEETING, "cyber")],
        agreements=[agreement("gbr-acsa", "acsa", "signed")],
        agreement_events=[step("gbr-acsa", "2017-01-01", "signed", "year")],
    )
    added(
        folder,
        "sources",
        read_rows(folder, "sources")[1][0] | {"source_id": "z", "title": "Z", "url": "https://a.org/z"},
    )
    table = audit(load(folder))
    assert table["finding"].tolist() == [
        "impossible_office",  # Abe and Baba in one office
        "contradiction",  # and in one chair
        "force_unknown",
        "imprecise_step",
        "few_areas",  # nothing coded in 2016
        "unused_source",
    ]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert list(FINDINGS) == sorted(FINDINGS, key=list(FINDINGS).index)
    assert dict(zip(counts(table)["finding"], counts(table)["cases"], strict=True))["few_areas"] == 1


def test_the_sentences_are_english_whatever_the_page_speaks(tmp_path):
    tables = {"agreements": [agreement("gbr-acsa", "acsa", "signed")]}
    tables["agreement_events"] = [step("gbr-acsa", "2017-01-26", "signed")]
    with speaking("ja"):
        ((_, _, what),) = found(read_small(tmp_path, **tables), "force_unknown")
    assert what.startswith("Signed 26 January 2017, but no entry into force is on record.")


def test_every_case_of_the_shipped_record_names_a_row_that_is_there(record):
    table = audit(record)
    plain = {"doubts": "doubt_id", "sources": "source_id", "topics": "topic_id", "offices": "office_id"}
    plain |= {"meetings": "meeting_id", "agreements": "agreement_id"}
    for name, key in plain.items():
        named = set(table.loc[table["table"] == name, "key"])
        assert named <= set(record.tables()[name][key])
    steps = record.agreement_events
    known = set(steps["agreement_id"] + "|" + steps["date"].dt.strftime("%F") + "|" + steps["event"])
    assert set(table.loc[table["table"] == "agreement_events", "key"]) <= known
    assert table["what"].str.endswith(".").all()
    assert set(table["finding"]) <= set(FINDINGS)


# --- cannot be, or said in two ways -----------------------------------------------------------


def test_an_impossible_office_is_told_with_its_row(tmp_path):
    record = read_small(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21", kind="summit")],
        participants=[person(f"{MEETING}-summit", "Anna Abe", title="Prime Minister", portfolio="leader")],
        context_events=[context("jpn-suga", "2014-01-01", "cabinet", country="JPN", title="Suga cabinet")],
    )
    ((table, key, what),) = found(record, "impossible_office")
    assert (table, key) == ("participants", f"{MEETING}-summit|Anna Abe")
    assert what.startswith("Anna Abe sits as Prime Minister on 21 January 2015, a day of the Suga cabinet.")


def test_only_contested_doubts_are_contradictions_of_sources(tmp_path):
    folder = write_record(tmp_path, partners=["GBR"])
    doubt = {"partner": "GBR", "claim": "They met on the 21st", "finding": "One page says the 22nd"}
    states = ("unconfirmed", "contested", "rejected")
    added(folder, "doubts", *({**doubt, "doubt_id": f"gbr-{state}", "state": state} for state in states))
    ((table, key, what),) = found(load(folder), "contested")
    assert (table, key) == ("doubts", "gbr-contested")
    assert "They met on the 21st. One page says the 22nd." in what


@pytest.mark.parametrize(
    ("event", "told"),
    [("signed", True), ("entered_into_force", True), ("amended", False), ("proposed", False)],
)
def test_a_step_that_is_taken_once_has_one_date(tmp_path, event, told):
    record = read_small(
        tmp_path,
        agreements=[agreement("gbr-acsa", "acsa", "in_force")],
        agreement_events=[step("gbr-acsa", "2017-01-26", event), step("gbr-acsa", "2018-01-26", event)],
    )
    assert keys(record, "contradiction") == ([f"gbr-acsa|2017-01-26|{event}"] if told else [])


def test_two_persons_in_one_chair_of_a_ministerial_meeting_contradict_each_other(tmp_path):
    def seats(kind: str, portfolio: str, country: str = "JPN") -> list[str]:
        folder = tmp_path / f"{kind}-{portfolio}-{country}"
        tables = {"meetings": [meeting("GBR", "2015-01-21", kind=kind)]}
        where = tables["meetings"][0]["meeting_id"]
        tables["participants"] = [
            person(where, "Anna Abe", title="One", portfolio=portfolio),
            person(where, "Bo Baba", country, title="Two", portfolio=portfolio),
        ]
        return keys(read_small(folder, **tables), "contradiction")

    assert seats("two_plus_two", "foreign") == [f"{MEETING}|Bo Baba"]
    assert seats("two_plus_two", "foreign", "GBR") == []  # one of each side
    assert seats("two_plus_two", "official") == []  # several may come along
    assert seats("senior_two_plus_two", "foreign") == []


# --- may be false -----------------------------------------------------------------------------


def weak_record(folder: Path) -> Path:
    summit = f"{MEETING}-summit"
    folder = write_record(
        folder,
        meetings=[
            meeting("GBR", "2015-01-21", kind="summit", source_ids="w"),
            meeting("GBR", "2015-01-21", source_ids="w"),
        ],
        participants=[person(MEETING, "Anna Abe", source_id="w")],
        mentions=[mention(summit, "cyber", source_id="w"), mention(MEETING, "cyber", source_id="w")],
        agreements=[agreement("gbr-acsa", "acsa", "negotiating", source_ids="w;good")],
        agreement_events=[step("gbr-acsa", "2014-01-01", "proposed") | {"source_id": "w"}],
    )
    return changed(folder, "sources", "source_id", w={"reliability": "weak", "publisher": "A blog"})


def test_facts_on_one_weak_voice_come_by_their_weight(tmp_path):
    record = load(weak_record(tmp_path))
    assert [(table, key) for table, key, _ in found(record, "weak_source")] == [
        ("meetings", MEETING),
        ("agreement_events", "gbr-acsa|2014-01-01|proposed"),
        ("meetings", f"{MEETING}-summit"),
        ("participants", f"{MEETING}|Anna Abe"),
        ("mentions", f"{MEETING}|cyber"),
        ("mentions", f"{MEETING}-summit|cyber"),
    ]
    assert found(record, "weak_source")[0][2].startswith("A blog (w), which is weak, is its only source.")


def test_a_page_relied_on_more_than_the_rule_allows_is_told_and_one_relied_on_less_is_not(tmp_path):
    """A joint statement on a ministry's host is official by the rule, what a blog says of it is weak."""
    folder = write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21", source_ids="a;b;c")])
    ministry, blog = "https://www.mofa.go.jp/", "https://example.wordpress.com/"
    sources = {
        "a": {"url": f"{ministry}a", "reliability": "official"},
        "b": {"url": f"{blog}b", "reliability": "press"},
        "c": {"url": f"{ministry}c", "reliability": "press"},
    }
    ((table, key, what),) = found(
        load(changed(folder, "sources", "source_id", **sources)), "class_above_rule"
    )
    assert (table, key) == ("sources", "b")
    assert "Its class is press" in what
    assert "make it weak" in what


def test_copies_of_one_voice_are_still_one_and_a_second_voice_lifts_the_finding(tmp_path):
    def told(publisher: str, grade: str) -> list[str]:
        folder = write_record(
            tmp_path / publisher[:5], meetings=[meeting("GBR", "2015-01-21", source_ids="w;x")]
        )
        weak = {"reliability": "weak", "publisher": "Kyodo (copy on a blog)"}
        other = {"reliability": grade, "publisher": publisher}
        return [
            what
            for *_, what in found(
                load(changed(folder, "sources", "source_id", w=weak, x=other)), "weak_source"
            )
        ]

    (what,) = told("Kyodo via a board", "weak")
    assert "the only voice behind its 2 sources" in what
    assert told("Reuters (copy on a blog)", "weak") == []
    assert told("The Japan Times", "press") == []


@pytest.mark.parametrize(
    ("grade", "told"), [("official", 0), ("official_copy", 0), ("press", 1), ("weak", 1)]
)
def test_a_ministerial_meeting_wants_an_official_text(tmp_path, grade, told):
    folder = write_record(
        tmp_path,
        meetings=[
            meeting("GBR", "2015-01-21", source_ids="m"),
            meeting("GBR", "2016-01-08", kind="senior_two_plus_two", source_ids="m"),  # of officials
        ],
        mentions=[mention(MEETING, "cyber", source_id="n")],
    )
    # The official text may be the one behind an area, too.
    changed(folder, "sources", "source_id", m={"reliability": "press"}, n={"reliability": grade})
    assert keys(load(folder), "no_official_text") == [MEETING] * told


# --- misleads ---------------------------------------------------------------------------------


def lives(folder: Path, kind: str, status: str, *events: str, precision: str = "day") -> Record:
    """One agreement with steps on 1 January of 2011, 2012 and so on."""
    steps = [
        step(f"gbr-{kind}", f"{year}-01-01", event, precision)
        for year, event in enumerate(events, start=2011)
    ]
    return read_small(folder, agreements=[agreement(f"gbr-{kind}", kind, status)], agreement_events=steps)


@pytest.mark.parametrize(
    ("kind", "status", "events", "told"),
    [
        ("acsa", "in_force", ["signed"], "It is said to be in force, but no"),
        ("acsa", "signed", ["signed"], "Signed 1 January 2011, but no"),
        ("acsa", "signed", [], "Signed on a day that is not on record, but no"),
        ("security_treaty", "in_force", ["signed"], "It is said to be in force, but no"),
        ("acsa", "in_force", ["signed", "entered_into_force"], None),
        ("acsa", "negotiating", ["proposed"], None),
        ("acsa", "superseded", ["signed", "superseded"], None),
        ("joint_development", "in_force", ["signed"], None),  # begins without an act of entry into force
    ],
)
def test_an_agreement_that_binds_wants_its_entry_into_force(tmp_path, kind, status, events, told):
    cases = [what for *_, what in found(lives(tmp_path, kind, status, *events), "force_unknown")]
    assert len(cases) == (told is not None)
    assert all(what.startswith(told) for what in cases)


def test_those_said_to_be_in_force_come_first_then_the_longest_signed(tmp_path):
    record = read_small(
        tmp_path,
        agreements=[
            agreement("gbr-acsa", "acsa", "signed"),
            agreement("gbr-isa", "isa", "signed"),
            agreement("gbr-raa", "raa", "in_force"),
        ],
        agreement_events=[
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-isa", "2013-07-04", "signed"),
            step("gbr-raa", "2023-01-11", "signed"),
        ],
    )
    assert keys(record, "force_unknown") == ["gbr-raa", "gbr-isa", "gbr-acsa"]


@pytest.mark.parametrize(
    ("kind", "status", "events", "told"),
    [
        (
            "acsa",
            "signed",
            ["signed", "entered_into_force"],
            "status is signed, but its steps say: entered into force.",
        ),
        ("other", "announced", ["signed"], "status is announced, but its steps say: signed."),
        ("other", "in_force", ["signed", "superseded"], "status is in force, but its steps say: superseded."),
        ("other", "superseded", ["signed"], "status is superseded, but no step says so."),
        ("other", "terminated", ["signed"], "Find the day on which it was terminated."),
        ("other", "signed", ["proposed"], "Find the day on which it was signed."),
        ("joint_development", "in_force", ["proposed"], "Find the day on which it entered into force."),
        ("joint_development", "in_force", ["signed"], None),
        ("other", "superseded", ["entered_into_force", "superseded"], None),
        ("acsa", "in_force", ["proposed"], None),  # told as force_unknown
        ("acsa", "in_force", ["signed", "entered_into_force"], None),
        ("acsa", "negotiating", ["negotiations_launched"], None),
    ],
)
def test_status_and_steps_say_the_same(tmp_path, kind, status, events, told):
    cases = [what for *_, what in found(lives(tmp_path, kind, status, *events), "status_steps")]
    assert len(cases) == (told is not None)
    assert all(told in what for what in cases)


@pytest.mark.parametrize(("precision", "told"), [("day", 0), ("month", 1), ("year", 1)])
def test_a_step_known_to_the_month_or_year_is_imprecise(tmp_path, precision, told):
    record = lives(tmp_path, "acsa", "negotiating", "proposed", precision=precision)
    assert keys(record, "imprecise_step") == ["gbr-acsa|2011-01-01|proposed"] * told


def test_imprecise_entries_into_force_come_before_signatures_and_years_before_months(tmp_path):
    record = read_small(
        tmp_path,
        agreements=[agreement(f"gbr-{kind}", kind, "in_force") for kind in ("acsa", "isa")],
        agreement_events=[
            step("gbr-acsa", "2010-01-01", "proposed", "year"),
            step("gbr-acsa", "2011-01-01", "signed", "year"),
            step("gbr-acsa", "2012-03-01", "entered_into_force", "month"),
            step("gbr-isa", "2013-01-01", "entered_into_force", "year"),
        ],
    )
    events = [key.split("|")[0][4:] + " " + key.split("|")[2] for key in keys(record, "imprecise_step")]
    assert events == ["isa entered_into_force", "acsa entered_into_force", "acsa signed", "acsa proposed"]


# --- may be missing ---------------------------------------------------------------------------


def series(*days: str, kind: str = "two_plus_two", numbers: tuple[Any, ...] = ()) -> list[Row]:
    numbers = numbers or ("",) * len(days)
    return [meeting("GBR", day, kind, ordinal=number) for day, number in zip(days, numbers, strict=True)]


def test_a_number_that_no_meeting_has_is_missing_unless_one_without_number_may_have_it(tmp_path):
    days = ("2015-01-21", "2016-01-08", "2017-12-14")
    record = read_small(tmp_path / "a", meetings=series(*days[::2], numbers=(1, 3)))
    ((_, key, what),) = found(record, "number_gap")
    assert key == "gbr-2017-12-14"
    assert "1 meeting(s) missing between number 1 (gbr-2015-01-21) and number 3 (gbr-2017-12-14)" in what
    assert "Perhaps" not in what
    record = read_small(tmp_path / "b", meetings=series(*days, numbers=(1, "", 3)))
    ((_, _, what),) = found(record, "number_gap")
    assert "Perhaps it is gbr-2016-01-08, which has no number." in what
    assert found(read_small(tmp_path / "c", meetings=series(*days, numbers=(1, 2, 3))), "number_gap") == []


# Intervals of 100, 200 and 100 days have the median 100: twice that is not more than twice.
YEARLY = ("2020-01-01", "2020-04-10", "2020-10-27", "2021-02-04")
LONGER = ("2020-01-01", "2020-04-10", "2020-10-28", "2021-02-05")  # 100, 201, 100


@pytest.mark.parametrize(
    ("days", "told"),
    [(YEARLY, []), (LONGER, ["gbr-2020-10-28"]), (LONGER[:3], [])],
    ids=["twice the median", "more than twice", "too few meetings for a median"],
)
def test_an_interval_of_more_than_twice_the_median_is_long(tmp_path, days, told):
    assert keys(read_small(tmp_path, meetings=series(*days)), "long_gap") == told


def test_consecutive_numbers_prove_that_no_meeting_is_missing(tmp_path):
    record = read_small(tmp_path / "a", meetings=series(*LONGER, numbers=(1, 2, 3, 4)))
    assert keys(record, "long_gap") == []
    record = read_small(tmp_path / "b", meetings=series(*LONGER, numbers=(1, 2, "", 4)))
    assert keys(record, "long_gap") == ["gbr-2020-10-28"]


def test_a_gap_between_summits_says_nothing(tmp_path):
    assert keys(read_small(tmp_path, meetings=series(*LONGER, kind="summit")), "long_gap") == []
    assert keys(read_small(tmp_path, meetings=series(*LONGER, kind="summit")), "long_silence") == []


def test_a_long_silence_since_the_last_is_told_unless_the_framework_is_dormant(tmp_path):
    # From 4 February 2021 to 31 May 2026, the end of the coverage: 1,942 days against a median of 100.
    record = read_small(tmp_path / "a", meetings=series(*YEARLY), frameworks=[framework("GBR")])
    ((_, key, what),) = found(record, "long_silence")
    assert key == "gbr-2021-02-04"
    assert "1,942 days before 31 May 2026, 19.4 times the median" in what
    record = read_small(tmp_path / "b", meetings=series(*YEARLY), frameworks=[framework("GBR", "dormant")])
    assert found(record, "long_silence") == []
    assert found(read_small(tmp_path / "c", meetings=series(*YEARLY[:3])), "long_silence") == []


# --- read thinly ------------------------------------------------------------------------------


def test_meetings_with_fewer_than_half_of_the_median_areas_or_none_are_thin(tmp_path):
    # Of the coded meetings, with 5, 4, 4, 2 and 1 areas, the median is 4: half of it is not fewer than half.
    areas = {"2014-01-09": 5, "2015-01-21": 4, "2016-01-08": 4, "2017-12-14": 2, "2021-02-03": 1}
    areas["2023-11-07"] = 0  # the summit is alone with one area
    record = read_small(
        tmp_path,
        meetings=[*(meeting("GBR", day) for day in areas), meeting("GBR", "2017-08-31", kind="summit")],
        mentions=[
            mention("gbr-2017-08-31-summit", "a"),
            *(mention(f"gbr-{day}", "abcde"[place]) for day, many in areas.items() for place in range(many)),
        ],
    )
    (none, one) = found(record, "few_areas")
    assert none[1:] == (
        "gbr-2023-11-07",
        "No cooperation area is coded, where the median of this format is 4. Read more of its texts.",
    )
    assert one[1] == "gbr-2021-02-03"
    assert one[2].startswith("Only 1 cooperation area is coded, where the median of this format is 4.")


def test_a_meeting_of_which_no_page_was_read_in_full_is_told_ministerial_ones_first(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[
            meeting("GBR", "2014-01-01", kind="summit", source_ids="b"),
            meeting("GBR", "2015-01-21", source_ids="a;b"),
            meeting("GBR", "2016-01-08", source_ids="b"),
            meeting("GBR", "2017-12-14", source_ids="a;c"),
            meeting("GBR", "2021-02-03", source_ids="a"),
        ],
        mentions=[mention("gbr-2021-02-03", "cyber", source_id="c")],  # read in full for an area
    )
    changed(folder, "sources", "source_id", a={"seen": "opening"}, b={"seen": "snippet"})
    assert keys(load(folder), "not_read_in_full") == [
        "gbr-2016-01-08",
        "gbr-2015-01-21",
        "gbr-2014-01-01-summit",
    ]


# --- housekeeping -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.mofa.go.jp/a/", "https://mofa.go.jp/a"),
        ("https://m.example.org/a?id=1&utm_source=x", "https://img.example.org/a?id=1#top"),
        ("https://EXAMPLE.org/a?b=1&c=2", "https://example.org:443/a?c=2&b=1"),
    ],
)
def test_addresses_that_lead_to_one_page_are_the_same(one, other):
    assert plain_address(one) == plain_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://example.org/a", "https://mod.example.org/a"),
        ("https://wwwx.example.org/a", "https://example.org/a"),
    ],
)
def test_addresses_that_may_lead_to_two_pages_are_not(one, other):
    assert plain_address(one) != plain_address(other)


def two_sources(folder: Path, **second: str) -> list[tuple[str, str, str]]:
    folder = write_record(folder, meetings=[meeting("GBR", "2015-01-21", source_ids="a;b")])
    first = {
        "title": "Meeting",
        "date": "2015-01-21",
        "publisher": "Kyodo News",
        "url": "https://www.a.org/x",
    }
    other = {**first, "publisher": "The Japan Times (Kyodo)", "url": "https://b.org/y", **second}
    changed(folder, "sources", "source_id", a=first, b=other)
    return [(table, key, what.split(".")[0]) for table, key, what in found(load(folder), "duplicate_link")]


def test_a_link_or_a_text_of_one_voice_stands_once(tmp_path):
    same_text = [("sources", "b", "It has the title, date and voice of a")]
    assert two_sources(tmp_path / "text") == same_text
    assert two_sources(tmp_path / "capitals", title="MEETING") == same_text
    same_page = [("sources", "b", "It leads to the same page as a")]
    assert two_sources(tmp_path / "both", url="http://a.org/x/") == same_page  # once, not twice
    assert two_sources(tmp_path / "page", url="http://a.org/x/", title="Other") == same_page


@pytest.mark.parametrize(
    "second",
    [{"title": "Other"}, {"date": "2015-01-22"}, {"publisher": "Reuters"}, {"language": "ja"}, {"date": ""}],
)
def test_two_texts_are_two(tmp_path, second):
    assert two_sources(tmp_path, **second) == []


def test_a_source_of_a_participant_or_area_belongs_to_the_meeting_too(tmp_path):
    record = read_small(
        tmp_path,
        meetings=[
            meeting("GBR", "2015-01-21", source_ids="a;b"),
            meeting("GBR", "2016-01-08", source_ids="c;d"),
        ],
        participants=[person(MEETING, "Anna Abe", source_id="c")],
        mentions=[
            mention(MEETING, "cyber", source_id="a", further_source_ids="b;d"),
            mention(MEETING, "space", source_id="c"),
            mention("gbr-2016-01-08", "cyber", source_id="c"),
        ],
    )
    assert found(record, "unlisted_source") == [
        (
            "meetings",
            MEETING,
            "c is cited for Anna Abe, space, but not among the sources of the meeting. Add it there.",
        ),
        (
            "meetings",
            MEETING,
            "d is cited for cyber, but not among the sources of the meeting. Add it there.",
        ),
    ]


def test_an_example_of_an_area_is_a_meeting_that_took_it_up(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21"), meeting("GBR", "2016-01-08")],
        mentions=[mention(MEETING, "cyber"), mention("gbr-2016-01-08", "space")],
    )
    changed(
        folder,
        "topics",
        "topic_id",
        cyber={"example_1": MEETING, "example_2": "gbr-2016-01-08"},  # the second took up space alone
        space={"example_1": "gbr-1999-01-01"},  # no meeting at all
    )
    assert [(key, what.split(",")[0]) for _, key, what in found(load(folder), "example_not_coded")] == [
        ("cyber", "example_2 is gbr-2016-01-08"),
        ("space", "example_1 is gbr-1999-01-01"),
    ]


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("mentions", {"further_source_ids": "source-1;z"}),
        ("meetings", {"source_ids": "z;source-1"}),
        ("people", {"source_ids": "z"}),
        ("offices", {"source_id": "z"}),
        ("partners", {"source_ids": "z"}),
        (None, {}),
    ],
)
def test_a_source_that_any_row_uses_is_used(tmp_path, table, cells):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21")],
        participants=[person(MEETING, "Anna Abe")],
        mentions=[mention(MEETING, "cyber")],
    )
    added(
        folder,
        "sources",
        read_rows(folder, "sources")[1][0] | {"source_id": "z", "title": "Z", "url": "https://a.org/z"},
    )
    if table:
        columns, kept = read_rows(folder, table)
        write_table(folder, table, columns, [kept[0] | cells, *kept[1:]])
    assert keys(load(folder), "unused_source") == ([] if table else ["z"])


# --- command ----------------------------------------------------------------------------------


def test_the_command_prints_counts_and_the_worst_and_writes_all(tmp_path, capsys):
    folder, file = weak_record(tmp_path / "record"), tmp_path / "all.csv"
    assert main(["audit", str(folder), "--finding", "weak_source", "--most", "2", "--csv", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["weak_source", "6"]
    assert [line for line in lines if "which is weak" in line] == lines[-2:]
    assert f"weak_source  meetings {MEETING}: A blog (w)" in lines[-2]
    table = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert len(table) == 6
    assert list(table[0]) == ["rank", "finding", "table", "key", "partner", "what"]


def test_the_command_names_what_is_wrong_with_its_input_in_one_sentence(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none")]) == 1
    assert "is not a valid record" in capsys.readouterr().err
    folder = write_record(tmp_path / "record")
    assert main(["audit", str(folder), "--csv", str(tmp_path / "no" / "file.csv")]) == 1
    assert capsys.readouterr().err.strip().endswith("could not be written: No such file or directory")
    with pytest.raises(SystemExit):
        main(["audit", "--most", "-1"])
    assert "'-1' is no number of cases" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["audit", "--finding", "nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(tmp_path):
    folder = write_record(tmp_path / "record", partners=["GBR"])
    added(
        folder,
        "doubts",
        {"doubt_id": "gbr-1", "partner": "GBR", "state": "contested", "claim": "=1", "finding": "x"},
    )
    assert main(["audit", str(folder), "--csv", str(tmp_path / "all.csv"), "--most", "0"]) == 0
    assert ",=1" not in (tmp_path / "all.csv").read_text(encoding="utf-8")
