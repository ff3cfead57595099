"""What becomes of the tables when rows are added, revised and retired, worked out by hand."""

from __future__ import annotations

import difflib
import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from folders import beside, contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_record import agreement, context, meeting, mention, person, read_rows, step, write_record

from twoplustwo.check import check
from twoplustwo.editing import (
    GROUPS,
    ORDER,
    Change,
    RefusedError,
    as_csv,
    belonging,
    changed,
    columns,
    described,
    keep,
    key_of,
    next_version,
    place_of,
    read_tables,
)
from twoplustwo.record import DESCRIPTOR, shipped_folder, table_schemas

DAY = date(2026, 11, 24)
NEXT = "2026.11.1"  # after the 2026.11.0 of a small record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two British meetings, an agreement with two steps, and an event around them."""
    return write_record(
        tmp_path / "data",
        meetings=[meeting("GBR", "2015-01-21", ordinal=1), meeting("GBR", "2016-01-08", ordinal=2)],
        participants=[person("gbr-2015-01-21", "Anna Abe"), person("gbr-2015-01-21", "Bo Smith", "GBR")],
        mentions=[
            mention("gbr-2015-01-21", "cyber"),
            mention("gbr-2015-01-21", "space", source_id="source-2"),
            mention("gbr-2016-01-08", "cyber"),
        ],
        agreements=[agreement("gbr-acsa", "acsa", "in_force")],
        agreement_events=[
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-acsa", "2017-08-18", "entered_into_force"),
        ],
        context_events=[context("first", "2014-01-01", "crisis"), context("second", "2016-01-01", "crisis")],
    )


def rows(folder: Path, table: str) -> dict[str, dict[str, str]]:
    """The rows of a table as they stand in its file, by key."""
    return {key_of(table, row): row for row in read_rows(folder, table)[1]}


def history(folder: Path) -> list[dict[str, str]]:
    return read_rows(folder, "revisions")[1]


def new_lines(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that a diff would show as gone, and as new."""
    diff = list(difflib.ndiff(before.decode().splitlines(), after.decode().splitlines()))
    return [line[2:] for line in diff if line[0] == "-"], [line[2:] for line in diff if line[0] == "+"]


def revise(table: str, key: str, column: str, new: str, **given: str) -> Change:
    return Change("revised", table, key, column, new=new, reason="Read again", **given)


def add(table: str, row: dict[str, str]) -> Change:
    return Change("added", table, row=row, reason="New")


def new_meeting(day: str, **cells: str) -> dict[str, str]:
    row = {column: str(value) for column, value in meeting("GBR", day).items() if column != "version_added"}
    return row | cells


# --- form -------------------------------------------------------------------------------------


def test_every_table_of_the_shipped_record_is_written_as_it_stands():
    tables = read_tables(shipped_folder())
    assert set(tables) == set(table_schemas())
    for table, found in tables.items():
        assert as_csv(table, found) == (shipped_folder() / f"{table}.csv").read_bytes(), table


@pytest.mark.parametrize("table", ORDER)
def test_a_row_of_a_sorted_table_belongs_where_it_stands(table: str):
    found = read_tables(shipped_folder())[table]
    order = ORDER[table]
    for number in range(0, len(found), 1 + len(found) // 150):
        row, others = found[number], found[:number] + found[number + 1 :]
        place = place_of(table, others, row)
        # Of rows that are equal in all that a table is sorted by, the new one is the last.
        assert all(
            [others[at][name] for name in order] == [row[name] for name in order]
            for at in range(number, place)
        )
        assert place >= number


@pytest.mark.parametrize(("table", "group"), GROUPS.items())
def test_a_row_of_a_grouped_table_comes_at_the_end_of_its_group(table: str, group: str):
    found = read_tables(shipped_folder())[table]
    place = place_of(table, found, found[0])
    assert found[place - 1][group] == found[0][group]
    assert found[0][group] not in {row[group] for row in found[place:]}


def test_steps_of_one_day_stand_in_the_order_of_the_codebook(folder: Path):
    amended = {**step("gbr-acsa", "2018-01-01", "amended"), "further_source_ids": ""}
    selected = amended | {"event": "selected"}
    keep(folder, [add("agreement_events", amended), add("agreement_events", selected)], day=DAY)
    events = [row["event"] for row in read_rows(folder, "agreement_events")[1]]
    assert events == ["signed", "entered_into_force", "selected", "amended"]


def test_a_diff_shows_only_the_new_rows(folder: Path):
    before = contents(folder)
    row = new_meeting("2015-06-01")
    keep(folder, [add("meetings", row), add("mentions", mention_row(row["meeting_id"]))], day=DAY)
    after = contents(folder)
    shown = {
        name: new_lines(before[name][0], after[name][0]) for name in before if before[name] != after[name]
    }
    assert set(shown) == {"meetings.csv", "mentions.csv", "revisions.csv", DESCRIPTOR}
    assert [line.split(",")[0] for line in shown["meetings.csv"][1]] == ["gbr-2015-06-01"]
    assert shown["mentions.csv"] == ([], [f"gbr-2015-06-01,cyber,news,They spoke.,source-1,,{NEXT},"])
    assert shown["meetings.csv"][0] == shown["revisions.csv"][0] == []
    assert list(rows(folder, "meetings")) == ["gbr-2015-01-21", "gbr-2015-06-01", "gbr-2016-01-08"]


def mention_row(meeting_id: str, topic: str = "cyber") -> dict[str, str]:
    row = {"meeting_id": meeting_id, "topic_id": topic, "basis": "news", "note": "They spoke."}
    return row | {"source_id": "source-1"}


def test_values_are_kept_without_blanks_and_with_composed_accents(folder: Path):
    keep(folder, [revise("meetings", "gbr-2015-01-21", "outcome_document", "  Sa\u0303o Paulo ")], day=DAY)
    assert rows(folder, "meetings")["gbr-2015-01-21"]["outcome_document"] == "S\u00e3o Paulo"


# --- versions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "day", "following"),
    [
        ("2026.11.0", date(2026, 11, 30), "2026.11.1"),
        ("2026.11.9", date(2026, 11, 30), "2026.11.10"),
        ("2026.11.9", date(2026, 12, 1), "2026.12.0"),
        ("2026.11.9", date(2027, 1, 1), "2027.1.0"),
    ],
)
def test_the_version_is_of_the_month_with_a_running_number(version: str, day: date, following: str):
    assert next_version(version, day) == following


def test_a_clock_before_the_record_is_refused():
    with pytest.raises(RefusedError, match="a clock that is right"):
        next_version("2026.12.0", DAY)


def test_nothing_but_version_day_and_citation_changes_in_the_descriptor():
    text = (shipped_folder() / DESCRIPTOR).read_text(encoding="utf-8")
    version = json.loads(text)["version"]
    gone, new = new_lines(text.encode(), described(text, "2027.3.0", date(2027, 3, 5)).encode())
    assert [line.split('"')[1] for line in gone] == ["version", "created", "citation"]
    assert new[:2] == ['  "version": "2027.3.0",', '  "created": "2027-03-05T00:00:00Z",']
    assert new[2] == gone[2].replace(version, "2027.3.0").replace("(2026)", "(2027)")
    further = described(text, version, date(2027, 3, 5), "2027-02-28")
    assert '    "end": "2027-02-28",' in further.splitlines()


@pytest.mark.parametrize("form", [{}, {"indent": 4}, {"ensure_ascii": False, "separators": (",", ":")}])
def test_a_descriptor_in_another_form_keeps_it(form: dict[str, object]):
    descriptor = json.loads((shipped_folder() / DESCRIPTOR).read_text(encoding="utf-8"))
    descriptor["citation"] = f"日本 ({descriptor['created'][:4]}), {descriptor['version']}"
    wanted = descriptor | {
        "version": "2027.3.0",
        "created": "2027-03-05T00:00:00Z",
        "citation": "日本 (2027), 2027.3.0",
    }
    found = described(json.dumps(descriptor, **form), "2027.3.0", date(2027, 3, 5))
    assert found == json.dumps(wanted, **form)


def test_added_and_revised_versions_follow_where_a_table_has_them(folder: Path):
    first = "gbr-2015-01-21"
    changes = [
        revise("meetings", first, "outcome_document", "London"),
        revise("participants", f"{first}|Anna Abe", "note", "online"),
        add("mentions", mention_row("gbr-2016-01-08", "space")),
        revise("mentions", "gbr-2016-01-08|space", "note", "They spoke of it."),
    ]
    kept = keep(folder, changes, day=DAY)
    assert (kept.before, kept.version) == ("2026.11.0", NEXT)
    found = rows(folder, "meetings")
    assert [(row["version_added"], row["version_revised"]) for row in found.values()] == [
        ("2026.11.0", NEXT),
        ("2026.11.0", ""),
    ]
    new = rows(folder, "mentions")["gbr-2016-01-08|space"]
    assert (new["version_added"], new["version_revised"]) == (NEXT, "")
    assert [row["revision_id"] for row in history(folder)] == [
        f"{NEXT}-000{number}" for number in (1, 2, 3, 4)
    ]
    assert check(folder).problems == ()


# --- history ----------------------------------------------------------------------------------


def test_what_was_what_is_when_and_why_stand_in_the_history(folder: Path):
    key = "gbr-2015-01-21|cyber"
    was = rows(folder, "mentions")[key]
    keep(folder, [revise("mentions", key, "basis", "news", source_id="source-2")], day=DAY)
    keep(folder, [Change("retired", "mentions", key, reason="Not in the text")], day=DAY)
    revised, retired = history(folder)
    assert revised == {
        "revision_id": "2026.11.1-0001",
        "version": "2026.11.1",
        "date": "2026-11-24",
        "action": "revised",
        "table": "mentions",
        "key": key,
        "column": "basis",
        "was": "joint_statement",
        "is": "news",
        "reason": "Read again",
        "source_id": "source-2",
    }
    assert (retired["version"], retired["action"], retired["reason"]) == (
        "2026.11.2",
        "retired",
        "Not in the text",
    )
    assert json.loads(retired["was"]) == was | {"basis": "news", "version_revised": "2026.11.1"}
    assert key not in rows(folder, "mentions")


def test_a_new_row_names_its_own_source_in_the_history(folder: Path):
    keep(folder, [add("mentions", mention_row("gbr-2016-01-08", "space"))], day=DAY)
    (entry,) = history(folder)
    assert (entry["action"], entry["key"], entry["source_id"]) == (
        "added",
        "gbr-2016-01-08|space",
        "source-1",
    )
    assert (entry["column"], entry["was"], entry["is"]) == ("", "", "")


KEY = "gbr-2015-01-21|space"


@pytest.mark.parametrize(
    ("changes", "drop", "source", "further"),
    [
        # It said the same.
        ([revise("mentions", KEY, "source_id", "source-1")], False, "source-1", "source-2"),
        ([revise("mentions", KEY, "source_id", "source-1")], True, "source-1", ""),
        # It did not say this.
        (
            [revise("mentions", KEY, "source_id", "source-1"), revise("mentions", KEY, "note", "Other.")],
            False,
            "source-1",
            "",
        ),
        # Another row is another fact.
        (
            [
                revise("mentions", KEY, "source_id", "source-1"),
                revise("mentions", "gbr-2015-01-21|cyber", "note", "Other."),
            ],
            False,
            "source-1",
            "source-2",
        ),
    ],
)
def test_a_replaced_source_stays_as_a_further_one_if_it_says_the_same(folder, changes, drop, source, further):
    keep(folder, changes, day=DAY, drop_source=drop)
    row = rows(folder, "mentions")[KEY]
    assert (row["source_id"], row["further_source_ids"]) == (source, further)


def test_a_further_source_that_becomes_the_first_is_no_further_one(folder: Path):
    keep(folder, [revise("mentions", KEY, "source_id", "source-1")], day=DAY)
    keep(folder, [revise("mentions", KEY, "source_id", "source-2")], day=DAY)
    row = rows(folder, "mentions")[KEY]
    assert (row["source_id"], row["further_source_ids"]) == ("source-2", "source-1")


def test_a_row_whose_date_is_revised_moves_to_its_place(folder: Path):
    keep(folder, [revise("context_events", "first", "date", "2017-01-01")], day=DAY)
    assert list(rows(folder, "context_events")) == ["second", "first"]


def test_what_belongs_to_a_meeting_are_the_rows_whose_key_holds_its_key(folder: Path):
    found = belonging(read_tables(folder), "meetings", "gbr-2015-01-21")
    assert found == [
        ("participants", "gbr-2015-01-21|Anna Abe"),
        ("participants", "gbr-2015-01-21|Bo Smith"),
        ("mentions", "gbr-2015-01-21|cyber"),
        ("mentions", "gbr-2015-01-21|space"),
    ]
    assert belonging(read_tables(folder), "sources", "source-1") == []


# --- refusals ---------------------------------------------------------------------------------


REFUSED = {
    "nothing": ([], "nothing to change"),
    "a table that is none": ([revise("meeting", "x", "outcome_document", "y")], "no table 'meeting'"),
    "a row that is none": ([revise("meetings", "x", "outcome_document", "y")], "meetings has no row 'x'"),
    "a column that is none": ([revise("meetings", "gbr-2015-01-21", "town", "y")], "no column 'town'"),
    "a part of the key": ([revise("mentions", KEY, "topic_id", "cyber")], "topic_id is part of the key"),
    "a version by hand": ([revise("mentions", KEY, "version_added", "2026.1.0")], "follows from the change"),
    "an example that is none": (
        [revise("topics", "cyber", "example_1", "gbr-1900-01-01")],
        "row of meetings.csv",
    ),
    "the history itself": ([Change("retired", "revisions", "x")], "another table"),
    "what stands there already": ([revise("mentions", KEY, "source_id", "source-2")], "already"),
    "another old value": (
        [revise("mentions", KEY, "note", "New.", old="Old.")],
        "expected 'They spoke of it.'",
    ),
    "a cell twice": ([revise("mentions", KEY, "note", x) for x in "ab"], "named twice"),
    "a row that is there": ([add("mentions", mention_row("gbr-2015-01-21"))], "already; expected a new one"),
    "no letter of any language": ([revise("mentions", KEY, "note", "\ud800")], "text in UTF-8"),
    "a control character": ([revise("mentions", KEY, "note", "a\x00b")], "without control characters"),
    "an unknown source": ([revise("mentions", KEY, "source_id", "none")], "a row of sources.csv"),
    "a source still in use": ([Change("retired", "sources", "source-2", reason="x")], "a row of sources.csv"),
    "a meeting with its mentions left": (
        [Change("retired", "meetings", "gbr-2015-01-21", reason="x")],
        "meetings.csv",
    ),
    "no reason": ([Change("retired", "mentions", KEY)], "column reason"),
    "an ordinal out of order": ([revise("meetings", "gbr-2016-01-08", "ordinal", "1")], "a number above 1"),
    "a meeting after the coverage": ([add("meetings", new_meeting("2026-06-01"))], "the end of the coverage"),
    "a meeting after today": ([add("meetings", new_meeting("2026-12-01"))], "not after the package"),
    "one good and one bad": (
        [
            revise("meetings", "gbr-2015-01-21", "outcome_document", "London"),
            revise("meetings", "x", "outcome_document", "y"),
        ],
        "no row 'x'",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_whole_and_nothing_is_touched(
    folder: Path, changes: list[Change], sentence: str
):
    before = contents(folder)
    with pytest.raises(RefusedError, match=sentence):
        keep(folder, changes, day=DAY)
    assert contents(folder) == before
    assert beside(folder) == []


@pytest.mark.parametrize(
    ("table", "key", "row"),
    [
        ("meetings", "gbr-2020-01-01", new_meeting("2020-01-01")),
        ("agreements", "gbr-isa", {**agreement("gbr-isa", "isa", "announced")}),
    ],
)
def test_a_retired_id_is_not_used_again(folder: Path, table: str, key: str, row: dict[str, str]):
    row = {column: value for column, value in row.items() if column != "version_added"}
    keep(folder, [add(table, row)], day=DAY)
    keep(folder, [Change("retired", table, key, reason="x")], day=DAY)
    before = contents(folder)
    with pytest.raises(RefusedError, match=r"retired in version 2026\.11\.2"):
        keep(folder, [add(table, row)], day=DAY)
    assert contents(folder) == before


def test_the_coverage_moves_with_a_later_meeting(folder: Path):
    keep(folder, [add("meetings", new_meeting("2026-06-10"))], day=DAY, covered_to="2026-06-30")
    record = check(folder).record
    assert record is not None
    assert f"{record.about.coverage_end:%Y-%m-%d}" == "2026-06-30"


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("mentions.csv", b"meeting_id,topic_id\n", "mentions.csv, row 1"),
        ("mentions.csv", b"\xff", "mentions.csv"),
        ("mentions.csv", b"", "mentions.csv"),
        (DESCRIPTOR, b"{", "valid JSON"),
        (DESCRIPTOR, b"[]", DESCRIPTOR),
    ],
)
def test_a_folder_that_is_no_record_is_refused_in_the_words_of_the_check(folder, file, content, sentence):
    (folder / file).write_bytes(content)
    before = contents(folder)
    with pytest.raises(RefusedError, match=sentence):
        keep(folder, [revise("meetings", "gbr-2015-01-21", "outcome_document", "London")], day=DAY)
    assert contents(folder) == before


def test_what_would_come_of_it_is_told_without_writing(folder: Path):
    before = contents(folder)
    kept = keep(
        folder, [revise("meetings", "gbr-2015-01-21", "outcome_document", "London")], day=DAY, write=False
    )
    assert kept.version == NEXT
    assert [row["is"] for row in kept.revisions] == ["London"]
    assert contents(folder) == before


# --- properties -------------------------------------------------------------------------------


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Cf", "Zl", "Zp"]), min_size=1, max_size=30
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(date(1995, 1, 1), date(2026, 5, 31)),
    note=WORDS.filter(str.strip),
    topics=st.sets(st.sampled_from(["cyber", "space"])),
)
def test_added_and_then_retired_leaves_all_but_the_history_as_it_was(tmp_path_factory, day, note, topics):
    folder = write_record(
        tmp_path_factory.mktemp("added") / "data",
        meetings=[meeting("GBR", "2015-01-21")],
        mentions=[mention("gbr-2015-01-21", "cyber")],
        topics=["cyber", "space"],
    )
    before = read_tables(folder)
    row = new_meeting(f"{day:%Y-%m-%d}", summary=note)
    if row["meeting_id"] == "gbr-2015-01-21":
        row["meeting_id"] += "-two_plus_two"
    changes = [
        add("meetings", row),
        *(add("mentions", mention_row(row["meeting_id"], topic)) for topic in topics),
    ]
    keep(folder, changes, day=DAY)
    assert check(folder).problems == ()
    gone = [*belonging(read_tables(folder), "meetings", row["meeting_id"]), ("meetings", row["meeting_id"])]
    assert len(gone) == len(changes)
    keep(folder, [Change("retired", table, key, reason="x") for table, key in gone], day=DAY)
    assert check(folder).problems == ()
    after = read_tables(folder)
    assert {name: after[name] for name in after if name != "revisions"} == {
        name: before[name] for name in before if name != "revisions"
    }
    assert [r["action"] for r in after["revisions"]] == ["added"] * len(changes) + ["retired"] * len(changes)


CELLS = st.one_of(
    WORDS, st.sampled_from(["", "2015-01-21", "2999-01-01", "GBR", "news", "source-2", "1", "-1", "x;y"])
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.sampled_from(["meetings", "mentions", "agreements", "sources", "people", "topics"]),
    data=st.data(),
)
def test_whatever_is_accepted_passes_the_check_and_whatever_is_refused_leaves_all(
    tmp_path_factory, table, data
):
    folder = write_record(
        tmp_path_factory.mktemp("any") / "data",
        meetings=[meeting("GBR", "2015-01-21")],
        participants=[person("gbr-2015-01-21", "Anna Abe")],
        mentions=[mention("gbr-2015-01-21", "cyber", source_id="source-2")],
        agreements=[agreement("gbr-acsa", "acsa", "announced")],
    )
    key = next(iter(rows(folder, table)))
    column, value = data.draw(st.sampled_from(columns(table))), data.draw(CELLS)
    before = contents(folder)
    try:
        keep(folder, [revise(table, key, column, value)], day=DAY)
    except RefusedError:
        assert contents(folder) == before
    else:
        assert rows(folder, table)[key][column] == unicodedata.normalize("NFC", value).strip()
    assert check(folder).problems == ()
    assert beside(folder) == []


def test_changes_do_not_touch_the_tables_they_start_from(folder: Path):
    tables = read_tables(folder)
    kept = json.dumps(tables)
    changed(
        tables, [revise("meetings", "gbr-2015-01-21", "outcome_document", "London")], version=NEXT, day=DAY
    )
    assert json.dumps(tables) == kept
