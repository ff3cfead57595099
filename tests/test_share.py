"""Share, cite, take away, report: what each page offers, and that it leads back to the same view."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import SCRIPT

from twoplustwo.selection import Vocabulary, read_link


def opened(page: str, link: str, popover: str) -> AppTest:
    """A page with one of its popovers open."""
    visit = AppTest.from_file(SCRIPT, default_timeout=30)
    visit.query_params.update(parse_qs(link))
    if page != "overview":
        visit.switch_page(f"../../pages/{page}.py")
    visit.run()
    visit.session_state[popover] = True
    visit.run()
    assert not visit.exception
    return visit


def codes(visit: AppTest) -> list[str]:
    return [element.value for element in visit.code]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("overview", ""),
        ("timeline", "partner=GBR&context=cabinet&id=gbr-2015-01-21"),
        ("partners", "partner=GBR&partner=AUS&from=2013&align=ordinal"),
        ("topics", "topic=cyber&basis=joint_statement&measure=count&q=Tokyo"),
        ("agreements", "partner=AUS&to=2020"),
        ("meetings", "format=all&id=gen-nakatani"),
        ("method", "partner=DEU"),
    ],
)
def test_the_link_of_the_share_control_opens_exactly_the_view(record, page, link):
    vocabulary = Vocabulary.of(record)
    shared = urlsplit(codes(opened(page, link, "share"))[0])
    params = parse_qs(shared.query)
    assert params["v"] == [record.about.version]
    assert params["from"], params["to"]
    again = read_link(page, params, vocabulary)
    first = read_link(page, parse_qs(link), vocabulary)
    assert again.problems == ()
    assert again.view.options == first.view.options
    assert again.view.selection == first.view.selection.pinned(vocabulary)


def test_every_form_of_the_link_carries_the_link_itself_with_signs_escaped_for_its_language(record):
    forms = codes(opened("partners", "partner=GBR&partner=AUS&q=%3Cb%3E%5Bx%5D", "share"))
    link = forms[0]
    citation = next(form for form in forms if "Accessed" in form)
    assert link in citation
    assert record.about.version in citation
    markdown = next(form for form in forms if form.startswith("["))
    assert markdown.endswith(f"]({link})")
    assert "\\[x\\]" in markdown
    anchor = next(form for form in forms if form.startswith("<a "))
    assert link.replace("&", "&amp;") in anchor
    assert "<b>" not in anchor
    frame = next(form for form in forms if form.startswith("<iframe"))
    assert "embed=true" in frame
    assert "<b>" not in frame
    assert any("/api/meetings.csv?" in form and "partner=GBR" in form for form in forms)


def test_the_download_control_offers_every_format():
    labels = {button.label for button in opened("overview", "partner=GBR", "download").get("download_button")}
    assert {re.split(r"[ ,(]", label)[0] for label in labels} >= {
        "Brief",
        "Excel",
        "Meetings",
        "Data",
        "Calendar",
    }


def test_a_report_is_filled_in_with_id_version_and_link(record, monkeypatch):
    monkeypatch.delenv("TWOPLUSTWO_CONTACT", raising=False)
    popover = "report_meeting_gbr-2015-01-21"
    visit = opened("meetings", "id=gbr-2015-01-21", popover)
    text = next(code for code in codes(visit) if "What is wrong" in code)
    assert "gbr-2015-01-21" in text
    assert record.about.version in text
    assert "id=gbr-2015-01-21" in text

    visit.selectbox(key="report_about_gbr-2015-01-21").select("gbr-2015-01-21/cyber").run()
    assert any("Mention: gbr-2015-01-21/cyber" in code for code in codes(visit))

    monkeypatch.setenv("TWOPLUSTWO_CONTACT", "desk@example.org")
    visit = opened("meetings", "id=gbr-2015-01-21", popover)
    address = json.dumps([element.proto.url for element in visit.get("link_button")])
    assert "mailto:desk@example.org?subject=" in address


@pytest.mark.parametrize(
    ("identifier", "title"),
    [("gbr-2015-01-21", "First Japan-UK"), ("gbr-raa-2023", "Reciprocal Access")],
)
def test_a_record_is_cited_with_its_title_version_and_link(record, identifier, title):
    known = {*record.meetings["meeting_id"], *record.agreements["agreement_id"]}
    assert identifier in known
    visit = opened("meetings", f"id={identifier}", f"cite_record_{identifier}")
    cited = next(code for code in codes(visit) if "Accessed" in code)
    assert title.casefold() in cited.casefold()
    assert record.about.version in cited
    assert f"meetings?id={identifier}" in cited


def test_a_source_that_was_chosen_can_be_reported(record):
    visit = opened("method", "partner=DEU", "report_source_x")
    visit.session_state["sources"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    visit.run()
    assert not visit.exception
    first = visit.dataframe(key="sources").value["source_id"].iloc[0]
    visit.session_state[f"report_source_{first}"] = True
    visit.run()
    assert any(f"Source: {first}" in code for code in codes(visit))


def test_a_link_of_an_older_version_says_what_has_changed_in_its_selection(record):
    visit = AppTest.from_file(SCRIPT, default_timeout=30)
    visit.query_params.update({"partner": ["GBR"], "v": ["2026.10.0"]})
    visit.run()
    said = " ".join(element.value for element in visit.info)
    british = record.meetings[
        (record.meetings["partner"] == "GBR") & (record.meetings["format"] == "two_plus_two")
    ]
    assert f"{len(british)} meetings added" in said
    assert "2026.10.0" in said


def test_a_link_of_this_version_says_nothing_of_changes(record):
    visit = AppTest.from_file(SCRIPT, default_timeout=30)
    visit.query_params.update({"v": [record.about.version]})
    visit.run()
    assert not visit.info


def test_every_table_offers_four_formats_that_say_where_they_come_from(record):
    visit = opened("partners", "partner=GBR", "download_all-partners")
    labels = [button.label for button in visit.get("download_button")]
    assert labels == ["CSV", "Excel", "JSON", "Parquet"]
