"""The counting rules, on records of a few rows whose counts are worked out by hand beside them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_record import agreement, context, meeting, mention, person, read_small, step

from twoplustwo import Record, Selection
from twoplustwo.analysis import agreements as count_agreements
from twoplustwo.analysis import context as around
from twoplustwo.analysis import meetings as count_meetings
from twoplustwo.analysis import topics as count_topics

GBR_1, GBR_2, GBR_3 = "gbr-2015-01-21", "gbr-2016-01-08", "gbr-2017-12-14"
AUS_1, AUS_2 = "aus-2015-11-22", "aus-2018-10-10"
FRA_1 = "fra-2014-01-09"


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The named columns as tuples, with None for what is missing."""
    chosen = frame[list(columns)].astype(object)
    return [tuple(row) for row in chosen.where(chosen.notna(), None).to_numpy().tolist()]


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# --- meetings ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_small(
        tmp_path_factory.mktemp("series"),
        partners=["DEU"],
        meetings=[
            meeting("GBR", "2017-12-14"),
            meeting("GBR", "2015-01-21"),
            meeting("GBR", "2016-01-08"),
            meeting("GBR", "2016-05-05", "summit"),
            meeting("GBR", "2016-09-09", "foreign_ministers"),
            meeting("AUS", "2018-01-01"),
            meeting("AUS", "2018-07-02"),
            meeting("FRA", "2014-12-31", end_date="2015-01-01"),
            meeting("IND", "2013-01-01", "summit"),
        ],
        participants=[
            person(GBR_1, "Anna Abe", title="Minister for Foreign Affairs"),
            person(GBR_1, "Bo Brown", "GBR"),
            person(GBR_1, "Chie Chiba", portfolio="defence"),
            person(GBR_1, "Dee Drew", "GBR", portfolio="defence"),
            person(GBR_2, "Anna Abe"),
        ],
    )


def test_a_meeting_counts_once_in_the_year_of_its_first_day_and_under_its_format(series: Record):
    table = count_meetings.meetings_by_partner_year(series)
    assert rows(table, "format", "partner", "year", "meetings") == [
        ("foreign_ministers", "GBR", 2016, 1),
        ("summit", "GBR", 2016, 1),
        ("summit", "IND", 2013, 1),
        ("two_plus_two", "AUS", 2018, 2),
        ("two_plus_two", "FRA", 2014, 1),  # 31 December 2014 to 1 January 2015
        ("two_plus_two", "GBR", 2015, 1),
        ("two_plus_two", "GBR", 2016, 1),
        ("two_plus_two", "GBR", 2017, 1),
    ]


def test_formats_are_counted_apart_in_the_order_of_the_codebook(series: Record):
    counts = count_meetings.format_counts(series)
    assert list(counts.items()) == [("two_plus_two", 6), ("summit", 2), ("foreign_ministers", 1)]


def test_partners_stand_in_the_order_of_their_first_ministerial_meeting(series: Record):
    # France 2014, Britain 2015, Australia 2018; then India, which had a summit only, though
    # earlier than all; then Germany, which had no meeting.
    assert count_meetings.partner_order(series) == ["FRA", "GBR", "AUS", "IND", "DEU"]


def test_partners_without_any_meeting_stand_by_name(tmp_path: Path):
    # Australia, Germany, United Kingdom
    alone = read_small(tmp_path, partners=["GBR", "DEU", "AUS"])
    assert count_meetings.partner_order(alone) == ["AUS", "DEU", "GBR"]


def test_partners_are_ordered_where_the_selection_has_no_ministerial_meeting(series: Record):
    # Summits: India 2013, Britain 2016; the others by name: Australia, France, Germany.
    selected = Selection(formats=("summit",)).apply(series)
    assert count_meetings.partner_order(selected) == ["IND", "GBR", "AUS", "FRA", "DEU"]


def test_intervals_run_from_first_day_to_first_day_within_a_series(series: Record):
    table = count_meetings.intervals(series)
    british = table[(table["partner"] == "GBR") & (table["format"] == "two_plus_two")]
    # 21 January 2015 + 365 = 21 January 2016, less 13 days: 352.
    # 8 January 2016 + 366 + 365 = 8 January 2018, less 25 days: 706.
    assert rows(british, "meeting_id", "position", "previous_id", "days") == [
        (GBR_1, 1, None, None),
        (GBR_2, 2, GBR_1, 352),
        (GBR_3, 3, GBR_2, 706),
    ]
    assert british["previous_date"].tolist()[1:] == [day("2015-01-21"), day("2016-01-08")]
    summit = table[(table["partner"] == "GBR") & (table["format"] == "summit")]
    assert rows(summit, "position", "days") == [(1, None)]


CADENCE = ("partner", "format", "meetings", "median_days", "longest_days", "days_since_last", "overdue")


def cadence_of(record: Record, to_year: int) -> dict[tuple[str, str], tuple[Any, ...]]:
    selected = Selection(formats=("two_plus_two", "summit"), to_year=to_year).apply(record)
    table = rows(count_meetings.cadence(selected), *CADENCE)
    return {(partner, kind): tuple(rest) for partner, kind, *rest in table}


def test_cadence_is_counted_for_each_partner_and_format(series: Record):
    assert cadence_of(series, 2018) == {
        # Intervals 352 and 706: median (352 + 706) / 2 = 529, longest 706.
        # 14 December 2017 to 31 December 2018: 17 + 365 = 382, within 706.
        ("GBR", "two_plus_two"): (3, 529, 706, 382, False),
        # 5 May 2016 to 5 May 2018: 730; to 31 December 2018: 26 + 30 + 31 + 31 + 30 + 31 + 30 + 31 = 240.
        ("GBR", "summit"): (1, None, None, 970, None),
        # 1 January to 2 July 2018: 31 + 28 + 31 + 30 + 31 + 30 + 1 = 182, and 2 July to
        # 31 December: 29 + 31 + 30 + 31 + 30 + 31 = 182. As long as the longest is not longer.
        ("AUS", "two_plus_two"): (2, 182, 182, 182, False),
        # 31 December 2014 to 31 December 2018, with one leap day: 4 * 365 + 1.
        ("FRA", "two_plus_two"): (1, None, None, 1461, None),
        # 1 January 2013 to 1 January 2018: 5 * 365 + 1 (2016); to 31 December: 364.
        ("IND", "summit"): (1, None, None, 2190, None),
    }


def test_overdue_is_longer_since_the_last_than_the_longest_gap_of_the_series(series: Record):
    table = cadence_of(series, 2019)
    # A year more: 382 + 365 = 747, beyond 706.
    assert table["GBR", "two_plus_two"] == (3, 529, 706, 747, True)
    assert table["AUS", "two_plus_two"] == (2, 182, 182, 547, True)
    # One meeting has no gap to compare with.
    assert table["FRA", "two_plus_two"][-1] is None


def test_cadence_names_the_first_and_last_meeting(series: Record):
    table = count_meetings.cadence(series).set_index(["partner", "format"])
    assert table.loc[("GBR", "two_plus_two"), "first"] == day("2015-01-21")
    assert table.loc[("GBR", "two_plus_two"), "last"] == day("2017-12-14")


def test_the_latest_meetings_come_newest_first(series: Record):
    latest = count_meetings.latest_meetings(series, 3)
    assert latest["meeting_id"].tolist() == ["aus-2018-07-02", "aus-2018-01-01", GBR_3]


def test_the_ministers_of_a_meeting_stand_with_the_partner_first(series: Record):
    people = count_meetings.ministers(series, GBR_1)
    assert people["name"].tolist() == ["Bo Brown", "Dee Drew", "Anna Abe", "Chie Chiba"]


# --- topics -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Six meetings, five of them coded; as of 31 December 2018.

    ====== ========== ===== ===== ========
    meeting           cyber space maritime
    ====== ========== ===== ===== ========
    FRA    2014-01-09         x
    GBR    2015-01-21   x     x
    AUS    2015-11-22   x            x
    GBR    2016-01-08   x
    GBR    2017-12-14 not coded
    AUS    2018-10-10                x
    ====== ========== ===== ===== ========
    """
    whole = read_small(
        tmp_path_factory.mktemp("talks"),
        topics=["cyber", "space", "maritime", "nuclear"],
        meetings=[
            meeting("GBR", "2015-01-21"),
            meeting("GBR", "2016-01-08"),
            meeting("GBR", "2017-12-14"),
            meeting("AUS", "2015-11-22"),
            meeting("AUS", "2018-10-10"),
            meeting("FRA", "2014-01-09"),
        ],
        mentions=[
            mention(GBR_2, "cyber"),
            mention(GBR_1, "cyber", note="Cyber came up first.", source_id="gbr-statement"),
            mention(GBR_1, "space"),
            mention(AUS_1, "cyber"),
            mention(AUS_1, "maritime"),
            mention(AUS_2, "maritime"),
            mention(FRA_1, "space"),
        ],
    )
    return Selection(to_year=2018).apply(whole)


def test_a_share_is_counted_among_the_coded_meetings(talks: Record):
    assert GBR_3 not in set(count_topics.coded_meetings(talks)["meeting_id"])
    table = count_topics.topic_frequency(talks)
    # Five coded meetings: the British one of 2017 weighs on nothing.
    assert rows(table, "topic_id", "meetings", "coded_meetings", "share") == [
        ("cyber", 3, 5, 0.6),
        ("space", 2, 5, 0.4),
        ("maritime", 2, 5, 0.4),
        ("nuclear", 0, 5, 0.0),
    ]


def test_a_topic_counts_once_for_a_meeting_however_many_sources_mention_it(talks: Record):
    # The check refuses a second row for a meeting and topic; the count does not rest on that.
    twice = pd.concat([talks.mentions, talks.mentions])
    doubled = Record(**{**talks.tables(), "mentions": twice}, about=talks.about, as_of=talks.as_of)
    for count in (count_topics.topic_frequency, count_topics.topics_by_year, count_topics.cooccurrence):
        pd.testing.assert_frame_equal(count(doubled), count(talks))


def test_topics_are_counted_by_year(talks: Record):
    table = count_topics.topics_by_year(talks).sort_values(["year", "topic_id"])
    assert rows(table, "year", "topic_id", "meetings", "coded_meetings", "share") == [
        (2014, "space", 1, 1, 1.0),
        (2015, "cyber", 2, 2, 1.0),
        (2015, "maritime", 1, 2, 0.5),
        (2015, "space", 1, 2, 0.5),
        (2016, "cyber", 1, 1, 1.0),
        (2018, "maritime", 1, 1, 1.0),
    ]
    assert count_topics.coded_by(talks, "year").to_dict() == {2014: 1, 2015: 2, 2016: 1, 2018: 1}


def test_topics_are_counted_by_partner(talks: Record):
    table = count_topics.topics_by_partner(talks).sort_values(["partner", "topic_id"])
    assert rows(table, "partner", "topic_id", "meetings", "coded_meetings", "share") == [
        ("AUS", "cyber", 1, 2, 0.5),
        ("AUS", "maritime", 2, 2, 1.0),
        ("FRA", "space", 1, 1, 1.0),
        ("GBR", "cyber", 2, 2, 1.0),
        ("GBR", "space", 1, 2, 0.5),
    ]
    assert count_topics.coded_by(talks, "partner").to_dict() == {"AUS": 2, "FRA": 1, "GBR": 2}


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in
        # Medicine 17 (1998), 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # 5 of 7 with z = 1.96, z^2 = 3.8416: the middle is (5/7 + 3.8416/14) / (1 + 3.8416/7)
        # = 0.98869 / 1.5488 = 0.63836, the half width 1.96 * sqrt(10/343 + 3.8416/196) / 1.5488
        # = 1.96 * 0.22080 / 1.5488 = 0.27943.
        (5, 7, 0.3589, 0.9178),
    ],
)
def test_wilson_intervals_are_the_published_ones(successes: int, trials: int, low: float, high: float):
    lower, upper = count_topics.wilson_interval(pd.Series([successes]), pd.Series([trials]))
    assert lower.item() == pytest.approx(low, abs=0.00005)
    assert upper.item() == pytest.approx(high, abs=0.00005)


def test_wilson_intervals_stay_between_0_and_1_and_need_trials():
    lower, upper = count_topics.wilson_interval(pd.Series([0, 3, 0]), pd.Series([3, 3, 0]))
    assert lower[0] == pytest.approx(0, abs=1e-12)
    assert upper[1] == pytest.approx(1, abs=1e-12)
    assert lower[0] >= 0
    assert upper[1] <= 1
    assert pd.isna(lower[2])
    assert pd.isna(upper[2])


def test_the_first_mention_is_that_of_the_earliest_meeting(talks: Record):
    table = count_topics.first_mentions(talks)
    # Four topics with three partners; where a topic was not found the row says so.
    assert rows(table, "topic_id", "partner", "date", "meeting_id", "coded_meetings") == [
        ("cyber", "AUS", day("2015-11-22"), AUS_1, 2),
        ("cyber", "FRA", None, None, 1),
        ("cyber", "GBR", day("2015-01-21"), GBR_1, 2),
        ("space", "AUS", None, None, 2),
        ("space", "FRA", day("2014-01-09"), FRA_1, 1),
        ("space", "GBR", day("2015-01-21"), GBR_1, 2),
        ("maritime", "AUS", day("2015-11-22"), AUS_1, 2),
        ("maritime", "FRA", None, None, 1),
        ("maritime", "GBR", None, None, 2),
        ("nuclear", "AUS", None, None, 2),
        ("nuclear", "FRA", None, None, 1),
        ("nuclear", "GBR", None, None, 2),
    ]
    assert rows(table, "note", "source_id")[2] == ("Cyber came up first.", "gbr-statement")


def test_silence_runs_from_the_last_meeting_that_took_a_topic_up(talks: Record):
    table = count_topics.silent_topics(talks)
    columns = ("topic_id", "meetings", "last_meeting_id", "meetings_since", "days_silent")
    assert rows(table, *columns) == [
        # 21 January 2015 to 21 January 2018: 365 + 366 + 365; to 31 December: 344. In between
        # the coded meetings AUS_1, GBR_2 and AUS_2; GBR_3 is not coded.
        ("space", 2, GBR_1, 3, 1440),
        # 8 January 2016 to 8 January 2018: 366 + 365; to 31 December: 357. Then AUS_2.
        ("cyber", 3, GBR_2, 1, 1088),
        # 10 October to 31 December 2018: 21 + 30 + 31.
        ("maritime", 2, AUS_2, 0, 82),
    ]


def test_cooccurrence_counts_meetings_with_both_topics_and_with_either(talks: Record):
    # Cyber 3, space 2, maritime 2 meetings. Cyber and space met at GBR_1: 3 + 2 - 1 = 4 with
    # either; cyber and maritime at AUS_1: 3 + 2 - 1 = 4; space and maritime never.
    assert rows(count_topics.cooccurrence(talks), "topic_a", "topic_b", "meetings", "either") == [
        ("cyber", "maritime", 1, 4),
        ("cyber", "space", 1, 4),
    ]


def test_a_distinctive_topic_is_a_difference_in_percentage_points_with_both_counts(talks: Record):
    table = count_topics.topic_profile(talks).set_index(["partner", "topic_id"])
    counts = ["meetings", "coded_meetings", "other_meetings", "other_coded_meetings"]
    wanted = {
        ("GBR", "cyber"): ([2, 2, 1, 3], 100 - 100 / 3),
        ("GBR", "space"): ([1, 2, 1, 3], 50 - 100 / 3),
        ("GBR", "maritime"): ([0, 2, 2, 3], -200 / 3),
        ("AUS", "cyber"): ([1, 2, 2, 3], 50 - 200 / 3),
        ("AUS", "maritime"): ([2, 2, 0, 3], 100),
        ("FRA", "space"): ([1, 1, 1, 4], 100 - 25),
        ("FRA", "cyber"): ([0, 1, 3, 4], -75),
    }
    for key, (numbers, difference) in wanted.items():
        assert table.loc[key, counts].tolist() == numbers, key
        assert table.loc[key, "difference_pp"] == pytest.approx(difference), key
    # Nuclear is no topic on record.
    assert len(table) == 9


def test_a_partner_alone_has_nothing_to_differ_from(talks: Record):
    table = count_topics.topic_profile(Selection(partners=("GBR",)).apply(talks))
    assert rows(table, "topic_id", "share", "other_coded_meetings", "other_share", "difference_pp") == [
        ("cyber", 1.0, 0, None, None),
        ("space", 0.5, 0, None, None),
    ]


def test_similarity_is_the_cosine_of_the_shares(talks: Record):
    table = count_topics.similarity(talks)
    columns = ("partner_a", "partner_b", "coded_a", "coded_b", "shared_topics")
    # Shares of cyber, space, maritime: GBR (1, 1/2, 0), AUS (1/2, 0, 1), FRA (0, 1, 0).
    # GBR and FRA: 1/2 / (sqrt(5/4) * 1) = 1 / sqrt(5). GBR and AUS: 1/2 / (5/4) = 0.4.
    assert rows(table, *columns) == [
        ("FRA", "GBR", 1, 2, 1),
        ("AUS", "GBR", 2, 2, 1),
        ("AUS", "FRA", 2, 1, 0),
    ]
    assert table["cosine"].tolist() == pytest.approx([1 / 5**0.5, 0.4, 0])


def test_partners_with_the_same_shares_are_wholly_alike(tmp_path: Path):
    # Two British meetings and four German ones, all with cyber, half of them with space.
    dates = ["2015-01-01", "2016-01-01", "2017-01-01", "2018-01-01"]
    meetings = [meeting("GBR", date) for date in dates[:2]] + [meeting("DEU", date) for date in dates]
    ids = [row["meeting_id"] for row in meetings]
    mentions = [mention(name, "cyber") for name in ids] + [mention(name, "space") for name in ids[::2]]
    table = count_topics.similarity(read_small(tmp_path, meetings=meetings, mentions=mentions))
    assert rows(table, "partner_a", "partner_b", "coded_a", "coded_b") == [("DEU", "GBR", 4, 2)]
    assert table["cosine"].item() == pytest.approx(1)


# --- agreements -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_small(
        tmp_path_factory.mktemp("signed"),
        partners=["GBR", "AUS", "FRA"],
        agreements=[
            agreement("aus-acsa-2010", "acsa", "superseded"),
            agreement("aus-acsa-2017", "acsa", "in_force"),
            agreement("aus-isa-2012", "isa", "in_force"),
            agreement("aus-isa-2016", "isa", "in_force"),
            agreement("aus-raa", "raa", "signed"),
            agreement("aus-trade", "trade", "in_force"),
            agreement("gbr-detta-old", "detta", "terminated"),
            agreement("gbr-detta", "detta", "negotiating"),
            agreement("gbr-raa", "raa", "announced"),
        ],
        agreement_events=[
            step("aus-acsa-2010", "2010-05-19", "signed"),
            step("aus-acsa-2010", "2013-01-31", "entered_into_force"),
            step("aus-acsa-2017", "2017-01-14", "signed"),
            step("aus-acsa-2017", "2017-09-01", "entered_into_force", "month"),
            step("aus-isa-2012", "2012-05-17", "signed"),
            step("aus-isa-2016", "2016-01-01", "signed", "year"),
            step("aus-raa", "2022-01-06", "signed"),
            step("gbr-detta-old", "2013-07-04", "signed"),
            step("gbr-detta", "2023-02-01", "negotiations_launched", "month"),
        ],
    )


def test_only_agreements_in_force_are_counted(signed: Record):
    table = count_agreements.in_force(signed)
    assert rows(table, "partner", "isa", "detta", "acsa", "raa", "trade") == [
        ("GBR", 0, 0, 0, 0, 0),
        ("AUS", 2, 0, 1, 0, 1),
        ("FRA", 0, 0, 0, 0, 0),
    ]
    assert table.columns.tolist() == ["partner", *count_agreements.TYPES]


def test_the_ladder_shows_the_furthest_agreement_of_each_type(signed: Record):
    table = count_agreements.ladder(signed)
    assert rows(table, "partner", "type", "agreement_id", "status") == [
        ("GBR", "isa", None, None),
        ("GBR", "detta", "gbr-detta", "negotiating"),  # talks are further than what ended
        ("GBR", "acsa", None, None),
        ("GBR", "raa", "gbr-raa", "announced"),
        ("AUS", "isa", "aus-isa-2016", "in_force"),  # the newer of two in force
        ("AUS", "detta", None, None),
        ("AUS", "acsa", "aus-acsa-2017", "in_force"),  # and not the one it superseded
        ("AUS", "raa", "aus-raa", "signed"),
        ("FRA", "isa", None, None),
        ("FRA", "detta", None, None),
        ("FRA", "acsa", None, None),
        ("FRA", "raa", None, None),
    ]


def test_the_ladder_dates_signature_and_entry_into_force_with_their_precision(signed: Record):
    table = count_agreements.ladder(signed).dropna(subset="agreement_id").set_index("agreement_id")
    dates = ["signed", "signed_precision", "entered_into_force", "entered_into_force_precision"]
    assert table.loc["aus-acsa-2017", dates].tolist() == [
        day("2017-01-14"),
        "day",
        day("2017-09-01"),
        "month",
    ]
    assert table.loc["gbr-detta", dates].isna().all()
    assert table.loc["aus-raa", dates[2:]].isna().all()


def test_steps_come_by_date_and_end_with_the_period_that_their_date_can_mean(signed: Record):
    table = count_agreements.agreement_steps(signed)
    assert table["date"].is_monotonic_increasing
    assert len(table) == 9
    ends = table.set_index(["agreement_id", "event"])["period_end"]
    assert ends["aus-acsa-2017", "signed"] == day("2017-01-14")
    assert ends["aus-acsa-2017", "entered_into_force"] == day("2017-09-30")
    assert ends["aus-isa-2016", "signed"] == day("2016-12-31")
    assert ends["gbr-detta", "negotiations_launched"] == day("2023-02-28")
    columns = ("agreement_id", "partner", "type", "title", "status", "event", "precision", "source_id")
    assert rows(table, *columns)[0] == (
        *("aus-acsa-2010", "AUS", "acsa", "Agreement aus-acsa-2010", "superseded"),
        *("signed", "day", "source-1"),
    )


# --- context ----------------------------------------------------------------------------------


def test_governments_are_japanese_terms_without_reshuffles(tmp_path: Path):
    events = [
        context("jpn-now", "2025-10-21", "cabinet", country="JPN"),
        context("jpn-abe", "2012-12-26", "cabinet", country="JPN", end_date="2020-09-16"),
        context("jpn-abe-2", "2014-12-24", "cabinet", country="JPN", end_date="2017-11-01"),
        context("jpn-suga", "2020-09-16", "cabinet", country="JPN", end_date="2021-10-04"),
        context("gbr-may", "2016-07-13", "cabinet", country="GBR", end_date="2019-07-24"),
        context("jpn-nss", "2013-12-17", "strategy_document", country="JPN"),
    ]
    read = read_small(tmp_path, context_events=events)
    assert around.governments(read)["event_id"].tolist() == ["jpn-abe", "jpn-suga", "jpn-now"]
    assert around.events_around(read)["event_id"].tolist() == ["jpn-nss", "jpn-abe-2", "gbr-may"]


# --- empty selections, and records that stay as they are ----------------------------------------

FUNCTIONS: dict[str, Callable[[Record], Any]] = {
    "meetings_by_partner_year": count_meetings.meetings_by_partner_year,
    "format_counts": count_meetings.format_counts,
    "intervals": count_meetings.intervals,
    "cadence": count_meetings.cadence,
    "latest_meetings": lambda record: count_meetings.latest_meetings(record, 5),
    "ministers": lambda record: count_meetings.ministers(record, GBR_1),
    "partner_order": count_meetings.partner_order,
    "coded_meetings": count_topics.coded_meetings,
    "topic_frequency": count_topics.topic_frequency,
    "topics_by_year": count_topics.topics_by_year,
    "topics_by_partner": count_topics.topics_by_partner,
    "coded_by": lambda record: count_topics.coded_by(record, "year"),
    "first_mentions": count_topics.first_mentions,
    "silent_topics": count_topics.silent_topics,
    "cooccurrence": count_topics.cooccurrence,
    "topic_profile": count_topics.topic_profile,
    "similarity": count_topics.similarity,
    "in_force": count_agreements.in_force,
    "agreement_steps": count_agreements.agreement_steps,
    "ladder": count_agreements.ladder,
    "governments": around.governments,
    "events_around": around.events_around,
}
STILL_FULL = {"partner_order", "topic_frequency", "in_force", "ladder", "governments", "events_around"}
"""These have rows also where no meeting is selected: one a partner, a topic, an event."""


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in STILL_FULL])
def test_an_empty_selection_gives_an_empty_table_with_the_same_columns(record: Record, name: str):
    function = FUNCTIONS[name]
    emptied = function(Selection(text="nothing of the kind").apply(record))
    assert len(emptied) == 0
    if isinstance(emptied, pd.DataFrame):
        assert emptied.columns.tolist() == function(record).columns.tolist()


def test_an_empty_selection_counts_zero_for_each_topic_and_partner(record: Record):
    empty = Selection(text="nothing of the kind").apply(record)
    frequency = count_topics.topic_frequency(empty)
    assert len(frequency) == len(record.topics)
    assert (frequency[["meetings", "coded_meetings"]] == 0).all(axis=None)
    assert frequency[["share", "share_low", "share_high"]].isna().all(axis=None)
    assert (count_agreements.in_force(empty).set_index("partner") == 0).all(axis=None)
    assert count_agreements.ladder(empty)["agreement_id"].isna().all()
    assert sorted(count_meetings.partner_order(empty)) == sorted(record.partners["partner"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_record_without_any_row_is_counted_too(tmp_path: Path, name: str):
    assert len(FUNCTIONS[name](read_small(tmp_path))) == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_counting_leaves_the_record_as_it_was(record: Record, unchanged: Callable[[], None], name: str):
    FUNCTIONS[name](record)
    unchanged()


def test_what_was_counted_goes_with_the_part_of_the_record_that_it_was_counted_on(record: Record):
    part = Selection(partners=("GBR",), from_year=2015).apply(record)
    first, second = count_topics.topic_frequency(part), count_topics.topic_frequency(part)
    assert first.equals(second)
    gone = weakref.ref(part)
    del part
    gc.collect()
    assert gone() is None
