"""Links from anywhere: nothing of them runs, and nothing of them is lost without a word.

What a link means is worked out here once more, from the grammar in the README and the files of the
record. Whatever this reading understands must be in the link of the view that opens, and whatever it
does not understand must be named: in the notice of a page, in the refusal of the API.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, quote_from_bytes, urlencode

import pytest
from browsing import PATIENCE, at_rest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from server import Server
from streamlit.testing.v1 import AppTest
from test_pages import PAGES, count_shown, coverage_end, meetings, opened, table

from twoplustwo.api import BesidePages, api

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

# --- what a link means ------------------------------------------------------------------------

FORMATS = [
    *("two_plus_two", "economic_two_plus_two", "senior_two_plus_two", "strategic_dialogue", "summit"),
    *("foreign_ministers", "defence_ministers"),
]
BASES = ["joint_statement", "official_readout", "news"]
PARTNERS = [row["partner"] for row in table("partners")]
TOPICS = [row["topic_id"] for row in table("topics")]
IDS = [row["meeting_id"] for row in table("meetings")] + [row["agreement_id"] for row in table("agreements")]
FIRST_YEAR = int(min(row["date"] for name in ("meetings", "agreement_events") for row in table(name))[:4])
LAST_YEAR = coverage_end().year

OPTIONS: dict[str, dict[str, tuple[str, list[str]]]] = {
    "overview": {},
    "timeline": {"context": ("any", ["cabinet", "event"]), "id": ("id", IDS)},
    "partners": {"align": ("one", ["calendar", "ordinal"])},
    "topics": {"measure": ("one", ["share", "count"])},
    "agreements": {"types": ("one", ["legal", "all"]), "id": ("id", IDS)},
    "meetings": {"id": ("id", IDS)},
    "method": {},
}
"""Parameters of each page: how many of which values. People have ids, too; no link here has one."""

UNSEEN = {
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0xAD, 0x61C, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0x10000),
    *range(0xE0000, 0xE0080),
    *range(0xD800, 0xE000),
}
"""Signs that nobody sees, or that stand for bytes which are no UTF-8."""

Fields = list[tuple[str, str]]


def seen(text: str) -> str:
    return " ".join("".join(" " if ord(sign) in UNSEEN else sign for sign in text).split())


def quoted(value: str) -> str:
    clean = seen(value)[:200].strip()
    return f"“{clean if len(clean) <= 40 else clean[:40] + '…'}”"


class Meant:
    """A link to a page as it is to be understood."""

    def __init__(self, page: str, fields: Fields, left_alone: tuple[str, ...] = ("embed", "embed_options")):
        self.given: dict[str, list[str]] = {}
        for name, value in fields:
            self.given.setdefault(name, []).append(value)
        self.wrong: list[tuple[str, str]] = []
        """Parameter and what must be said of it."""
        partners, years = sorted(set(self.codes("partner", PARTNERS, str.upper))), self.years()
        formats = self.codes("format", [*FORMATS, "all"])
        topics, bases = sorted(set(self.codes("topic", TOPICS))), self.codes("basis", BASES)
        text = self.text()
        self.version()
        self.filters = [
            *(("partner", code) for code in partners),
            *((name, year) for name, year in zip(("from", "to"), years, strict=True) if year),
            *(("format", code) for code in self.formats_written(formats)),
            *(("topic", code) for code in topics),
            *(("basis", code) for code in BASES if code in bases),
            *([("q", text)] if text else []),
        ]
        self.pairs = self.filters + self.options(page)
        """In the order in which the view's own link has them."""
        known = {"partner", "from", "to", "format", "topic", "basis", "q", "v", *OPTIONS[page], *left_alone}
        self.wrong += [
            (name, f"{quoted(name)} is no parameter of this page") for name in self.given if name not in known
        ]

    def codes(self, name: str, known: list[str], case: Callable[[str], str] = str.lower) -> list[str]:
        found = []
        for value in self.given.get(name, []):
            code = value.strip()
            code = case(code) if code.isascii() else code
            if code in known:
                found.append(code)
            elif value.strip():
                self.wrong.append((name, f"{name}={quoted(value)} is not in this record"))
            else:
                self.wrong.append((name, f"{name}= without a value"))
        return found

    def first(self, name: str, values: list[str]) -> str | None:
        if len(values) > 1:
            self.wrong.append((name, f"{name} was given {len(values)} times; the first, {quoted(values[0])}"))
        return values[0] if values else None

    def years(self) -> list[str | None]:
        years: list[str | None] = []
        for name in ("from", "to"):
            value = self.first(name, self.given.get(name, []))
            known = value is None or value.strip() in map(str, range(FIRST_YEAR, LAST_YEAR + 1))
            years.append(value.strip() if value and known else None)
            if not known:
                self.wrong.append((name, f"{name}={quoted(value)} is not a year"))
        if all(years) and years[0] > years[1]:
            self.wrong.append(("from", f"from={years[0]} is after to={years[1]}"))
            years.reverse()
        return years

    def formats_written(self, formats: list[str]) -> list[str]:
        chosen = [code for code in FORMATS if code in formats]
        if "all" in formats or chosen == FORMATS:
            return ["all"]
        return [] if chosen == ["two_plus_two"] else chosen

    def text(self) -> str:
        value = self.first("q", self.given.get("q", []))
        if value is None:
            return ""
        clean = seen(value)
        if not clean:
            self.wrong.append(("q", "q= without a value"))
        elif any(ord(sign) in UNSEEN for sign in value):
            self.wrong.append(("q", "q holds signs that cannot be seen"))
        if len(clean) > 200:
            self.wrong.append(("q", "q is longer than 200 characters"))
        return clean[:200].strip()

    def version(self) -> None:
        value = self.first("v", self.given.get("v", []))
        if value is not None and not re.fullmatch(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}", value):
            self.wrong.append(("v", f"v={quoted(value)} is no data version"))

    def options(self, page: str) -> Fields:
        pairs = []
        for name, (many, known) in OPTIONS[page].items():
            values = self.codes(name, known, str if many == "id" else str.lower)
            if many == "any":
                pairs += [(name, code) for code in known if code in values]
                continue
            value = self.first(name, values)
            if value and (many == "id" or value != known[0]):
                pairs.append((name, value))
        return pairs


# --- what is on the page ----------------------------------------------------------------------

NOTICE = "Not all of this link could be read: "
OURS = {"partner", "years", "format", "topic", "basis", "text"}
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "strong_open", "strong_close"}
STREAMLITS_OWN = re.compile(r":\w+\[|:[\w+/-]+:|\$|@\w|https?:|www\.")


def letters(markdown: str) -> str:
    """What a Markdown renderer shows of a text. Fails if it makes more of it than letters."""
    tokens = [token for block in RENDERER.parse(markdown) for token in [block, *(block.children or [])]]
    assert {token.type for token in tokens} <= PLAIN, markdown
    shown = "".join(token.content for token in tokens if token.type in {"text", "text_special"})
    bare = re.sub(r"\\.|&\w+;", "", markdown)
    assert not STREAMLITS_OWN.search(bare), bare
    return shown.replace("\u2060", "")


def elements(visit: AppTest) -> Iterator[object]:
    """Everything on the page."""
    for element in visit._tree:
        if hasattr(element, "proto"):
            yield element


def as_meant(page: str, fields: Fields) -> AppTest:
    """Open a link. Fails if the page shows another view, or does not say what it left out."""
    link = urlencode(fields, errors="surrogatepass")
    fields = [(name, value) for name, values in parse_qs(link, True).items() for value in values]
    meant = Meant(page, fields)
    visit = opened(page, link)
    assert parse_qsl(visit.session_state["visit"].view.to_query(), True) == meant.pairs
    assert len(visit.warning) == bool(meant.wrong)
    if meant.wrong:
        notice = letters(visit.warning[0].value)
        assert notice.startswith(NOTICE)
        assert len(notice) < 2000
        named = [said for _, said in meant.wrong if said in notice]
        assert len(named) >= min(4, len(meant.wrong)), (meant.wrong, notice)
        rest = len(meant.wrong) - 4
        assert (f" {rest} more values were not understood either." in notice) == (rest > 0)
    line = next(text.value for text in visit.markdown if re.match(r"\*\*[\d,]+ meetings? · ", text.value))
    shown = letters(line)
    text = dict(meant.pairs).get("q")
    assert shown.endswith(f"with “{text}”") == (text is not None)
    if text is None or re.fullmatch(r"[\w .]+", text, re.ASCII):
        assert count_shown(visit) == len(meetings(urlencode(meant.filters)))
    return visit


# --- a corpus ---------------------------------------------------------------------------------

MARK = "zqxv"
"""Stands in every text of the corpus that is meant to run, so that it is found wherever it went."""
VALUES = {
    "unknown": "XYZ",
    "empty": "",
    "blanks": " \u00a0\u3000 ",
    "wrong case": "gBr",
    "padded": "  GBR\n",
    "a list": "GBR,AUS",
    "json": '["GBR"]',
    "a label": "United Kingdom",
    "a capital that is one in Latin only": "u\u017fa",
    "a kelvin sign": "ne\u212a",
    "full-width digits": "２０１５",
    "an Arabic year": "٢٠١٥",
    "a huge number": "9" * 400,
    "negative": "-2015",
    "a float": "2015.0",
    "an exponent": "2e3",
    "not a number": "NaN",
    "nothing": "None",
    "script": f"<script>document.title='{MARK}'</script>",
    "image": f"<img src=x onerror=\"document.title='{MARK}'\">",
    "svg": f"<svg/onload=alert('{MARK}')>",
    "a tag that does not end": f"<iframe src=//{MARK}.example",
    "entities": f"&lt;b&gt;{MARK}&#60;/b&#62;",
    "link": f"[{MARK}](https://{MARK}.example)",
    "javascript": f"[x](javascript:alert('{MARK}'))",
    "image in Markdown": f"![{MARK}](https://{MARK}.example/a.png)",
    "bare address": f"https://{MARK}.example www.{MARK}.example a@{MARK}.example",
    "emphasis": f"**{MARK}** _{MARK}_ ~~{MARK}~~ `{MARK}`",
    "heading": f"# {MARK}",
    "list": f"- {MARK}\n- {MARK}\n1. {MARK}",
    "table": f"|{MARK}|b|\n|---|---|\n|c|d|",
    "maths": f"$\\text{{{MARK}}}$ $$x^2$$ \\({MARK}\\)",
    "icon": f":material/home: :streamlit: :smile: {MARK}",
    "colour": f":red[{MARK}] :blue-background[{MARK}] :small[{MARK}] :violet-badge[{MARK}]",
    "backslashes": f"\\{MARK}\\\\*{MARK}*\\",
    "quotes": f"“{MARK}” \"{MARK}\" '{MARK}'",
    "arrows": f"{MARK} -> <- -- --- >= <= ~=",
    "path": f"../../../../etc/passwd/{MARK}",
    "windows path": f"..\\..\\{MARK}.ini",
    "address of a file": f"file:///etc/{MARK}",
    "another host": f"//{MARK}.example/%2e%2e",
    "formula": f'=HYPERLINK("http://{MARK}.example";"{MARK}")',
    "formulas": f"+{MARK} -{MARK} @{MARK} \t={MARK} \r={MARK}",
    "dde": f"=cmd|' /C {MARK}'!A0",
    "template": f"{{{{{MARK}}}}} ${{{MARK}}} {{0.__class__}} %({MARK})s %n",
    "sql": f"'; DROP TABLE {MARK}; --",
    "null byte": f"{MARK}\x00{MARK}",
    "controls": f"{MARK}\x1b[31m\x07\x7f\x85",
    "line ends": f"{MARK}\r\nSet-Cookie: {MARK}\u2028\u2029",
    "right to left": f"مرحبا {MARK} שלום",
    "turned round": f"\u202e{MARK}\u2066{MARK}",
    "invisible": f"{MARK}\u200b\u00ad\ufeff\U000e0041{MARK}",
    "many accents": MARK + "\u0301" * 300,
    "an accent alone": "\u0301",
    "Japanese": "日米安全保障協議委員会",
    "emoji": "👩\u200d👩\u200d👧 🇯🇵",
    "a sign of a newer Unicode": "\U0001fae9",
    "private use": "\ue000\U0010ffff",
    "no utf-8": "\ud800",
    "replacement": "\ufffd",
    "long": f"{MARK} " * 1500,
    "a long word": MARK * 1500,
    "attribute": "__class__",
    "prototype": "__proto__",
}


def page_for(case: str, corpus: dict[str, str], further: int = 0) -> str:
    """A page for a case, so that every page gets some."""
    return PAGES[(list(corpus).index(case) + further) % len(PAGES)]


@pytest.mark.parametrize("case", VALUES)
def test_one_value_everywhere_opens_the_view_that_is_left_and_shows_nowhere_else(case: str):
    page, value = page_for(case, VALUES), VALUES[case]
    names = ["partner", "from", "to", "format", "topic", "basis", "v", *OPTIONS[page], "q"]
    visit = as_meant(page, [*((name, value) for name in names), (value or "-", "1")])
    for element in elements(visit):
        assert not getattr(element.proto, "allow_html", False)
        if element.type == "page_link":  # carries the filters along, in its address
            assert MARK not in element.proto.label
            assert re.fullmatch(r"[\w.%&=+*~-]*", element.proto.query_string, re.ASCII)
        elif element.type == "code" and MARK in element.value:  # addresses
            assert re.fullmatch(r"[\w.%&=+*~:/?\n-]*", element.value, re.ASCII)
        elif MARK in str(element.proto):
            assert element.type in {"warning", "markdown"} or element.key == "text"
    marked = [text.value for text in visit.markdown if MARK in text.value]
    assert len(marked) <= 1  # the line with the filters


LINKS = {
    "repeated, and the same": "partner=GBR&partner=GBR&topic=cyber&topic=cyber&format=summit&format=summit",
    "repeated, and contradictory": "from=2010&from=2020&q=Tokyo&q=Sydney&v=2026.11.0&v=2024.1.0",
    "all, and one": "format=all&format=summit",
    "one default, and one unknown": "format=two_plus_two&format=lunch",
    "reversed": "from=2020&to=2010",
    "reversed and repeated": "from=2020&to=2010&to=2022&from=2001",
    "the same year": "from=2015&to=2015",
    "just outside": f"from={FIRST_YEAR - 1}&to={LAST_YEAR + 1}",
    "just inside": f"from={FIRST_YEAR}&to={LAST_YEAR}",
    "wrong case of names": "Partner=GBR&PARTNER=GBR&From=2015&Q=Tokyo",
    "no values": "partner&from&to&format&topic&basis&q&v&id",
    "no names": "=GBR&=&&",
    "encoded separators": "partner=GBR%26from%3D2015&q=a%26b%3Dc%23d%3Fe%2Bf+g%3Bh",
    "semicolons": "partner=GBR;from=2015;topic=cyber",
    "encoded twice": "partner=%2547BR&q=%2554okyo&from=2%30%31%35",
    "encoded letters of a name": "%70artner=GBR&fro%6d=2015",
    "brackets": "partner[]=GBR&partner[0]=AUS&q[a]=b",
    "broken percent signs": "partner=%&q=%zz%4&from=%u0032015",
    "bytes that are no UTF-8": "partner=%FF&q=Tok%C3%28yo&from=%ED%A0%80&v=%80&%FE=1&topic=%C0%AF",
    "null in names": "par%00tner=GBR&%00=1",
    "names of Python": "__class__=1&__proto__=1&self=1&get_all=1&constructor=1&then=1",
    "another host": "redirect=//evil.example&next=https://evil.example&url=javascript:alert(1)",
    "embedded": "embed=true&embed_options=light_theme&partner=GBR",
    "hash": "q=a%23record&id=%23record",
    "three hundred values": "&".join(f"partner=X{number}" for number in range(300)),
    "every value": urlencode(
        [*(("partner", code) for code in PARTNERS), *(("topic", code) for code in TOPICS), ("format", "all")]
    ),
    "a thousand times the same": "&".join(["topic=cyber"] * 900),
    "every option twice": "context=event&context=cabinet&align=ordinal&align=calendar&measure=count"
    "&measure=share&types=all&types=legal&id=gbr-2015-01-21&id=gbr-acsa",
    "an id with another beside": "id=no-such-id&id=gbr-2015-01-21",
    "two ids with others near": "id=gbr-2015-01-22&id=gbr-2015-01-23",
    "an id in capitals": "id=GBR-2015-01-21",
    "old and future versions": "v=0000.0.0",
}


@pytest.mark.parametrize("case", LINKS)
def test_a_link_is_read_as_the_grammar_says(case: str):
    for page in (page_for(case, LINKS), page_for(case, LINKS, 3)):
        as_meant(page, parse_qsl(LINKS[case], keep_blank_values=True))


@pytest.mark.parametrize("page", PAGES)
def test_all_of_the_corpus_in_one_link_opens_every_page(page: str):
    links = [link for link in LINKS.values() if len(link) < 8192]
    fields = [field for link in links for field in parse_qsl(link, keep_blank_values=True)]
    as_meant(
        page, [*fields, *((name, value) for name in ("partner", "q", "id") for value in VALUES.values())]
    )


# --- links by chance --------------------------------------------------------------------------

KNOWN = ["GBR", "AUS", "EU", "NATO", "2010", "2022", "all", "summit", "two_plus_two", "cyber", "news"]
KNOWN += ["joint_statement", "Tokyo", "2026.11.0", "gbr-2015-01-21", "gbr-acsa", "ordinal", "count", "event"]
NAMES = ["partner", "from", "to", "format", "topic", "basis", "q", "v", "context", "id", "align", "measure"]
CHANGES = [
    str.lower,
    str.upper,
    str.title,
    lambda code: f" {code} ",
    lambda code: code + "\x00",
    str.swapcase,
]
VALUE = st.one_of(
    st.sampled_from([*KNOWN, *PARTNERS, *TOPICS, *FORMATS, *BASES, *IDS[:5], *IDS[-5:]]),
    st.builds(lambda code, change: change(code), st.sampled_from(KNOWN), st.sampled_from(CHANGES)),
    st.sampled_from(list(VALUES.values())),
    st.integers(FIRST_YEAR - 2, LAST_YEAR + 2).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
NAME = st.sampled_from(NAMES) | st.sampled_from([*NAMES, "types", "partner "]) | st.text(max_size=8)
FIELDS = st.lists(st.tuples(NAME, VALUE), min_size=1, max_size=7)
SURE = settings(derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
"""The same examples on every machine. A page is run for each, so there are few, and none is made shorter."""


@settings(SURE, max_examples=70)
@given(st.sampled_from(PAGES), FIELDS)
def test_any_link_opens_a_page_as_the_grammar_says(page: str, fields: Fields):
    as_meant(page, fields)


# --- the data API -----------------------------------------------------------------------------


def ask(query: bytes, path: str = "/api/topics.json", app=api) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer to a query as it comes over the wire."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"example.org")],
        "client": ("127.0.0.1", 1),
        "server": ("example.org", 80),
    }
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def api_as_meant(query: bytes) -> None:
    """Ask for a table. Fails unless it is answered for what the query means, or refused by name."""
    status, headers, body = ask(query)
    fields = parse_qsl(query.decode("latin-1"), True, encoding="latin-1")  # each sign a byte
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    sound = [pair for pair in fields if b"".join(pair).decode("utf-8", "ignore").encode() == b"".join(pair)]
    meant = Meant("method", [(name.decode(), value.decode()) for name, value in sound], ())
    expected = {name for name, _ in meant.wrong}
    expected |= {name.decode("utf-8", "replace") for name, value in fields if (name, value) not in sound}
    answer = json.loads(body)
    if len(query) > 8192:
        assert status == 414
        return
    if not expected:
        assert status == 200
        years = {"from": str(FIRST_YEAR), "to": str(LAST_YEAR)}
        written_out = years | dict(meant.pairs)
        said = parse_qsl(answer["meta"]["selection"], True)
        assert [pair for pair in said if pair[0] not in years] == [
            pair for pair in meant.pairs if pair[0] not in years
        ]
        assert {name: dict(said)[name] for name in years} == {name: written_out[name] for name in years}
        return
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert {error["parameter"] for error in answer["errors"]} == expected
    assert "Traceback" not in body.decode()


@settings(SURE, max_examples=300)
@given(FIELDS)
@example([("q", "\u0301")])
@example([("q", "a\u200bb")])
@example([("partner", "u\u017fa")])
def test_the_api_answers_or_names_what_it_refuses(fields: Fields):
    api_as_meant(urlencode(fields, errors="surrogatepass").encode())


@settings(SURE, max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES).map(str.encode), st.binary(max_size=6) | st.sampled_from([b"GBR"])),
        min_size=1,
        max_size=4,
    )
)
def test_the_api_reads_bytes_as_utf_8_or_names_them(fields: list[tuple[bytes, bytes]]):
    api_as_meant("&".join(f"{name.decode()}={quote_from_bytes(value)}" for name, value in fields).encode())


@settings(SURE, max_examples=200)
@given(
    st.binary(max_size=60),
    st.sampled_from(["", "/meetings.csv", "/datapackage.zip", "/changes.atom", "/x.csv"]),
)
def test_no_bytes_after_the_question_mark_upset_the_api(query: bytes, path: str):
    status, headers, body = ask(query, f"/api{path}")
    assert status in {200, 400, 404}
    if status != 200:
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["status"] == status


# --- length -----------------------------------------------------------------------------------


def test_a_link_with_everything_the_grammar_has_is_well_within_the_limit():
    fields = [
        *(("partner", code) for code in PARTNERS),
        *(("topic", code) for code in TOPICS),
        *(("format", code) for code in FORMATS[:-1]),
        *(("basis", code) for code in BASES),
        *(("context", code) for code in ("cabinet", "event")),
        *(("from", "1960"), ("to", "2026"), ("v", "2026.11.0"), ("q", "本" * 200), ("id", max(IDS, key=len))),
    ]
    assert len(urlencode(fields)) < 8 * 1024 / 2
    assert not Meant("timeline", fields).wrong


@pytest.mark.parametrize(
    "query", [b"q=" + b"a" * 8191, b"q=" + b"a" * 500_000, b"&".join([b"topic=cyber"] * 1001), b"&" * 1000]
)
def test_a_link_that_the_pages_would_read_as_empty_is_refused_in_one_sentence(query: bytes):
    async def pages(scope, receive, send):
        raise AssertionError("the link reached the pages")

    status, headers, body = ask(query, "/topics", BesidePages(pages))
    assert status == 414
    assert headers["content-type"].startswith("text/plain")
    assert "longer than 8,192 bytes" in body.decode()
    assert len(body) < 300


@pytest.mark.parametrize("query", ["q=" + "a" * 8191, "&".join(["topic=cyber"] * 1001)])
def test_the_server_says_that_a_link_is_too_long(server: Server, query: str):
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get(f"/topics?{query}")
    with refused.value as answer:
        assert answer.code == 414
        assert "Shorten it" in answer.read().decode()


# --- in a browser -----------------------------------------------------------------------------

RAW = {
    "/?partner=%FF&q=Tok%C3%28yo&from=%ED%A0%80&%FE=1": "q holds signs that cannot be seen",
    "/timeline?partner=%&from=%u0032015&id=%zz": "from=“%u0032015” is not a year",
    "/partners?partner=GBR&partner=<b>zqxv</b>&partner=%3Cimg%20src=x%20onerror=alert(1)%3E": "“<b>zqxv</b>”",
    "/topics?q=$zqxv$%20:red[zqxv]%20**zqxv**%20https://zqxv.example%20:smile:&x=1": "“x” is no parameter",
    "/agreements?types=javascript:alert(1)&id=../../etc/passwd#id=gbr-acsa": "types=“javascript:alert(1)”",
    "/meetings?id=gbr-2015-01-22&id=[zqxv](https://zqxv.example)&id=%00": "id=“gbr-2015-01-22” is not",
    "/method?q=%E2%80%AEzqxv&v=[x](javascript:alert(1))&partner=GBR;partner=AUS": "is no data version",
}
"""Links as they are typed, and what must be said of them."""
MADE = """() => [...document.querySelectorAll(
    "b, .katex, img[src=x], script, a[href*='//zqxv'], a[href^='javascript']")]
    .map(made => made.outerHTML).filter(made => /zqxv|katex|alert/.test(made))"""


@pytest.mark.parametrize("link", RAW)
def test_a_browser_shows_what_was_not_understood_and_runs_nothing_of_it(
    link: str, browser: Browser, cache: BrowserContext, server: Server
):
    tab = cache.new_page()
    tab.set_default_timeout(PATIENCE)
    asked, troubles = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.goto(server.address + link)
    at_rest(tab)
    notice = tab.get_by_test_id("stAlertContentWarning")
    assert notice.count() == 1
    said = notice.inner_text().replace("\u2060", "")
    assert NOTICE in said
    assert RAW[link] in said
    assert not tab.get_by_test_id("stException").count()
    assert not tab.evaluate(MADE)
    assert not notice.locator("a, b, img, svg, code, em, del, .katex").count()
    tab.close()
    assert not troubles
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {server.address.split("/")[2]}
