"""The data API over HTTP, on the real server; what it answers is counted again in the CSV files."""

from __future__ import annotations

import asyncio
import csv
import http.client
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
from openapi_spec_validator import validate
from server import ROOT, Server, running
from test_share import codes, opened

from twoplustwo import api, load

DATA = ROOT / "data"
VERSION = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["version"]
TABLES = [path.stem for path in sorted(DATA.glob("*.csv"))]
WHOLE = {"ordinal", "round", "first", "second"}
STATED = ["data_version", "selection", "licence"]

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> Rows:
        """Rows of a CSV answer as they stand in the file, without the columns that state the source."""
        found = list(csv.DictReader(io.StringIO(self.body.decode("utf-8"), newline="")))
        return [{name: _raw(cell) for name, cell in row.items() if name not in STATED} for row in found]


def _raw(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if re.match(r"'[=+\-@＝＋－＠]", cell) else cell


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def ask(server: Server, target: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """An answer to a target below /api, sent as it stands."""
    where = urlsplit(server.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    try:
        connection.request(method, f"/api{target}", headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


# --- the rules of a selection, written again over the rows of the files ---------------------------


def file_rows(table: str) -> Rows:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folded(text: str) -> str:
    return "".join(s for s in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(s))


def selected(
    *,
    partners: tuple[str, ...] = (),
    first: int = 0,
    last: int = 9999,
    formats: tuple[str, ...] = ("two_plus_two",),
    topic: str = "",
    basis: str = "",
    word: str = "",
) -> dict[str, Rows]:
    """Name of each table -> the rows that a selection leaves."""
    rows = {table: file_rows(table) for table in TABLES}
    names = {row["partner"]: row["name"] for row in rows["partners"]}
    people: dict[str, str] = {}
    for row in rows["participants"]:
        people[row["meeting_id"]] = people.get(row["meeting_id"], "") + " " + row["name"]

    def of_partner(row: dict[str, str]) -> bool:
        return not partners or row["partner"] in partners

    def in_years(start: str, end: str) -> bool:
        return int(end[:4]) >= first and int(start[:4]) <= last

    if basis:
        rows["mentions"] = [row for row in rows["mentions"] if row["basis"] == basis]
    with_topic = {row["meeting_id"] for row in rows["mentions"] if not topic or row["topic_id"] == topic}
    rows["meetings"] = [
        row
        for row in rows["meetings"]
        if of_partner(row)
        and row["format"] in formats
        and in_years(row["date"], row["date"])
        and (not topic or row["meeting_id"] in with_topic)
        and folded(word)
        in folded(
            " ".join(
                [
                    *(row[c] for c in ("name", "summary", "city", "outcome_document")),
                    names[row["partner"]],
                    people.get(row["meeting_id"], ""),
                ]
            )
        )
    ]
    met = {row["meeting_id"] for row in rows["meetings"]}
    where = {row["city"] for row in rows["meetings"]}
    rows["places"] = [row for row in rows["places"] if row["name"] in where]
    for table in ("participants", "mentions", "codings"):
        rows[table] = [row for row in rows[table] if row["meeting_id"] in met]
    present, held = ({row[column] for row in rows["participants"]} for column in ("name", "office_id"))
    rows["people"] = [row for row in rows["people"] if row["name"] in present]
    rows["offices"] = [row for row in rows["offices"] if row["office_id"] in held]
    agreed = {
        row["agreement_id"]
        for row in rows["agreements"]
        if of_partner(row)
        and folded(word) in folded(" ".join([row["title"], row["summary"], names[row["partner"]]]))
    }
    rows["agreement_events"] = [
        row
        for row in rows["agreement_events"]
        if row["agreement_id"] in agreed and in_years(row["date"], row["date"])
    ]
    if (first, last) != (0, 9999):
        agreed &= {row["agreement_id"] for row in rows["agreement_events"]}
    rows["agreements"] = [row for row in rows["agreements"] if row["agreement_id"] in agreed]
    for table in ("partners", "frameworks", "doubts"):
        rows[table] = [row for row in rows[table] if of_partner(row)]
    for row in rows["context_events"]:
        in_office = row["kind"] == "cabinet" and row["country"] == "JPN" and not row["end_date"]
        row["end"] = "9998" if in_office else row["end_date"] or row["date"]
    rows["context_events"] = [
        {name: cell for name, cell in row.items() if name != "end"}
        for row in rows["context_events"]
        if in_years(row["date"], row["end"])
    ]
    used = {
        source
        for table in set(TABLES) - {"sources", "revisions"}
        for row in rows[table]
        for column in ("source_id", "source_ids", "further_source_ids")
        for source in row.get(column, "").split(";")
    }
    rows["sources"] = [row for row in rows["sources"] if row["source_id"] in used]
    return rows


EVERY_FORMAT = tuple({row["format"] for row in file_rows("meetings")})
SELECTIONS: dict[str, dict[str, Any]] = {
    "": {},
    "format=all": {"formats": EVERY_FORMAT},
    "partner=GBR&partner=AUS&from=2013&to=2023": {"partners": ("GBR", "AUS"), "first": 2013, "last": 2023},
    "format=summit&format=two_plus_two&to=2019": {"formats": ("summit", "two_plus_two"), "last": 2019},
    "topic=cyber&basis=joint_statement": {"topic": "cyber", "basis": "joint_statement"},
    "q=Nakatani": {"word": "Nakatani"},
    "partner=deu&v=2020.1.0": {"partners": ("DEU",)},
    "partner=NATO&to=1990": {"partners": ("NATO",), "last": 1990},
}


# --- index ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/"])
def test_the_index_tells_what_the_record_is_and_leads_to_every_table(server: Server, path: str):
    descriptor = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    index = ask(server, path).json
    assert (index["title"], index["version"]) == (descriptor["title"], VERSION)
    assert (index["licence"], index["citation"]) == ("CC-BY-4.0", descriptor["citation"])
    assert sorted(table["name"] for table in index["tables"]) == TABLES
    rows = selected()
    for table in index["tables"]:
        assert table["rows"] == len(rows[table["name"]])
        assert table["description"]
        for kind, address in table["addresses"].items():
            assert address.startswith(f"{server.address}/api/{table['name']}.{kind}?")
            found = ask(server, address.removeprefix(f"{server.address}/api"))
            assert (found.status, found.headers["X-Total-Count"]) == (200, str(table["rows"]))
    names = {parameter["name"] for parameter in index["parameters"]}
    assert names == {"partner", "from", "to", "format", "topic", "basis", "q", "v", "lang", "limit", "offset"}
    assert ask(server, index["datapackage"].removeprefix(f"{server.address}/api")).status == 200
    assert ask(server, index["openapi"].removeprefix(f"{server.address}/api")).status == 200


def test_the_index_of_a_selection_counts_its_rows(server: Server):
    index = ask(server, "?partner=GBR&from=2013").json
    rows = selected(partners=("GBR",), first=2013)
    assert {table["name"]: table["rows"] for table in index["tables"]} == {
        name: len(rows[name]) for name in TABLES
    }
    assert index["words"] == "United Kingdom, 2013 to 2026, ministerial 2+2"


def test_pages_and_api_come_from_one_server(server: Server):
    assert "<html" in server.get("/timeline")
    assert "<html" in server.get("/apis")  # not below /api, so a page


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", SELECTIONS)
def test_every_csv_holds_the_rows_of_the_files_that_the_selection_leaves(server: Server, query: str):
    expected = selected(**SELECTIONS[query])
    for table in TABLES:
        answer = ask(server, f"/{table}.csv?{query}")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.rows == expected[table], table
        assert answer.headers["X-Total-Count"] == str(len(expected[table]))


@pytest.mark.parametrize("query", SELECTIONS)
def test_every_json_holds_the_same_with_whole_numbers_and_null_for_gaps(server: Server, query: str):
    expected = selected(**SELECTIONS[query])
    for table in TABLES:
        answer = ask(server, f"/{table}.json?{query}")
        assert answer.headers["Content-Type"] == "application/json"
        found = answer.json
        assert found["data"] == [
            {name: (int(cell) if name in WHOLE else cell) if cell else None for name, cell in row.items()}
            for row in expected[table]
        ], table
        rows = len(expected[table])
        meta = found["meta"]
        assert [meta[name] for name in ("rows", "total", "limit", "offset")] == [rows, rows, None, 0]


def test_each_answer_states_version_selection_and_licence(server: Server):
    frame = pd.read_csv(io.BytesIO(ask(server, "/meetings.csv?partner=GBR&from=2015").body))
    assert list(frame.columns[-3:]) == STATED
    assert set(frame["data_version"]) == {VERSION}
    assert set(frame["selection"]) == {"partner=GBR&from=2015&to=2026"}
    assert set(frame["licence"]) == {"CC-BY-4.0"}
    meta = ask(server, "/meetings.json?partner=GBR&from=2015").json["meta"]
    assert (meta["data_version"], meta["licence"]) == (VERSION, "CC-BY-4.0")
    assert meta["selection"] == "partner=GBR&from=2015&to=2026"
    assert meta["link"] == f"{server.address}/api/meetings.json?partner=GBR&from=2015&to=2026&v={VERSION}"


def test_the_link_in_an_answer_gives_the_same_answer(server: Server):
    target = "/mentions.json?topic=cyber&limit=7&offset=5"
    answer = ask(server, target)
    again = ask(server, answer.json["meta"]["link"].removeprefix(f"{server.address}/api"))
    assert again.json["data"] == answer.json["data"]


def test_a_hostile_host_does_not_get_into_an_answer(server: Server):
    answer = ask(server, "/meetings.json", headers={"Host": 'a"><script>'})
    assert b"<script" not in answer.body
    assert answer.json["meta"]["link"].startswith("/api/meetings.json?")


def test_pandas_reads_a_table_by_its_address(server: Server):
    frame = pd.read_csv(f"{server.address}/api/meetings.csv?format=all&partner=GBR", parse_dates=["date"])
    expected = [row for row in file_rows("meetings") if row["partner"] == "GBR"]
    assert list(frame["meeting_id"]) == [row["meeting_id"] for row in expected]
    assert pd.api.types.is_datetime64_any_dtype(frame["date"])


def test_the_package_is_a_record_with_the_selected_rows(server: Server, tmp_path: Path):
    answer = ask(server, "/datapackage.zip?partner=AUS&to=2020")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        archive.extractall(tmp_path)
    record = load(tmp_path)
    expected = selected(partners=("AUS",), last=2020)
    assert record.about.version == VERSION
    assert list(record.meetings["meeting_id"]) == [row["meeting_id"] for row in expected["meetings"]]
    assert len(record.mentions) == len(expected["mentions"])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/meetings.csv", 'attachment; filename="two-plus-two_{}_meetings.csv"'),
        ("/meetings.json", 'inline; filename="two-plus-two_{}_meetings.json"'),
        ("/datapackage.zip", 'attachment; filename="two-plus-two_{}_datapackage.zip"'),
    ],
)
def test_a_file_has_a_name_with_the_data_version(server: Server, path: str, said: str):
    assert ask(server, path).headers["Content-Disposition"] == said.format(VERSION)


# --- rows in portions -----------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 7, 20, 1000])
def test_following_next_reads_the_table_exactly_once(server: Server, limit: int):
    target, found, steps = f"/meetings.csv?partner=GBR&partner=AUS&limit={limit}", [], 0
    while target:
        answer = ask(server, target)
        assert len(answer.rows) <= limit
        found += answer.rows
        steps += 1
        link = re.search(r'<([^>]+)>; rel="next"', answer.headers["Link"] or "")
        target = link.group(1).removeprefix(f"{server.address}/api") if link else ""
    expected = selected(partners=("GBR", "AUS"))["meetings"]
    assert found == expected
    assert steps == -(-len(expected) // limit)


def test_prev_leads_back_to_the_first_rows(server: Server):
    answer = ask(server, "/topics.csv?limit=20&offset=45")
    assert 'rel="next"' not in answer.headers["Link"]
    back = re.search(r'<([^>]+)>; rel="prev"', answer.headers["Link"])
    assert back
    assert ask(server, back.group(1).removeprefix(f"{server.address}/api")).rows == file_rows("topics")[25:45]


def test_an_offset_beyond_the_end_gives_no_rows_but_the_total(server: Server):
    answer = ask(server, "/topics.json?offset=1000000&limit=10000")
    assert answer.json["data"] == []
    assert answer.json["meta"]["total"] == len(file_rows("topics"))


def test_without_a_limit_all_rows_after_the_offset_come(server: Server):
    answer = ask(server, "/topics.csv?offset=3")
    assert answer.rows == file_rows("topics")[3:]
    assert "Link" not in answer.headers


# --- what is refused ------------------------------------------------------------------------------

BAD = {
    "partner=XXX": "partner",
    "partner=": "partner",
    "partner": "partner",
    "partner=GBR,AUS": "partner",
    "partner=%3Cscript%3Ealert(1)%3C/script%3E": "partner",
    "partner=%FF": "partner",
    "q=%FF%FE": "q",
    "q=%C3%28": "q",
    "q=": "q",
    f"q={'a' * 201}": "q",
    "q=a&q=b": "q",
    "from=1959": "from",
    "from=2027": "from",
    "from=two": "from",
    "from=2013&from=2014": "from",
    "from=2023&to=2013": "from",
    "to=99999999999999999999": "to",
    "to=": "to",
    "format=lunch": "format",
    "topic=weather": "topic",
    "basis=rumour": "basis",
    "v=latest": "v",
    "v=2026.11.0&v=2026.11.0": "v",
    "limit=0": "limit",
    "limit=10001": "limit",
    "limit=-1": "limit",
    "limit=1.0": "limit",
    "limit=": "limit",
    "limit=%D9%A3": "limit",  # an Arabic three
    "limit=5&limit=6": "limit",
    "offset=-1": "offset",
    "offset=1000001": "offset",
    "offset=99999999999999999999999": "offset",
    "partnr=GBR": "partnr",
    "Partner=GBR": "Partner",
    "embed=true": "embed",
    "id=gbr-2015-01-21": "id",
    "%FF=1": "\N{REPLACEMENT CHARACTER}",
    "=1": "",
}


@pytest.mark.parametrize("table", ["meetings.csv", "topics.json"])
@pytest.mark.parametrize("query", BAD)
def test_what_a_query_cannot_mean_is_refused_and_named(server: Server, query: str, table: str):
    answer = ask(server, f"/{table}?{query}")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert (problem["status"], problem["title"]) == (400, "Bad Request")
    assert [error["parameter"] for error in problem["errors"]] == [BAD[query]]
    assert all(error["message"].endswith(".") for error in problem["errors"])
    assert "ignored" not in answer.body.decode()  # nothing is, unlike on a page
    assert "Traceback" not in answer.body.decode()


def test_every_wrong_value_of_a_query_is_named_at_once(server: Server):
    errors = ask(server, "/meetings.csv?partner=XXX&partner=GBR&from=1900&limit=0&foo=1").json["errors"]
    assert sorted((error["parameter"], error["value"]) for error in errors) == [
        ("foo", "1"),
        ("from", "1900"),
        ("limit", "0"),
        ("partner", "XXX"),
    ]


@pytest.mark.parametrize("path", ["", "/datapackage.zip", "/openapi.json"])
def test_rows_in_portions_are_of_tables_alone(server: Server, path: str):
    answer = ask(server, f"{path}?limit=5")
    assert answer.status == 400
    assert [error["parameter"] for error in answer.json["errors"]] == ["limit"]


def test_a_query_may_be_long_but_not_endless(server: Server):
    every = "&".join(f"topic={row['topic_id']}" for row in file_rows("topics"))
    assert ask(server, f"/meetings.csv?{every}").status == 200
    answer = ask(server, "/meetings.csv?q=" + "a" * 8191)
    assert (answer.status, answer.json["status"]) == (414, 414)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing", "/nothing.csv", "/meetings", "/meetings.xml", "/meetings.csv/", "//meetings.csv"),
        *("/docs", "/redoc", "/../data/meetings.csv", "/%2e%2e/app.py", "/%0A.json", "/%00", "/a%5Cb.csv"),
    ],
)
def test_an_address_below_the_api_that_is_not_there_says_so(server: Server, path: str):
    answer = ask(server, path)
    assert (answer.status, answer.json["title"]) == (404, "Not Found")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["", "/meetings.csv", "/datapackage.zip", "/openapi.json"])
def test_another_method_is_refused_with_those_that_are_answered(server: Server, method: str, path: str):
    answer = ask(server, path, method)
    assert (answer.status, answer.json["status"]) == (405, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_fault_of_the_server_tells_nothing_of_its_inside(monkeypatch: pytest.MonkeyPatch):
    def fail() -> None:
        raise RuntimeError("secret of the server")

    monkeypatch.setattr(api, "shared", fail)
    sent: list[dict[str, Any]] = []

    async def call() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/api/meetings.csv", "query_string": b""}
        await api.api({**scope, "headers": [], "scheme": "http", "server": ("localhost", 80)}, receive, send)

    with pytest.raises(RuntimeError, match="secret"):  # for the log of the server
        asyncio.run(call())
    assert sent[0]["status"] == 500
    assert dict(sent[0]["headers"])[b"content-type"] == b"application/problem+json"
    assert json.loads(sent[1]["body"])["status"] == 500
    assert b"secret" not in sent[1]["body"]


# --- headers --------------------------------------------------------------------------------------

PATHS = [
    "",
    "/meetings.csv?partner=GBR",
    "/topics.json?limit=2",
    "/datapackage.zip",
    "/changes.atom",
    "/openapi.json",
]


@pytest.mark.parametrize("target", [*PATHS, "/nothing", "/meetings.csv?partner=XXX"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_answers_like_get_without_a_body(server: Server, target: str, encoding: str):
    got = ask(server, target, headers={"Accept-Encoding": encoding})
    head = ask(server, target, "HEAD", {"Accept-Encoding": encoding})
    assert (head.status, head.body) == (got.status, b"")
    without = [
        sorted((name.lower(), value) for name, value in answer.headers.items() if name.lower() != "date")
        for answer in (got, head)
    ]
    assert without[0] == without[1]
    assert int(got.headers["Content-Length"]) == len(got.body)


@pytest.mark.parametrize("target", PATHS)
def test_an_answer_that_the_client_has_is_not_sent_again(server: Server, target: str):
    first = ask(server, target)
    tag = first.headers["ETag"]
    assert re.fullmatch(rf'W/"{re.escape(VERSION)}-[0-9a-f]{{32}}"', tag)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        for method in ("GET", "HEAD"):
            again = ask(server, target, method, {"If-None-Match": known})
            assert (again.status, again.body) == (304, b"")
            assert again.headers["ETag"] == tag
    assert ask(server, target, headers={"If-None-Match": '"other"'}).status == 200


def test_the_tag_follows_the_content(server: Server):
    tags = {ask(server, f"/meetings.csv?partner={code}").headers["ETag"] for code in ("GBR", "AUS", "DEU")}
    assert len(tags) == 3
    one, same = (
        ask(server, f"/meetings.csv?{query}") for query in ("partner=GBR&from=2000", "from=2000&partner=gbr")
    )
    assert one.headers["ETag"] == same.headers["ETag"]


def test_the_tag_stays_when_the_server_is_started_again(server: Server):
    host = {"Host": "dashboard.example"}
    with running() as other:
        for target in PATHS:
            one, two = (ask(each, target, headers=host) for each in (server, other))
            assert one.headers["ETag"] == two.headers["ETag"], target


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("asked", "start", "end"), [("0-99", 0, 100), ("100-", 100, None), ("-50", -50, None), ("7-7", 7, 8)]
)
def test_programs_may_read_a_part_of_the_bytes(
    server: Server, asked: str, start: int, end: int | None, encoding: str
):
    whole = ask(server, "/meetings.csv")
    part = ask(server, "/meetings.csv", headers={"Range": f"bytes={asked}", "Accept-Encoding": encoding})
    assert (part.status, part.body) == (206, whole.body[start:end])
    first = len(whole.body[:start])
    last = first + len(part.body) - 1
    assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole.body)}"
    assert int(part.headers["Content-Length"]) == len(part.body)
    assert part.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=99999999-", "bytes=-0", "bytes=-", "bytes=0-1,5-6", "x"]
)
def test_a_part_that_makes_no_sense_gives_the_whole(server: Server, asked: str):
    whole = ask(server, "/topics.csv")
    answer = ask(server, "/topics.csv", headers={"Range": asked})
    assert (answer.status, answer.body) == (200, whole.body)


def test_text_comes_compressed_to_those_who_ask(server: Server):
    answer = ask(server, "/sources.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("target", [*PATHS, "/nothing", "/meetings.csv?partner=XXX"])
def test_scripts_of_other_sites_may_read_every_answer(server: Server, target: str):
    answer = ask(server, target, headers={"Origin": "https://other.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Link", "X-Total-Count"} <= set(exposed)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_preflight_allows_reading_and_nothing_else(server: Server):
    asking = {
        "Origin": "https://other.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = ask(server, "/meetings.csv", "OPTIONS", asking)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert ask(server, "/nothing", "OPTIONS", asking).status == 404


def test_no_header_names_a_version_of_the_software(server: Server):
    for name, value in ask(server, "/meetings.csv").headers.items():
        assert name.lower() != "x-powered-by"
        assert name.lower() != "server" or not re.search(r"[0-9/]", value)


# --- description ----------------------------------------------------------------------------------


def test_the_description_is_valid_and_lists_every_address_and_answer(server: Server):
    document = ask(server, "/openapi.json").json
    validate(document)
    assert set(document["paths"]) == {
        "/api",
        "/api/datapackage.zip",
        "/api/changes.atom",
        "/api/openapi.json",
        "/api/{table}.csv",
        "/api/{table}.json",
    }
    for path, operations in document["paths"].items():
        statuses = {"200", "206", "304", "400", "405", "414"} | ({"404"} if "{table}" in path else set())
        assert set(operations["get"]["responses"]) == statuses
    tables = document["paths"]["/api/{table}.csv"]["get"]["parameters"][0]["schema"]["enum"]
    assert sorted(tables) == TABLES


def test_the_description_lists_the_values_that_the_record_has(server: Server):
    described = ask(server, "/openapi.json").json["components"]["parameters"]
    assert described["partner"]["schema"]["items"]["enum"] == [r["partner"] for r in file_rows("partners")]
    assert described["topic"]["schema"]["items"]["enum"] == [r["topic_id"] for r in file_rows("topics")]
    assert set(described["basis"]["schema"]["items"]["enum"]) == {r["basis"] for r in file_rows("mentions")}
    assert described["from"]["schema"] == {"type": "integer", "minimum": 1960, "maximum": 2026}


def test_every_example_of_the_description_is_answered(server: Server):
    described = ask(server, "/openapi.json").json["components"]["parameters"]
    for name, parameter in described.items():
        example = parameter["example"]
        query = "&".join(f"{name}={value}" for value in (example if isinstance(example, list) else [example]))
        assert ask(server, f"/meetings.csv?{query}").status == 200, query


def test_nothing_that_the_api_sends_loads_from_elsewhere(server: Server):
    assert ask(server, "/docs").status == 404
    assert ask(server, "/redoc").status == 404
    assert b"cdn" not in ask(server, "/openapi.json").body


def test_every_address_that_the_method_page_shows_is_answered(server: Server):
    # Parameters that an address does not take are refused, so a page must not show one with them.
    shown = "\n".join(codes(opened("method", "partner=GBR&from=2013", "share")))
    paths = {line.partition("/api")[2] for line in shown.splitlines() if "/api/" in line}
    assert len(paths) == 5
    assert {path: ask(server, path).status for path in paths} == dict.fromkeys(paths, 200)
