"""What each fact rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_record import (
    add_row,
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
from twoplustwo.analysis.evidence import evidence, of_row, summary
from twoplustwo.record import split_ids
from twoplustwo.reliability import CLASSES, origin

MEETING = "gbr-2015-01-21"


def with_sources(folder: Path, **sources: dict[str, str]) -> Record:
    """The record of a folder, its sources changed in some cells or added."""
    columns, kept = read_rows(folder, "sources")
    known = {row["source_id"] for row in kept}
    model = kept[0]
    for row in kept:
        row.update(sources.get(row["source_id"], {}))
    for code in sources.keys() - known:
        kept.append({**model, "source_id": code, "url": f"https://example.org/{code}", **sources[code]})
    write_table(folder, "sources", columns, kept)
    return load(folder)


def best(tmp_path: Path, cell: str, **sources: dict[str, str]) -> Any:
    folder = write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21", source_ids=cell)])
    return of_row(with_sources(folder, **sources), "meetings", MEETING)


def test_the_most_reliable_source_is_the_best(tmp_path):
    # b was read less deeply and is of a later kind, but it is official.
    fact = best(
        tmp_path,
        "a;b;c",
        a={"reliability": "weak"},
        b={"reliability": "official", "seen": "snippet", "kind": "treaty_page"},
        c={"reliability": "official_copy"},
    )
    assert (fact.best_source, fact.best_class, fact.sources) == ("b", "official", 3)


def test_of_equally_reliable_ones_the_best_is_the_one_read_deepest(tmp_path):
    fact = best(
        tmp_path,
        "a;b;c",
        a={"seen": "snippet"},
        b={"seen": "opening", "kind": "treaty_page"},
        c={"seen": "snippet"},
    )
    assert fact.best_source == "b"


def test_of_equally_deep_ones_the_best_is_the_first_kind_then_the_first_named(tmp_path):
    fact = best(
        tmp_path,
        "a;b;c",
        a={"kind": "official_readout"},
        b={"kind": "joint_statement"},
        c={"kind": "joint_statement"},
    )
    assert fact.best_source == "b"


def test_copies_and_agency_texts_are_one_voice_and_two_governments_two(tmp_path):
    fact = best(
        tmp_path,
        "a;b;c;d;e",
        a={"publisher": "Kyodo News"},
        b={"publisher": "The Japan Times (Kyodo)"},
        c={"publisher": "Ministry of Foreign Affairs of Japan"},
        d={"publisher": "Embassy of Japan in France"},
        e={"publisher": "UK Government (GOV.UK)"},
    )
    assert (fact.sources, fact.independent) == (5, 3)


def test_a_source_that_a_row_names_twice_counts_once(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21")],
        mentions=[mention(MEETING, "cyber", source_id="a", further_source_ids="a;b")],
    )
    record = with_sources(folder, a={"publisher": "Reuters"}, b={"publisher": "Jiji Press"})
    fact = of_row(record, "mentions", f"{MEETING}|cyber")
    assert (fact.sources, fact.independent) == (2, 2)


def test_every_table_of_facts_has_its_keys_partners_and_further_sources(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21", source_ids="m")],
        participants=[person(MEETING, "Anna Abe", source_id="p")],
        mentions=[mention(MEETING, "cyber", source_id="n")],
        agreements=[agreement("aus-acsa", "acsa", "signed", source_ids="a;m")],
        agreement_events=[
            step("aus-acsa", "2017-01-14", "signed") | {"source_id": "s", "further_source_ids": "a"}
        ],
        frameworks=[framework("GBR")],
    )
    found = evidence(load(folder))
    assert found[["table", "key", "partner", "sources"]].to_numpy().tolist() == [
        ["meetings", MEETING, "GBR", 1],
        ["participants", f"{MEETING}|Anna Abe", "GBR", 1],
        ["mentions", f"{MEETING}|cyber", "GBR", 1],
        ["agreements", "aus-acsa", "AUS", 2],
        ["agreement_events", "aus-acsa|2017-01-14|signed", "AUS", 2],
        ["frameworks", "GBR|ministerial", "GBR", 1],
    ]


def test_a_page_on_an_area_does_not_vouch_for_the_meeting(tmp_path):
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21", source_ids="a")],
        mentions=[mention(MEETING, "cyber", source_id="b")],
    )
    record = with_sources(folder, a={"reliability": "weak"}, b={"reliability": "official"})
    assert of_row(record, "meetings", MEETING).best_class == "weak"


def test_summary_counts_facts_by_table_and_best_class(tmp_path):
    days = ("2015-01-21", "2016-01-08", "2017-12-14", "2019-06-26")
    cells = ("a", "a;b", "b", "a;c")  # official alone, official with press, press alone, one voice twice
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", day, source_ids=cell) for day, cell in zip(days, cells, strict=True)],
    )
    table = summary(
        with_sources(
            folder,
            a={"publisher": "Ministry of Defense of Japan", "reliability": "official"},
            b={"publisher": "Reuters", "reliability": "press"},
            c={"publisher": "Embassy of Japan in Germany"},
        )
    )
    meetings = table[table["table"] == "meetings"].set_index("best_class")
    assert meetings["facts"].to_dict() == {"official": 3, "official_copy": 0, "press": 1, "weak": 0}
    assert meetings["share"].to_dict() == {"official": 0.75, "official_copy": 0, "press": 0.25, "weak": 0}
    assert meetings["one_voice"].to_dict() == {"official": 2, "official_copy": 0, "press": 1, "weak": 0}
    assert table.loc[table["table"] == "mentions", "share"].isna().all()


def test_an_empty_record_has_no_facts_and_an_unknown_one_is_told(tmp_path):
    record = read_small(tmp_path)
    assert evidence(record).empty
    with pytest.raises(KeyError):
        of_row(record, "meetings", "gbr-1900-01-01")


def test_every_fact_of_the_shipped_record_agrees_with_a_plain_reading_of_its_row(record):
    """Read again without frames: sources by id, cells split, minimum of the class."""
    about = {row.source_id: row for row in record.sources.itertuples()}
    found = evidence(record).set_index(["table", "key"])
    for row in record.mentions.itertuples():
        cell = (
            row.source_id
            if not isinstance(row.further_source_ids, str)
            else f"{row.source_id};{row.further_source_ids}"
        )
        cited = [about[code] for code in set(split_ids(cell))]
        fact = found.loc[("mentions", f"{row.meeting_id}|{row.topic_id}")]
        assert fact["best_class"] == min((one.reliability for one in cited), key=CLASSES.index)
        assert (fact["sources"], fact["independent"]) == (
            len(cited),
            len({origin(one.publisher) for one in cited}),
        )
    assert len(found) == sum(
        len(record.tables()[name]) for name in set(found.index.get_level_values("table"))
    )


def test_a_key_is_that_of_the_history_of_changes(record):
    facts = set(zip(evidence(record)["table"], evidence(record)["key"], strict=True))
    told = record.revisions[record.revisions["table"] == "participants"]
    revised, retired = (set(told.loc[told["action"] == action, "key"]) for action in ("revised", "retired"))
    assert len(revised) > 10
    assert {("participants", key) for key in revised - retired} <= facts


def test_a_source_in_no_row_is_no_evidence(tmp_path):
    folder = write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21", source_ids="a")])
    add_row(
        folder,
        "sources",
        read_rows(folder, "sources")[1][0] | {"source_id": "z", "url": "https://example.org/z"},
    )
    assert of_row(load(folder), "meetings", MEETING).sources == 1


def test_an_event_around_the_meetings_is_a_fact_without_a_partner(tmp_path):
    event = context("world-2014-01-01-crisis", "2014-01-01", "crisis", source_ids="a;b")
    record = read_small(tmp_path, meetings=[meeting("GBR", "2015-01-21")], context_events=[event])
    fact = of_row(record, "context_events", "world-2014-01-01-crisis")
    assert (fact.sources, fact.independent) == (2, 1)  # both pages are the ministry's
    assert pd.isna(fact.partner)
