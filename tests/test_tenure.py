"""Who held which office when, and what of it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_record import context, meeting, person, read_rows, read_small, set_cell, write_record

from twoplustwo import load
from twoplustwo.analysis.tenure import impossible, tenures
from twoplustwo.language import speaking
from twoplustwo.record import person_id

PREMIER = {"title": "Prime Minister", "portfolio": "leader"}


def sittings(*seats: tuple[str, str]) -> dict[str, Any]:
    """Meetings with Britain, and who sat for Japan: (day, name). Those of a day share the meeting."""
    days = dict.fromkeys(day for day, _ in seats)
    return {
        "meetings": [meeting("GBR", day) for day in days],
        "participants": [person(f"gbr-{day}", name) for day, name in seats],
    }


def stints(folder: Path, *seats: tuple[str, str]) -> list[list[Any]]:
    table = tenures(read_small(folder, **sittings(*seats)))
    assert set(table["office_id"]) == {"jpn-minister"}
    days = table.assign(first=table["first"].dt.strftime("%F"), last=table["last"].dt.strftime("%F"))
    return days[["name", "first", "last", "meetings"]].to_numpy().tolist()


def cases(folder: Path, **tables: Any) -> list[list[str]]:
    return impossible(read_small(folder, **tables))[["case", "key"]].to_numpy().tolist()


def test_meetings_in_one_office_without_somebody_else_are_one_stint(tmp_path):
    seats = [("2012-01-01", "Anna Abe"), ("2014-01-01", "Anna Abe"), ("2016-01-01", "Bo Baba")]
    assert stints(tmp_path, *seats) == [
        ["Anna Abe", "2012-01-01", "2014-01-01", 2],
        ["Bo Baba", "2016-01-01", "2016-01-01", 1],
    ]


def test_who_comes_back_after_somebody_else_has_two_stints(tmp_path):
    seats = [("2012-01-01", "Anna Abe"), ("2014-01-01", "Bo Baba"), ("2016-01-01", "Anna Abe")]
    assert stints(tmp_path, *seats) == [
        ["Anna Abe", "2012-01-01", "2012-01-01", 1],
        ["Bo Baba", "2014-01-01", "2014-01-01", 1],
        ["Anna Abe", "2016-01-01", "2016-01-01", 1],
    ]


def test_somebody_else_on_the_same_day_ends_no_stint(tmp_path):
    seats = [("2012-01-01", "Anna Abe"), ("2012-01-01", "Bo Baba"), ("2014-01-01", "Anna Abe")]
    assert [row[0] for row in stints(tmp_path, *seats)] == ["Anna Abe", "Bo Baba"]


def test_offices_are_told_apart_and_a_person_may_hold_several(tmp_path):
    record = read_small(
        tmp_path,
        meetings=[meeting("GBR", "2015-01-21"), meeting("GBR", "2016-01-08")],
        participants=[
            person("gbr-2015-01-21", "Anna Abe", title="Minister of Defense"),
            person("gbr-2016-01-08", "Anna Abe", title="Minister for Foreign Affairs"),
        ],
    )
    table = tenures(record)
    assert table["title"].tolist() == ["Minister for Foreign Affairs", "Minister of Defense"]
    assert table["person_id"].tolist() == ["anna-abe"] * 2


def test_an_empty_record_has_no_stint_and_nothing_impossible(tmp_path):
    record = read_small(tmp_path)
    assert tenures(record).empty
    assert tenures(record)["first"].dtype.kind == "M"
    assert impossible(record).empty


def test_stints_of_the_shipped_record_are_the_participants_counted_again(record):
    """Independent of frames: walk each office by day, a new stint where the holder changes."""
    days = dict(zip(record.meetings["meeting_id"], record.meetings["date"], strict=True))
    seats = sorted(
        (row.office_id, days[row.meeting_id], row.name) for row in record.participants.itertuples(index=False)
    )
    walked: list[list[Any]] = []
    for office, day, name in seats:
        if walked and walked[-1][:2] == [office, person_id(name)]:
            walked[-1][3] = day
        else:
            walked.append([office, person_id(name), day, day])
    table = tenures(record)
    # True as long as no two persons are seen in an office on one day, which impossible() watches over.
    assert sorted(map(str, walked)) == sorted(
        map(str, table[["office_id", "person_id", "first", "last"]].to_numpy().tolist())
    )
    assert table["meetings"].sum() == len(record.participants)


# --- what cannot be ---------------------------------------------------------------------------


def test_two_persons_in_one_office_on_one_day_at_one_meeting_or_two(tmp_path):
    tables = sittings(("2015-01-21", "Anna Abe"), ("2015-01-21", "Bo Baba"))
    assert cases(tmp_path / "one", **tables) == [["two_holders", "gbr-2015-01-21|Bo Baba"]]
    tables = {
        "meetings": [meeting("AUS", "2015-01-21"), meeting("GBR", "2015-01-21")],
        "participants": [person("aus-2015-01-21", "Anna Abe"), person("gbr-2015-01-21", "Bo Baba")],
    }
    assert cases(tmp_path / "two", **tables) == [["two_holders", "gbr-2015-01-21|Bo Baba"]]


def test_one_person_at_two_meetings_of_a_day_is_possible(tmp_path):
    tables = {
        "meetings": [meeting("AUS", "2015-01-21"), meeting("GBR", "2015-01-21")],
        "participants": [person("aus-2015-01-21", "Anna Abe"), person("gbr-2015-01-21", "Anna Abe")],
    }
    assert cases(tmp_path, **tables) == []


def test_a_person_who_sits_for_another_country_than_their_own(tmp_path):
    tables = sittings(("2015-01-21", "Anna Abe"), ("2016-01-08", "Bo Baba"))
    folder = write_record(tmp_path, **tables)
    people = read_rows(folder, "people")[1]
    set_cell(folder, "people", 2 + [row["name"] for row in people].index("Bo Baba"), "country", "GBR")
    found = impossible(load(folder))
    assert found[["case", "key", "partner"]].to_numpy().tolist() == [
        ["foreign_seat", "gbr-2016-01-08|Bo Baba", "GBR"]
    ]


@pytest.mark.parametrize(
    ("day", "name", "wrong"),
    [
        ("2015-01-21", "Anna Abe", False),  # within Abe's term
        ("2016-09-16", "Anna Abe", False),  # on the day of the change both fit
        ("2016-09-16", "Bo Suga", False),
        ("2016-09-17", "Anna Abe", True),
        ("2015-01-21", "Bo Suga", True),
        ("2026-05-01", "Bo Suga", False),  # in office still
        ("2010-01-01", "Bo Suga", False),  # nobody's term is on record
    ],
)
def test_a_prime_minister_outside_the_own_cabinet(tmp_path, day, name, wrong):
    found = cases(
        tmp_path,
        meetings=[meeting("GBR", day, kind="summit")],
        participants=[person(f"gbr-{day}-summit", name, **PREMIER)],
        context_events=[
            context(
                "jpn-abe",
                "2012-12-26",
                "cabinet",
                country="JPN",
                title="First Abe cabinet",
                end_date="2016-09-16",
            ),
            context("jpn-suga", "2016-09-16", "cabinet", country="JPN", title="Suga government"),
        ],
    )
    assert found == ([["prime_minister", f"gbr-{day}-summit|{name}"]] if wrong else [])


@pytest.mark.parametrize(("back", "wrong"), [("2014-03-02", True), ("2014-03-03", False)])
def test_back_in_an_office_within_sixty_days_though_somebody_else_had_it(tmp_path, back, wrong):
    # 1 January to 2 March 2014 are 60 days.
    tables = sittings(("2014-01-01", "Anna Abe"), ("2014-02-01", "Bo Baba"), (back, "Anna Abe"))
    assert cases(tmp_path, **tables) == ([["back_too_soon", f"gbr-{back}|Anna Abe"]] if wrong else [])


def test_two_who_follow_each_other_over_years_are_possible(tmp_path):
    seats = [
        (f"{year}-01-01", name)
        for year, name in zip(range(2012, 2016), ["Anna Abe", "Bo Baba"] * 2, strict=True)
    ]
    assert cases(tmp_path, **sittings(*seats)) == []


@pytest.mark.parametrize(
    ("last", "wrong"), [("2007-01-08", False), ("2007-01-09", False), ("2007-01-10", True)]
)
def test_an_office_seen_before_the_last_day_of_the_one_that_it_follows(tmp_path, last, wrong):
    days = dict.fromkeys([last, "2007-01-09"])
    folder = write_record(
        tmp_path,
        meetings=[meeting("GBR", day) for day in days],
        participants=[
            person(f"gbr-{last}", "Anna Abe", title="Director General", office_id="agency"),
            person("gbr-2007-01-09", "Bo Baba", title="Minister of Defense", office_id="ministry"),
        ],
    )
    offices = read_rows(folder, "offices")[1]
    set_cell(
        folder, "offices", 2 + [row["office_id"] for row in offices].index("ministry"), "follows", "agency"
    )
    found = impossible(load(folder))
    assert found[["case", "table", "key"]].to_numpy().tolist() == (
        [["succession", "offices", "ministry"]] if wrong else []
    )


def test_the_sentences_are_english_whatever_the_page_speaks(tmp_path):
    record = read_small(tmp_path, **sittings(("2015-01-21", "Anna Abe"), ("2015-01-21", "Bo Baba")))
    with speaking("ja"):
        (what,) = impossible(record)["what"]
    where = "at gbr-2015-01-21 and gbr-2015-01-21"
    assert what == f"Bo Baba and Anna Abe both sit as Minister (JPN) on 21 January 2015, {where}."


def test_nothing_impossible_stands_in_the_shipped_record(record):
    assert impossible(record)["what"].tolist() == []
