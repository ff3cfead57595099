"""Links of earlier releases go on meaning what they meant.

``links/`` holds a file for each release, written when it came out and never changed after. Where the
grammar changes, the change brings a function that carries old parameters over, and these files pass
through it unchanged.
"""

import csv
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from twoplustwo.selection import Vocabulary, read_link

FROZEN = [
    (release.stem, row["link"], row["page"], row["view"])
    for release in sorted((Path(__file__).parent / "links").glob("*.csv"))
    for row in csv.DictReader(release.read_text(encoding="utf-8").splitlines())
]


@pytest.mark.parametrize(("release", "link", "page", "view"), FROZEN)
def test_a_link_of_an_earlier_release_opens_the_same_view(record, release, link, page, view):
    params = parse_qs(urlsplit(link).query, keep_blank_values=True)
    understood = read_link(page, params, Vocabulary.of(record))
    assert understood.problems == ()
    assert understood.view.to_query() == view
    assert understood.version in {None, release}
