"""The real server, cold: its first visitor may come by any link."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator
from email.message import Message
from hashlib import sha256
from http.client import HTTPConnection

import brotli
import pandas as pd
import pytest
from server import ROOT, Server, running

from twoplustwo.dashboard.navigation import TITLES
from twoplustwo.dashboard.server import FRONTEND, security_headers


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


# --- what every answer says, and how it is sent -------------------------------------------------


def ask(server: Server, path: str, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body as they came over the wire, nothing unpacked."""
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


@pytest.mark.parametrize(
    "path",
    [
        *(f"/{page}" for page in TITLES),
        "/",
        "/?partner=GBR",
        "/favicon.png",
        "/_stcore/health",
        "/static/js/nothing.js",
        "/media/nothing",
        "/no-such-page",
        "/api/meetings.csv",
        "/api/nothing",
        "/api/meetings.csv?partner=XXX",
        "/?q=" + "a" * 20_000,
    ],
)
def test_every_answer_is_guarded(server: Server, path: str):
    _, headers, _ = ask(server, path)
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("page", ["/", "/topics", "/no-such-page"])
def test_the_scripts_in_line_are_those_that_the_policy_knows(server: Server, page: str):
    _, headers, body = ask(server, page)
    scripts = re.findall(r"<script>(.*?)</script>", body.decode(), re.DOTALL)
    hashes = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts}
    rule = next(
        rule for rule in headers["Content-Security-Policy"].split("; ") if rule.startswith("script-src ")
    )
    assert set(rule.split()[1:]) == {"'self'", *hashes}


def test_any_site_may_embed_the_dashboard_unless_the_setting_names_some():
    assert "frame-ancestors *" in security_headers({})["Content-Security-Policy"]
    some = security_headers({"TWOPLUSTWO_FRAME_ANCESTORS": "'self' https://example.org"})
    assert "frame-ancestors 'self' https://example.org" in some["Content-Security-Policy"]
    none = security_headers({"TWOPLUSTWO_FRAME_ANCESTORS": ""})
    assert "frame-ancestors 'none'" in none["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)]
)
def test_code_comes_packed_and_is_kept_for_a_year(server: Server, coding: str, unpack):
    script = max((FRONTEND / "static" / "js").glob("PlotlyChart.*.js"))
    status, headers, body = ask(server, f"/static/js/{script.name}", **{"Accept-Encoding": coding})
    assert status == 200
    assert headers.get("Content-Encoding", "identity") == coding
    assert "immutable" in headers["Cache-Control"]
    assert "max-age=31536000" in headers["Cache-Control"]
    assert "javascript" in headers["Content-Type"]
    assert unpack(body) == script.read_bytes()
    assert len(body) < script.stat().st_size / 3 or coding == "identity"


def test_what_names_the_code_is_asked_for_anew_each_time(server: Server):
    for coding in ("br", "identity"):
        _, headers, _ = ask(server, "/topics", **{"Accept-Encoding": coding})
        assert headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../index.html", "/static/%2e%2e/%2e%2e/version.py", "/static/js/..%2f..%2fapp.py"]
)
def test_no_path_leads_out_of_the_static_files(server: Server, path: str):
    status, _, body = ask(server, path, **{"Accept-Encoding": "gzip"})
    unpacked = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    assert status in {400, 404} or b"<!DOCTYPE html>" in unpacked


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", gzip.decompress), ("identity", bytes)])
@pytest.mark.parametrize(("page", "title"), TITLES.items())
def test_a_page_tells_its_name_to_those_who_do_not_run_it(
    server: Server, page: str, title: str, coding: str, unpack: Callable[[bytes], bytes]
):
    home = page == next(iter(TITLES))
    _, _, body = ask(server, "/" if home else f"/{page}", **{"Accept-Encoding": coding})
    document = unpack(body).decode()
    expected = "Two Plus Two" if home else f"{title} · Two Plus Two"
    assert re.findall("<title>(.*?)</title>", document) == [expected]
    assert re.findall('property="og:title" content="(.*?)"', document) == [expected]


def test_requests_beyond_the_limits_are_refused_in_a_sentence(server: Server):
    status, _, body = ask(server, "/?q=" + "a" * 20_000)
    assert status == 414
    assert b"8,192 bytes" in body
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=60)
    connection.request("POST", "/_stcore/agent/interact", headers={"Content-Length": "2000000"})
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.read() == b"A request may carry 1,048,576 bytes at most."
    connection.close()
