"""Words, dates and counts as readers see them, and text that no renderer takes for markup."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from twoplustwo import Record, Selection
from twoplustwo import labels as words
from twoplustwo.analysis.evidence import KEYS
from twoplustwo.record import allowed_values
from twoplustwo.selection import FORMATS, Vocabulary

DAY = pd.Timestamp("2015-01-02")


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "labels"),
    [
        ("meetings", "format", words.FORMAT_LABELS),
        ("mentions", "basis", words.BASIS_LABELS),
        ("agreements", "type", words.TYPE_LABELS),
        ("agreements", "status", words.AGREEMENT_STATUS_LABELS),
        ("agreement_events", "event", words.EVENT_LABELS),
        ("partners", "status", words.PARTNER_STATUS_LABELS),
        ("context_events", "kind", words.CONTEXT_LABELS),
        ("sources", "seen", words.SEEN_LABELS),
    ],
)
def test_every_code_of_the_codebook_has_a_label_of_its_own(table: str, column: str, labels: dict[str, str]):
    assert set(labels) == set(allowed_values(table, column))
    assert len(set(labels.values())) == len(labels)
    assert all(label.strip() and "_" not in label for label in labels.values())


def test_every_table_of_facts_has_a_label():
    assert set(words.TABLE_LABELS) == set(KEYS)


# --- dates, counts, lists ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precision", "written"), [("day", "2 January 2015"), ("month", "January 2015"), ("year", "2015")]
)
def test_a_date_is_written_as_far_as_it_is_known(precision: str, written: str):
    assert words.written_date(DAY, precision) == written


@pytest.mark.parametrize("last", [None, pd.NaT, DAY])
def test_a_meeting_of_one_day_has_one_date(last: pd.Timestamp | None):
    assert words.written_dates(DAY, last) == "2 January 2015"


def test_a_meeting_of_several_days_has_both():
    assert words.written_dates(DAY, DAY + pd.Timedelta(days=30)) == "2 January 2015 to 1 February 2015"


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0 meetings"), (1, "1 meeting"), (2, "2 meetings"), (1399, "1,399 meetings")]
)
def test_a_count_agrees_with_its_noun(number: int, written: str):
    assert words.counted(number, "meeting") == written


def test_a_count_takes_an_irregular_plural():
    assert words.counted(1, "country", "countries") == "1 country"
    assert words.counted(3, "country", "countries") == "3 countries"


@pytest.mark.parametrize(
    ("names", "written"),
    [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")],
)
def test_a_long_list_is_cut_and_says_how_much_is_missing(names: list[str], written: str):
    assert words.written_list(names, most=3) == written


def test_the_filters_in_words_name_each_filter_and_the_formats_meant(record: Record):
    vocabulary = Vocabulary.of(record)

    def told(selection: Selection) -> list[str]:
        return words.filters_in_words(selection, record, vocabulary)

    partners, years, formats = told(Selection())
    assert (partners, formats) == ("all partners", "ministerial 2+2")
    assert years == f"{record.meetings['date'].min().year} to {record.about.coverage_end.year}"
    assert told(
        Selection(
            partners=("GBR", "AUS"),
            from_year=2015,
            to_year=2015,
            formats=("summit", "two_plus_two"),
            topics=("cyber",),
            bases=("news",),
            text="Abe *",
        )
    ) == [
        "Australia, United Kingdom",
        "2015",
        "ministerial 2+2, summit",
        "on Cyber",
        "shown by news report",
        "with “Abe *”",
    ]
    assert told(Selection(formats=FORMATS))[2] == "all formats"


# --- text that is no markup -------------------------------------------------------------------

# An invisible sign that keeps the signs of icons, arrows and addresses apart, which Streamlit looks for
# once more when the escapes are undone.
JOINER = "\u2060"
MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])
SIGNS = st.sampled_from([*"\\`*_{}[]()#+-.!|~$:<>&;=/@'\"^%?,", " ", "1", "a", "é", "日"])
PHRASES = st.sampled_from(
    [
        *("**b**", "_i_", "~~s~~", "`c`", "# h", "- item", "1. one", "1) one", "> quote", "---", "==="),
        *("| a | b |", "[t](http://x.example)", "![i](x.png)", "[a]: /b", "[^1]", "\\*", "    code"),
        *("<b>", "</p>", "<!-- c -->", "<http://x.example>", "&amp;", "&lt;", "&#42;"),
        *("http://x.example", "www.x.example", "a@b.example"),
        *("$x$", ":red[c]", ":material/home:", ":sunglasses:"),
    ]
)
# The record and links hold one line without control characters and without spaces at its ends.
TEXTS = st.text(st.characters(exclude_categories=["C"]), max_size=5)
LINES = st.lists(SIGNS | PHRASES | TEXTS, max_size=12).map(lambda parts: " ".join("".join(parts).split()))


def leaves(tokens: list[Token]) -> list[Token]:
    return [
        leaf for token in tokens for leaf in ([token] if token.children is None else leaves(token.children))
    ]


@given(LINES)
@example("1\\. &amp; &lt;b&gt;")
@example("# **a** [b](c)")
def test_text_comes_out_of_a_markdown_renderer_letter_by_letter(line: str):
    tokens = MARKDOWN.parse(words.as_markdown(line))
    assert {token.type for token in leaves(tokens)} <= {"paragraph_open", "text", "paragraph_close"}
    shown = "".join(token.content for token in leaves(tokens))
    assert shown.replace(JOINER, "") == line


@pytest.mark.parametrize("sign", "$:[]`*_~#|<")
@given(before=LINES, after=LINES)
def test_no_sign_that_streamlit_s_own_markup_begins_with_is_left_bare(sign: str, before: str, after: str):
    # Formulas ($x$), colours (:red[x]), icons (:material/x:) and emojis are none of CommonMark.
    escaped = words.as_markdown(f"{before}{sign}{after}")
    assert sign not in re.sub(r"\\.", "", escaped)


@given(LINES)
def test_text_in_a_chart_has_no_tags_and_no_entities_of_its_own(line: str):
    shown = words.as_hover(line)
    assert not set("<>") & set(shown)
    assert html.unescape(shown) == line
