"""Agreement of two coders, against an example worked out in the literature."""

import pytest
from small_record import meeting, read_rows, write_record, write_table

from twoplustwo import load
from twoplustwo.analysis.coders import agreement_of_coders, pooled

# Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section A: two observers, ten units.
FIRST = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
SECOND = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
DAYS = [f"2015-01-{day:02}" for day in range(1, 11)]


def coded(topic: str, first: list[int], second: list[int], turn: int = 1) -> list[dict[str, object]]:
    ids = [f"gbr-{day}" for day in DAYS]
    return [
        {"round": turn, "meeting_id": meeting_id, "topic_id": topic, "first": one, "second": two}
        for meeting_id, one, two in zip(ids, first, second, strict=True)
    ]


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = write_record(
        tmp_path_factory.mktemp("coders"),
        meetings=[meeting("GBR", day) for day in DAYS],
        topics=["cyber", "space", "energy"],
    )
    rows = [
        *coded("cyber", FIRST, SECOND),
        *coded("space", [0] * 10, [0] * 10),
        *coded("energy", FIRST, SECOND),
        *coded("energy", FIRST, FIRST, turn=2),
    ]
    write_table(folder, "codings", read_rows(folder, "codings")[0], rows)
    return load(folder)


def test_alpha_is_that_of_the_worked_example(record):
    # 14 zeros and 6 ones in 20 judgements, 4 of 10 units judged differently: 1 - 19 * 4 / (14 * 6).
    cyber = agreement_of_coders(record).set_index("topic_id").loc["cyber"]
    assert cyber["alpha"] == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert cyber["alpha"] == pytest.approx(0.095, abs=0.0005)
    assert cyber[["meetings", "first", "second", "both", "per_cent"]].tolist() == [10, 2, 4, 1, 60]


def test_an_area_found_nowhere_has_no_alpha_and_stands_last(record):
    table = agreement_of_coders(record)
    assert table["topic_id"].tolist() == ["cyber", "energy", "space"]
    assert table["alpha"].isna().tolist() == [False, False, True]


def test_the_newest_round_counts_and_the_one_before_is_told(record):
    energy = agreement_of_coders(record).set_index("topic_id").loc["energy"]
    assert (energy["round"], energy["alpha"]) == (2, 1)
    assert energy["earlier"] == pytest.approx(1 - 19 * 4 / (14 * 6))


def test_all_judgements_of_a_round_are_pooled(record):
    per_cent, alpha = pooled(record)
    # 60 judgements by two: 8 of 30 units differ, 12 ones and 48 zeros.
    assert per_cent == pytest.approx(100 * 22 / 30)
    assert alpha == pytest.approx(1 - 59 * 8 / (12 * 48))
    assert pooled(record, 2) == (100, 1)


def test_a_record_without_codings_has_an_empty_table(tmp_path):
    empty = load(write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21")], topics=["cyber"]))
    assert agreement_of_coders(empty).empty
