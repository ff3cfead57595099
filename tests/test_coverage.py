"""How much of the texts was read."""

from small_record import SOURCE, meeting, mention, read_small, set_cell, write_record

from twoplustwo import load
from twoplustwo.analysis.coverage import coverage


def test_coverage_counts_each_page_of_a_meeting_once(tmp_path):
    # The first meeting rests on a and b, and a mention cites b again and c: three pages.
    folder = write_record(
        tmp_path,
        meetings=[
            meeting("GBR", "2015-01-21", source_ids="a;b"),
            meeting("GBR", "2016-01-08", source_ids="b"),
        ],
        mentions=[
            mention("gbr-2015-01-21", "cyber", source_id="b"),
            mention("gbr-2015-01-21", "space", source_id="c"),
        ],
    )
    # a is an official readout read in full, b a news report of which a snippet was seen, c its opening.
    rows = {SOURCE: 2, "a": 3, "b": 4, "c": 5}
    for code, (kind, seen) in {
        "a": ("official_readout", "full"),
        "b": ("news", "snippet"),
        "c": ("news", "opening"),
    }.items():
        set_cell(folder, "sources", rows[code], "kind", kind)
        set_cell(folder, "sources", rows[code], "seen", seen)
    record = load(folder)

    by_partner = coverage(record, "partner").iloc[0]
    # Two meetings; one read in full, one with an official text, one uncoded; medians of 3 and 1, 2 and 0.
    assert by_partner[["meetings", "read_in_full", "official", "uncoded"]].tolist() == [2, 1, 1, 1]
    # Pages by kind: a is an official readout; b and c are news, and b stands behind both meetings.
    assert by_partner[["official_readout", "news", "joint_statement"]].tolist() == [1, 3, 0]
    assert (by_partner["sources_per_meeting"], by_partner["areas_per_meeting"]) == (2.0, 1.0)


def test_coverage_of_nothing_is_empty(tmp_path):
    record = read_small(tmp_path)
    assert coverage(record, "year").empty
