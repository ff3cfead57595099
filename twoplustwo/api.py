"""The data API: the tables of a selection, by address, beside the pages.

The query is that of the pages and read by the same function, :func:`twoplustwo.selection.read_link`.
What a page would put right and say, the API refuses and says: a program has nobody who reads a notice.
FastAPI routes the requests and writes the OpenAPI description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cache, lru_cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from twoplustwo import export, feeds
from twoplustwo.labels import coverage_in_words
from twoplustwo.language import LANGUAGES
from twoplustwo.record import shipped_descriptor, table_schemas
from twoplustwo.selection import (
    ALL_FORMATS,
    BASES,
    FORMATS,
    LANGUAGE,
    LONGEST_TEXT,
    MAIN_FORMAT,
    SELECTION_PARAMETERS,
    UNSEEN,
    LinkProblem,
    Selection,
    View,
    Vocabulary,
    as_params,
    read_link,
)
from twoplustwo.shared import shared

ROOT = "/api"
PAGE = "method"  # a page without options of its own, so that a query holds a selection alone
SELECTING = (*SELECTION_PARAMETERS, LANGUAGE, "v")
PAGED = (*SELECTING, "limit", "offset")
LONGEST_QUERY = 8 * 1024  # bytes; the longest link of the grammar has less than half
MOST_PARAMETERS = 1000  # beyond it the server of the pages would read a link as if it were empty
MOST_ROWS = 10_000
HIGHEST_OFFSET = 1_000_000
FRESH = 300  # s, for which an answer may be used again without asking
METHODS = "GET, HEAD, OPTIONS"
PROBLEM = "application/problem+json"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
BLANK = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
SEEN = f"^[^{UNSEEN}]*[^{UNSEEN}{BLANK}][^{UNSEEN}]*$"
"""Text with no unseen sign and not of blanks alone."""
HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")

EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, X-Total-Count",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer: scripts of any site may read it, and no browser guesses what it is."""


# --- what is answered -------------------------------------------------------------------------


class ParameterProblem(BaseModel):
    """One value that was refused."""

    parameter: str
    value: str
    message: str


class Problem(BaseModel):
    """An answer that is no data, in the form of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[ParameterProblem] = []


class TableEntry(BaseModel):
    """A table in the index."""

    name: str
    title: str
    description: str
    rows: int
    addresses: dict[str, str]


class Index(BaseModel):
    """What there is: the record, its tables in this selection, and the parameters."""

    title: str
    version: str
    created: str
    coverage: str
    licence: str
    citation: str
    selection: str
    words: str
    tables: list[TableEntry]
    datapackage: str
    openapi: str
    parameters: list[dict[str, Any]]


class Refusal(HTTPException):
    """A request that is not answered with data, and why."""

    def __init__(self, status: int, detail: str, errors: Iterable[LinkProblem] = ()) -> None:
        super().__init__(status, detail)
        self.errors = [
            ParameterProblem(parameter=_sound(e.parameter), value=_sound(e.value), message=f"{e.reason}.")
            for e in errors
        ]


# --- what is asked ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A query that was understood without rest."""

    selection: Selection
    limit: int | None
    offset: int
    site: str
    """Scheme and host as the client knows them; empty where the request names no sound host."""

    def address(self, file: str, *, rows: bool = False) -> str:
        """Where a file of this selection is, with years and data version written out."""
        query = View(PAGE, self.selection).share_query(shared().vocabulary)
        if rows and self.limit is not None:
            query += f"&limit={self.limit}"
        if rows and self.offset:
            query += f"&offset={self.offset}"
        return f"{self.site}{ROOT}/{file}?{query}"


def _asked(request: Request, *parameters: str) -> Asked:
    """Understand a query that may hold ``parameters``. Raises Refusal, which names what is wrong."""
    query: bytes = request.scope["query_string"]
    if len(query) > LONGEST_QUERY:
        raise Refusal(414, f"The query is longer than {LONGEST_QUERY:,} bytes.")
    # Bytes that are no UTF-8 become unpaired surrogates, which no text has.
    pairs = parse_qsl(query.decode("utf-8", "surrogateescape"), True, errors="surrogateescape")
    problems = [
        LinkProblem(name, value, f"{_sound(name)} is not written in UTF-8")
        for name, value in pairs
        if _sound(name + value) != name + value
    ]
    params = as_params(pairs)
    strange = sorted(params.keys() - {*parameters, *(problem.parameter for problem in problems)})
    problems += [
        LinkProblem(name, params[name][0], f"“{name[:40]}” is no parameter here") for name in strange
    ]
    limit = _whole_number("limit", params.get("limit", []), 1, MOST_ROWS, problems)
    offset = _whole_number("offset", params.get("offset", []), 0, HIGHEST_OFFSET, problems)
    selecting = {name: params[name] for name in SELECTING if name in params}
    said = {(problem.parameter, problem.value) for problem in problems}
    link = read_link(PAGE, selecting, shared().vocabulary)
    problems += [problem for problem in link.problems if (problem.parameter, problem.value) not in said]
    if problems:
        raise Refusal(400, " ".join(f"{_sound(problem.reason)}." for problem in problems[:3]), problems)
    host = request.headers.get("host", "")
    site = f"{request.url.scheme}://{host}" if HOST.fullmatch(host) else ""
    return Asked(link.view.selection, limit, offset or 0, site)


def _whole_number(
    name: str, values: list[str], least: int, most: int, problems: list[LinkProblem]
) -> int | None:
    if len(values) > 1:
        problems.append(LinkProblem(name, values[1], f"{name} was given {len(values)} times"))
    for value in values[:1]:
        if re.fullmatch(r"[0-9]{1,9}", value) and least <= int(value) <= most:
            return int(value)
        problems.append(LinkProblem(name, value, f"{name} is not a whole number from {least} to {most}"))
    return None


def _sound(text: str) -> str:
    """Text that UTF-8 can carry."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _provenance(asked: Asked, file: str) -> export.Provenance:
    return export.Provenance.of(shared().record, asked.selection, asked.address(file, rows=True))


@lru_cache(maxsize=64)
def _table(name: str, extension: str, asked: Asked) -> tuple[bytes, int]:
    """A table as a file, and how many rows it has without limit and offset."""
    table = shared().select(asked.selection).tables()[name]
    end = None if asked.limit is None else asked.offset + asked.limit
    rows = table.iloc[asked.offset : end]
    provenance = _provenance(asked, f"{name}.{extension}")
    if extension == "csv":
        return export.table_csv(rows, provenance), len(table)
    document = json.loads(export.table_json(rows, provenance))
    document["meta"] |= {"total": len(table), "limit": asked.limit, "offset": asked.offset}
    return _json(document), len(table)


@lru_cache(maxsize=16)
def _package(asked: Asked) -> bytes:
    return export.package_zip(shared().select(asked.selection), _provenance(asked, "datapackage.zip"))


@lru_cache(maxsize=16)
def _changes(site: str) -> bytes:
    record = shared().record

    def address_of(identifier: str) -> str:
        return f"{site}/meetings?{urlencode([('id', identifier)])}"

    provenance = export.Provenance.of(record, Selection(), f"{site}/method")
    return feeds.changes_atom(record, provenance, address_of, f"{site}{ROOT}/changes.atom")


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")


# --- answers ----------------------------------------------------------------------------------


def _answer(request: Request, content: bytes, kind: str, headers: Mapping[str, str]) -> Response:
    """The content, the bytes of it that are asked for, or 304 where the client has it already."""
    about = shared().record.about
    tag = f'"{about.version}-{sha256(content).hexdigest()[:32]}"'
    common = {
        **EVERYWHERE,
        "Accept-Ranges": "bytes",
        # Weak, since compression on the way changes the bytes.
        "ETag": f"W/{tag}",
        "Cache-Control": f"public, max-age={FRESH}",
        "Last-Modified": format_datetime(about.created.tz_localize("UTC").to_pydatetime(), usegmt=True),
    }
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in re.findall(r'"[^"]*"', known):
        return Response(status_code=304, headers=common)
    full = common | {"Content-Type": kind} | dict(headers)
    part = _part(request, len(content))
    if part is None:
        return Response(content, headers=full)
    said = f"bytes {part.start}-{part.stop - 1}/{len(content)}"
    return Response(content[part.start : part.stop], 206, full | {"Content-Range": said})


def _part(request: Request, length: int) -> range | None:
    """The bytes asked for, as DuckDB does; None for all, also where the header makes no sense."""
    asked = re.fullmatch(r"bytes=([0-9]{0,12})-([0-9]{0,12})", request.headers.get("range", ""))
    # A weak tag cannot tell whether parts belong together, so a condition on it gets the whole.
    if asked is None or request.method != "GET" or "if-range" in request.headers:
        return None
    first, last = asked.groups()
    if first:
        part = range(int(first), min(int(last) + 1, length) if last else length)
    else:
        part = range(max(0, length - int(last or 0)), length)
    return part or None


def _named(what: str, extension: str, *, save: bool = True) -> dict[str, str]:
    """The header with a file name; ``save`` makes a browser store the file instead of showing it."""
    name = export.file_name(shared().record, what, extension)
    return {"Content-Disposition": f'{"attachment" if save else "inline"}; filename="{name}"'}


def _pages(asked: Asked, file: str, total: int) -> dict[str, str]:
    """The header with the addresses of the rows before and after these."""
    if asked.limit is None:
        return {}
    offsets = {}
    if asked.offset + asked.limit < total:
        offsets["next"] = asked.offset + asked.limit
    if asked.offset > 0:
        offsets["prev"] = max(0, min(asked.offset, total) - asked.limit)
    links = [
        f'<{Asked(asked.selection, asked.limit, offset, asked.site).address(file, rows=True)}>; rel="{name}"'
        for name, offset in offsets.items()
    ]
    return {"Link": ", ".join(links)} if links else {}


def _problem(status: int, detail: str, errors: Iterable[ParameterProblem] = ()) -> Response:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    headers = {**EVERYWHERE, "Content-Type": PROBLEM, "Cache-Control": "no-store"}
    return Response(problem.model_dump_json(), status, headers)


async def _refused(request: Request, error: Any) -> Response:
    if isinstance(error, Refusal):
        return _problem(error.status_code, error.detail, error.errors)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _other_method(request)
    return _problem(404, f"There is nothing at this address. {ROOT} lists what there is.")


def _other_method(request: Request) -> Response:
    if request.method != "OPTIONS":
        answer = _problem(405, f"This address is only read: {METHODS}.")
        answer.headers["Allow"] = METHODS
        return answer
    preflight = {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=EVERYWHERE | preflight)


async def _failed(_request: Request, _error: Exception) -> Response:
    return _problem(500, "The server could not answer. The fault is on its side.")


# --- the description ----------------------------------------------------------------------------


def parameters(vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """Name of each query parameter -> its OpenAPI description."""
    year = {"type": "integer", "minimum": vocabulary.first_year, "maximum": vocabulary.last_year}

    def several(codes: Iterable[str]) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": list(codes)}}

    described: dict[str, tuple[str, dict[str, Any], Any]] = {
        "partner": (
            "Partner, an ISO 3166-1 alpha-3 code, EU or NATO; repeated for several. All if absent.",
            several(vocabulary.partners),
            ["GBR", "AUS"],
        ),
        "from": ("First year, inclusive.", year, 2013),
        "to": ("Last year, inclusive; not before from.", year, 2023),
        "format": (
            f"Format of the meetings, repeated; {ALL_FORMATS} for every one, {MAIN_FORMAT} alone if absent.",
            several((*FORMATS, ALL_FORMATS)) | {"default": [MAIN_FORMAT]},
            ["summit"],
        ),
        "topic": (
            "Cooperation area, repeated: meetings that took up any of them.",
            several(vocabulary.topics),
            ["cyber"],
        ),
        "basis": (
            "Kind of text that shows a cooperation area; repeated for several. All if absent.",
            several(BASES),
            ["joint_statement"],
        ),
        "q": (
            "Words that all occur in names, summaries, places, documents, people; without case and accents.",
            {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": SEEN},
            "Nakatani",
        ),
        LANGUAGE: (
            "Language of a page, and of what is said to be wrong with a query. Tables are the same in all.",
            {"type": "string", "enum": list(LANGUAGES), "default": next(iter(LANGUAGES))},
            "ja",
        ),
        "v": (
            "Data version that a link was made with. It changes nothing: there is one version on a server.",
            {"type": "string", "pattern": r"^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}$"},
            vocabulary.version,
        ),
        "limit": (
            "Most rows in the answer; all if absent.",
            {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
            100,
        ),
        "offset": (
            "Rows to skip before the first.",
            {"type": "integer", "minimum": 0, "maximum": HIGHEST_OFFSET, "default": 0},
            0,
        ),
    }
    return {
        name: {"name": name, "in": "query", "description": text, "schema": schema, "example": example}
        for name, (text, schema, example) in described.items()
    }


def _refusal(description: str, **headers: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {PROBLEM: {"schema": schema}},
        "headers": {
            name: {"description": said, "schema": {"type": "string"}} for name, said in headers.items()
        },
    }


def _documented(kind: str, schema: Mapping[str, Any], *names: str, table: bool = False) -> dict[str, Any]:
    """What OpenAPI says of an address: parameters by name, and every answer."""
    text = {"schema": {"type": "string"}}
    headers = {
        "ETag": {"description": "Changes with the content.", **text},
        "Cache-Control": {"description": "How long the answer may be used again.", **text},
        "Last-Modified": {"description": "Date of the data version.", **text},
    }
    paging = {
        "X-Total-Count": {
            "description": "Rows without limit and offset.",
            "schema": {"type": "integer", "minimum": 0},
        },
        "Link": {"description": 'With a limit: addresses with rel="next" and rel="prev".', **text},
    }
    answers: dict[str, Any] = {
        "200": {
            "description": "The data.",
            "headers": headers | (paging if table else {}),
            "content": {kind.partition(";")[0]: {"schema": schema}},
        },
        "206": {
            "description": "The bytes asked for (Range).",
            "headers": headers | {"Content-Range": {"description": "Which bytes of how many.", **text}},
            "content": {kind.partition(";")[0]: {"schema": {"type": "string"}}},
        },
        "304": {"description": "The client has it already (If-None-Match).", "headers": headers},
        "400": _refusal("A parameter is unknown, repeated, empty or out of range; errors names each."),
        "405": _refusal("The address is only read.", Allow="The methods that are answered."),
        "414": _refusal(f"The query is longer than {LONGEST_QUERY:,} bytes."),
    }
    taken: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    if table:
        answers["404"] = _refusal("There is no such table.")
        path = {"type": "string", "enum": list(table_schemas())}
        taken.insert(0, {"name": "table", "in": "path", "required": True, "schema": path})
    return {"parameters": taken, "responses": dict(sorted(answers.items()))}


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    about, vocabulary = shared().record.about, shared().vocabulary
    document = get_openapi(
        title="Two Plus Two data API",
        version=about.version,
        summary=about.title,
        description="The tables of the record, filtered by the same query as the pages of the dashboard.",
        license_info={"name": about.licence, "identifier": about.licence},
        routes=api.routes,
    )
    components = document.setdefault("components", {})
    components["parameters"] = parameters(vocabulary)
    template = "#/components/schemas/{model}"
    for model in (Problem, Index):
        schema = model.model_json_schema(ref_template=template)
        components.setdefault("schemas", {}).update({**schema.pop("$defs", {}), model.__name__: schema})
    return document


# --- addresses ----------------------------------------------------------------------------------

api = FastAPI(
    openapi_url=None,
    docs_url=None,  # the pages that come with FastAPI load scripts from elsewhere
    redoc_url=None,
    redirect_slashes=False,
    middleware=[Middleware(GZipMiddleware, compresslevel=6)],
    exception_handlers={HTTPException: _refused, Exception: _failed},
    # Nothing is measured or sent, whatever the environment says.
    telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
)

Endpoint = Callable[..., Response]


def _get(path: str, documented: dict[str, Any], *aliases: str) -> Callable[[Endpoint], Endpoint]:
    """Answer GET and HEAD at an address; HEAD is GET without its body, which the server leaves out."""

    def add(endpoint: Endpoint) -> Endpoint:
        api.add_api_route(path, endpoint, response_class=Response, openapi_extra=documented)
        for other, methods in ((path, ["HEAD"]), *((alias, ["GET", "HEAD"]) for alias in aliases)):
            api.add_api_route(other, endpoint, methods=methods, include_in_schema=False)
        return endpoint

    return add


@_get(ROOT, _documented(JSON, {"$ref": "#/components/schemas/Index"}, *SELECTING), f"{ROOT}/")
def index(request: Request) -> Response:
    """The record, its tables in this selection with row counts, and the parameters."""
    asked = _asked(request, *SELECTING)
    about, stated = shared().record.about, _provenance(asked, "")
    tables = shared().select(asked.selection).tables()
    described = {resource["name"]: resource for resource in shipped_descriptor()["resources"]}
    content = Index(
        title=about.title,
        version=about.version,
        created=f"{about.created:%Y-%m-%d}",
        coverage=coverage_in_words(about),
        licence=about.licence,
        citation=about.citation,
        selection=stated.selection,
        words=stated.words,
        tables=[
            TableEntry(
                name=name,
                title=described[name]["title"],
                description=described[name]["description"],
                rows=len(table),
                addresses={kind: asked.address(f"{name}.{kind}") for kind in ("csv", "json")},
            )
            for name, table in tables.items()
        ],
        datapackage=asked.address("datapackage.zip"),
        openapi=f"{asked.site}{ROOT}/openapi.json",
        parameters=list(parameters(shared().vocabulary).values()),
    )
    return _answer(request, content.model_dump_json().encode("utf-8"), JSON, {})


@_get(f"{ROOT}/openapi.json", _documented(JSON, {"type": "object"}))
def openapi(request: Request) -> Response:
    """The description of the API itself."""
    _asked(request)
    return _answer(request, _json(description()), JSON, _named("openapi", "json", save=False))


@_get(
    f"{ROOT}/datapackage.zip",
    _documented("application/zip", {"type": "string", "format": "binary"}, *SELECTING),
)
def datapackage(request: Request) -> Response:
    """All tables of the selection with their description, as a Data Package."""
    asked = _asked(request, *SELECTING)
    return _answer(request, _package(asked), "application/zip", _named("datapackage", "zip"))


@_get(f"{ROOT}/changes.atom", _documented("application/atom+xml", {"type": "string"}))
def changes(request: Request) -> Response:
    """What each data version changed, as an Atom feed."""
    content = _changes(_asked(request).site)
    return _answer(request, content, "application/atom+xml", _named("changes", "atom", save=False))


@_get(f"{ROOT}/{{table}}.csv", _documented(CSV, {"type": "string"}, *PAGED, table=True))
def table_csv(request: Request) -> Response:
    """A table as CSV."""
    return _table_answer(request, "csv", CSV)


TABLE_JSON = {
    "type": "object",
    "required": ["meta", "data"],
    "properties": {
        "meta": {
            "type": "object",
            "required": ["data_version", "selection", "licence", "rows", "total", "limit", "offset"],
            "properties": {
                "rows": {"type": "integer", "minimum": 0},
                "total": {"type": "integer", "minimum": 0},
                "limit": {"type": ["integer", "null"]},
                "offset": {"type": "integer", "minimum": 0},
            },
            "additionalProperties": {"type": "string"},
        },
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": {"type": ["string", "integer", "null"]},
            },
        },
    },
}


@_get(f"{ROOT}/{{table}}.json", _documented(JSON, TABLE_JSON, *PAGED, table=True))
def table_json(request: Request) -> Response:
    """A table as JSON, one object a row, with what it is."""
    return _table_answer(request, "json", JSON)


def _table_answer(request: Request, extension: str, kind: str) -> Response:
    name = request.path_params["table"]
    if name not in table_schemas():
        raise Refusal(404, f"There is no such table. {ROOT} lists them.")
    asked = _asked(request, *PAGED)
    content, total = _table(name, extension, asked)
    headers = _named(name, extension, save=extension == "csv")
    headers |= {"X-Total-Count": str(total), **_pages(asked, f"{name}.{extension}", total)}
    return _answer(request, content, kind, headers)


TOO_LONG = (
    f"This link is longer than {LONGEST_QUERY:,} bytes or has more than {MOST_PARAMETERS:,} parameters, "
    "which no view needs. Shorten it, or leave out all that follows the question mark.\n"
)


class BesidePages:
    """ASGI middleware: a request at or below ``/api`` goes to the API, every other one on to the pages.

    A route would not do: the server of the pages refuses some paths on its own, in another form.
    A link that is too long for it is refused here, since it would show another view without a word.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.pages = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.pages
        if scope["type"] == "http":
            query: bytes = scope["query_string"]
            if f"{scope['path']}/".startswith(f"{ROOT}/"):
                answer = api
            elif len(query) > LONGEST_QUERY or query.count(b"&") >= MOST_PARAMETERS:
                answer = PlainTextResponse(TOO_LONG, 414, {"Cache-Control": "no-store"})
        await answer(scope, receive, send)
