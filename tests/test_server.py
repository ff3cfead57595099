"""The real server, cold: its first visitor may come by any link."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator

import pandas as pd
import pytest
from server import ROOT, Server, running

from twoplustwo.dashboard.navigation import TITLES


def met(*partners: str) -> int:
    """Ministerial meetings with these partners, counted in the file."""
    meetings = pd.read_csv(ROOT / "data" / "meetings.csv", dtype="str")
    return int(((meetings["format"] == "two_plus_two") & meetings["partner"].isin(partners)).sum())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.mark.parametrize(("page", "title"), TITLES.items())
def test_the_first_visitor_after_a_start_gets_the_page_of_the_link_with_its_filters(page: str, title: str):
    address = "" if page == next(iter(TITLES)) else page
    with running() as server:
        answer = server.interact(page=address, query_params={"partner": ["AUS", "GBR"]})
    assert answer["status"] == "ready"
    assert answer["page"] == {"url_path": address, "title": title}
    assert answer["query_params"] == {"partner": ["AUS", "GBR"]}
    drawn = {part["type"]: part for part in answer["tree"]["children"]}
    main, sidebar = (json.dumps(drawn[place], ensure_ascii=False) for place in ("main", "sidebar"))
    assert f'"body": "{title}"' in main
    assert f"**{met('AUS', 'GBR')} meetings · Australia, United Kingdom" in main
    for label in ("Partners", "Years", "Formats", "Cooperation areas", "Evidence for an area", "Text"):
        assert f'"label": "{label}"' in sidebar


def test_a_visit_to_every_page_leaves_nothing_to_complain_about_in_the_server_s_output(server: Server):
    assert server.get("/_stcore/health") == "ok"
    session = server.interact()["session_id"]
    for page in list(TITLES)[1:]:
        answer = server.interact(session_id=session, page=page, query_params={"format": ["all"]})
        assert answer["status"] == "ready"
    said = server.output()
    assert server.address in said
    assert not re.search(r"warning|error|traceback|exception|deprecat", said, re.IGNORECASE), said


def test_the_server_names_no_address_but_its_own(server: Server):
    # Where no address is set, Streamlit asks a host outside for this machine's and prints it.
    assert set(re.findall(r"https?://[^\s/:]+", server.output())) == {"http://localhost"}


def test_usage_statistics_are_off():
    with (ROOT / ".streamlit" / "config.toml").open("rb") as file:
        assert tomllib.load(file)["browser"]["gatherUsageStats"] is False


def test_the_page_that_carries_the_dashboard_loads_nothing_from_elsewhere(server: Server):
    page = server.get("/")
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    assert not [address for address in loaded if re.match(r"https?:|//", address)]
