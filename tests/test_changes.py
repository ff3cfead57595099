"""What has changed since a data version."""

from dataclasses import replace

import pandas as pd
import pytest
from small_record import agreement, meeting, mention, read_small, step

from twoplustwo.analysis.changes import changes_in_words, changes_since, versions


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    # 2026.9.0: one meeting, one agreement. 2026.10.0: a second meeting with one mention, and the
    # agreement revised. 2026.11.0: the first meeting revised.
    return read_small(
        tmp_path_factory.mktemp("grown"),
        meetings=[
            meeting("GBR", "2015-01-21", version_added="2026.9.0", version_revised="2026.11.0"),
            meeting("GBR", "2016-01-08", version_added="2026.10.0"),
        ],
        mentions=[mention("gbr-2016-01-08", "cyber", version_added="2026.10.0")],
        agreements=[
            agreement("gbr-acsa", "acsa", "signed", version_added="2026.9.0", version_revised="2026.10.0")
        ],
        agreement_events=[step("gbr-acsa", "2016-02-01", "signed")],
    )


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("2026.8.0", "2 meetings added, 1 agreement added, 1 mention added"),
        ("2026.9.0", "1 meeting added, 1 meeting revised, 1 agreement revised, 1 mention added"),
        ("2026.9.5", "1 meeting added, 1 meeting revised, 1 agreement revised, 1 mention added"),
        ("2026.10.0", "1 meeting revised"),
        ("2026.11.0", ""),
    ],
)
def test_changes_are_counted_since_the_version_of_the_link(grown, version, words):
    assert changes_in_words(changes_since(grown, version)) == words


def test_versions_are_compared_as_numbers_and_listed_newest_first(grown):
    # As text, "2026.9.0" would come after "2026.11.0".
    changes = changes_since(grown, "2026.9.0")
    assert changes["version"].tolist() == ["2026.11.0", "2026.10.0", "2026.10.0", "2026.10.0"]
    assert changes.loc[0, ["table", "id", "change"]].tolist() == ["meetings", "gbr-2015-01-21", "revised"]


def test_a_row_added_and_revised_since_counts_as_added(grown):
    changes = changes_since(grown, "2026.8.0")
    assert changes[changes["id"] == "gbr-2015-01-21"]["change"].tolist() == ["added"]


def test_versions_are_newest_first_and_count_each_row_once(grown):
    history = [
        # A row of two revised cells, a row that came, then one that went in a later version.
        ("2026.9.1", "2026-09-30", "revised", "meetings", "gbr-2015-01-21", "name"),
        ("2026.9.1", "2026-09-30", "revised", "meetings", "gbr-2015-01-21", "city"),
        ("2026.9.1", "2026-09-30", "added", "mentions", "gbr-2015-01-21|cyber", None),
        ("2026.10.0", "2026-10-01", "retired", "mentions", "gbr-2015-01-21|cyber", None),
    ]
    revisions = pd.DataFrame(history, columns=["version", "date", "action", "table", "key", "column"])
    found = versions(replace(grown, revisions=revisions.astype({"date": "datetime64[us]"})))
    assert found["version"].tolist() == ["2026.10.0", "2026.9.1"]
    assert found[["added", "revised", "retired"]].to_numpy().tolist() == [[0, 0, 1], [1, 1, 0]]
    assert versions(grown).empty
