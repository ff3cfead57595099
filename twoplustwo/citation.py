"""How to cite a meeting, an agreement, a view or the whole data set, each with its data version.

What is cited is this data set's record of a meeting, not the meeting's own documents: the authors
are those of the data set. Titles may hold any text; each form escapes it by its own rules. The data set
is in English, and so is its citation, whatever the language of the page.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import pandas as pd

from twoplustwo.labels import filters_in_words, written_date, written_dates
from twoplustwo.language import ENGLISH, speaking
from twoplustwo.record import Record, row, shipped_descriptor
from twoplustwo.selection import View, Vocabulary

LONGEST_WORDS = 300  # of a view's filters within a title
ADDRESS_SIGNS = ":/?#[]@!$&'()*+,;=%~"  # stay as they are in an address; all else is percent-encoded


@dataclass(frozen=True)
class Citation:
    """What a citation names, before it is written in one of the forms."""

    key: str
    """Tells citations apart in a list of references; letters, digits, dots, dashes, underscores."""
    authors: tuple[str, ...]
    title: str
    container: str
    """Title of the data set that holds what is cited; empty for the data set itself."""
    version: str
    issued: date
    """Day of the data version."""
    licence: str
    address: str
    """Link to what is cited; empty where none is known."""


@speaking(ENGLISH)
def of_meeting(record: Record, meeting_id: str, address: str) -> Citation:
    """The record of one meeting. Raises KeyError for an unknown id."""
    meeting = row(record.meetings, "meeting_id", meeting_id)
    place = "by video link" if meeting.mode == "virtual" else meeting.city
    parts = [meeting.name, place, written_dates(meeting.date, meeting.end_date)]
    title = ", ".join(part for part in parts if not pd.isna(part))
    return _part(record, meeting_id, title, address)


def of_agreement(record: Record, agreement_id: str, address: str) -> Citation:
    """The record of one agreement. Raises KeyError for an unknown id."""
    agreement = row(record.agreements, "agreement_id", agreement_id)
    return _part(record, agreement_id, agreement.title, address)


@speaking(ENGLISH)
def of_view(record: Record, view: View, address: str, words: str) -> Citation:
    """A page with its filters; ``words`` says the filters for readers (see :func:`view_words`)."""
    told = words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS].rstrip()}…"
    mark = zlib.crc32(view.to_query().encode("utf-8"))
    title = f"{view.page.capitalize()}: {told}" if told else view.page.capitalize()
    return _part(record, f"{view.page}-{mark:08x}", title, address)


def of_dataset(record: Record, address: str = "") -> Citation:
    """The data set as a whole."""
    return _citation(record, "", record.about.title, "", address)


@speaking(ENGLISH)
def view_words(record: Record, view: View) -> str:
    """The filters of a view in one phrase, such as ``Germany, 2013 to 2023, ministerial 2+2``."""
    return ", ".join(filters_in_words(view.selection, record, Vocabulary.of(record)))


@speaking(ENGLISH)
def as_text(citation: Citation, accessed: date) -> str:
    """One line in the author-date form of The Chicago Manual of Style (reference list, data sets)."""
    made = f"{' and '.join(citation.authors)}. {citation.issued.year}. "
    if citation.container:
        title = citation.title.replace("“", "‘").replace("”", "’")
        stop = "" if title.endswith(("?", "!", ".")) else "."
        made += f"“{title}{stop}” In {citation.container}, version {citation.version}. "
    else:
        made += f"{citation.title}. Version {citation.version}. "
    made += f"Data set, licence {citation.licence}. Accessed {written_date(pd.Timestamp(accessed))}."
    return f"{made} {citation.address}." if citation.address else made


@speaking(ENGLISH)
def as_bibtex(citation: Citation, accessed: date | None = None) -> str:
    """An entry for BibTeX and BibLaTeX, in LaTeX's own signs but for letters that it has no name for.

    The version stands in ``version``, which BibLaTeX prints, and in ``note``, which every style does.
    """
    note = f"Version {citation.version}. Licence {citation.licence}."
    if accessed:
        note += f" Accessed {written_date(pd.Timestamp(accessed))}."
    within = f"Data set. In: {citation.container}" if citation.container else "Data set"
    fields = {
        "author": " and ".join(f"{{{_latex(author)}}}" for author in citation.authors),
        "title": f"{{{_latex(citation.title)}}}",  # the second braces keep capitals as they are
        "howpublished": _latex(within),
        "year": str(citation.issued.year),
        "date": citation.issued.isoformat(),
        "version": _latex(citation.version),
        "note": _latex(note),
        "url": citation.address,
        "urldate": accessed.isoformat() if accessed and citation.address else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{citation.key},", *lines, "}", ""])


def as_ris(citation: Citation, accessed: date | None = None) -> str:
    """A record in the RIS format of reference managers, lines ended as its specification asks."""
    lines = [
        ("TY", "DATA"),
        ("ID", citation.key),
        *(("AU", author) for author in citation.authors),
        ("TI", citation.title),
        ("T2", citation.container),
        ("PY", str(citation.issued.year)),
        ("DA", f"{citation.issued:%Y/%m/%d}"),
        ("ET", citation.version),
        ("M3", "Data set"),
        ("N1", f"Version {citation.version}. Licence {citation.licence}."),
        ("LA", "en"),
        ("UR", citation.address),
        ("Y2", f"{accessed:%Y/%m/%d}" if accessed else ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def as_csl_json(citation: Citation, accessed: date | None = None) -> str:
    """A JSON array with one item of the Citation Style Language's input schema."""
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "dataset",
        "author": [{"literal": author} for author in citation.authors],
        "title": citation.title,
        "issued": _date_parts(citation.issued),
        "version": citation.version,
        "language": "en",
        "note": f"Version {citation.version}. Licence {citation.licence}.",
    }
    if citation.container:
        item["container-title"] = citation.container
    if citation.address:
        item["URL"] = citation.address
    if accessed:
        item["accessed"] = _date_parts(accessed)
    return json.dumps([item], ensure_ascii=False, indent=2)


def one_line(text: str) -> str:
    """Text without control characters, line breaks, or signs that XML and UTF-8 cannot carry."""
    sound = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Cs"} or sign in "\ufffe\uffff" else sign for sign in text
    )
    return " ".join(sound.split())


def _part(record: Record, key: str, title: str, address: str) -> Citation:
    return _citation(record, f"-{key}", title, record.about.title, address)


def _citation(record: Record, key: str, title: str, container: str, address: str) -> Citation:
    about = record.about
    people = shipped_descriptor()["contributors"]
    return Citation(
        key=f"two-plus-two-{about.version}{key}",
        authors=tuple(one_line(person["title"]) for person in people if person.get("role") == "author"),
        title=one_line(title),
        container=one_line(container),
        version=one_line(about.version),
        issued=about.created.date(),
        licence=one_line(about.licence),
        address=quote(address, safe=ADDRESS_SIGNS),
    )


def _date_parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _latex(text: str) -> str:
    written: str = _encoder().unicode_to_latex(text)
    return written


@cache
def _encoder() -> Any:
    from pylatexenc import latexencode  # only a citation in BibTeX needs it

    signs = {
        # BibTeX counts an escaped brace too, so an odd one would swallow the rest of the file.
        ord("{"): r"\textbraceleft",
        ord("}"): r"\textbraceright",
        # The forms that every reader of BibTeX knows.
        ord("–"): "--",
        ord("—"): "---",
        ord("…"): r"\ldots",
    }
    # Signs that LaTeX would draw together as another one.
    ligatures = [(re.compile(r"-(?=-)|'(?=')|`(?=`)|[?!](?=`)"), r"\g<0>")]
    return latexencode.UnicodeToLatexEncoder(
        conversion_rules=[
            latexencode.UnicodeToLatexConversionRule(latexencode.RULE_DICT, signs),
            latexencode.UnicodeToLatexConversionRule(latexencode.RULE_REGEX, ligatures),
            "defaults",
        ],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
