"""The words that readers see for the codes of the record, and how dates and counts are written."""

from __future__ import annotations

import html
import re

import pandas as pd

from twoplustwo.record import Record
from twoplustwo.selection import FORMATS, MAIN_FORMAT, Selection, Vocabulary

FORMAT_LABELS = {
    "two_plus_two": "Ministerial 2+2",
    "economic_two_plus_two": "Economic 2+2",
    "senior_two_plus_two": "2+2 of officials",
    "strategic_dialogue": "Strategic dialogue",
    "summit": "Summit",
    "foreign_ministers": "Foreign ministers",
    "defence_ministers": "Defence ministers",
}

BASIS_LABELS = {
    "joint_statement": "Joint statement",
    "official_readout": "Official readout",
    "news": "News report",
}

TYPE_LABELS = {
    "isa": "Information security",
    "detta": "Equipment and technology",
    "acsa": "Acquisition and cross-servicing",
    "raa": "Reciprocal access",
    "joint_development": "Joint development",
    "security_treaty": "Security treaty",
    "strategic_partnership": "Strategic partnership",
    "trade": "Trade",
    "other": "Other arrangements",
}

AGREEMENT_STATUS_LABELS = {
    "in_force": "In force",
    "signed": "Signed",
    "negotiating": "Under negotiation",
    "announced": "Announced",
    "superseded": "Superseded",
    "terminated": "Terminated",
}

STATUS_SIGNS = {
    "in_force": "●",
    "signed": "◐",
    "negotiating": "◌",
    "announced": "◌",
    "superseded": "✕",
    "terminated": "✕",
}

EVENT_LABELS = {
    "proposed": "Proposed",
    "negotiations_launched": "Talks launched",
    "agreed_in_principle": "Agreed in principle",
    "selected": "Supplier or design chosen",
    "signed": "Signed",
    "entered_into_force": "Entered into force",
    "amended": "Amended",
    "superseded": "Superseded",
    "terminated": "Terminated",
}

PARTNER_STATUS_LABELS = {
    "active": "Active",
    "dormant": "Dormant",
    "announced": "Announced",
    "none": "No 2+2 framework found",
}

CONTEXT_LABELS = {
    "cabinet": "Cabinet",
    "strategy_document": "Strategy document",
    "legislation": "Legislation",
    "crisis": "Crisis",
    "treaty_or_bloc": "Treaty or bloc",
    "regional_event": "Regional event",
    "partner_policy": "Partner's policy",
}

KIND_LABELS = {
    "joint_statement": "Joint statement",
    "official_readout": "Official readout",
    "official_reference": "Official reference page",
    "treaty_page": "Treaty text",
    "news": "News report",
    "analysis": "Analysis",
}

DOUBT_LABELS = {"unconfirmed": "Unconfirmed", "contested": "Contested", "rejected": "Rejected"}

SEEN_LABELS = {"full": "read in full", "opening": "opening read", "snippet": "snippet read"}

NOT_FOUND = "not found in the texts read"


def written_date(date: pd.Timestamp, precision: str = "day") -> str:
    """A date as readers see it: 21 January 2015, January 2015 or 2015, as far as it is known."""
    if precision == "year":
        return f"{date:%Y}"
    return f"{date:%B %Y}" if precision == "month" else f"{date.day} {date:%B %Y}"


def written_dates(first: pd.Timestamp, last: pd.Timestamp | None) -> str:
    """The days of a meeting: 21 January 2015, or 15 December 2016 to 16 December 2016."""
    if last is None or pd.isna(last) or last == first:
        return written_date(first)
    return f"{written_date(first)} to {written_date(last)}"


def standing(status: str | None, event: str | None, date: pd.Timestamp, precision: str) -> str:
    """How far an agreement got, with the step that dates it: ● in force since 11 August 2023.

    The sign and the words say the same, so that neither colour nor the sign is needed.
    ``status`` is missing where no agreement is on record, ``event`` where no step of it is dated.
    """
    if status is None or pd.isna(status):
        return "○ none found in the texts read"
    words = f"{STATUS_SIGNS[status]} {AGREEMENT_STATUS_LABELS[status].lower()}"
    if event is None or pd.isna(event):
        return words
    when = written_date(date, precision)
    if (status, event) in {("in_force", "entered_into_force"), ("negotiating", "negotiations_launched")}:
        return f"{words} since {when}"
    return f"{words} {when}" if event == status else f"{words}, {EVENT_LABELS[event].lower()} {when}"


def written_days(shortest: int, longest: int) -> str:
    """A number of days, or the range that dates known to the month or year leave: 30 to 60 days."""
    words = counted(longest, "day") if shortest == longest else f"{shortest:,} to {longest:,} days"
    return words.replace("-", "−")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 meeting, 2 meetings, 1,399 mentions."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def written_list(words: list[str], most: int = 6) -> str:
    """Words joined by commas, cut with a count of the rest."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def filters_in_words(selection: Selection, record: Record, vocabulary: Vocabulary) -> list[str]:
    """The filters of a selection in words, each a short phrase: partners, years, formats, the rest."""
    topics = record.topics.set_index("topic_id")["label"]
    first_meeting = record.meetings["date"].min()
    first = selection.from_year or vocabulary.first_year
    if first <= vocabulary.first_year and not pd.isna(first_meeting):
        first = first_meeting.year  # all years: told as those that have meetings
    last = selection.to_year or vocabulary.last_year
    chosen = [code for code in record.partners["partner"] if code in selection.partners]
    words = [
        written_list([record.name_of(code) for code in chosen]) if chosen else "all partners",
        str(first) if first == last else f"{first} to {last}",
    ]
    if selection.formats == FORMATS:
        words.append("all formats")
    elif selection.formats == (MAIN_FORMAT,):
        words.append("ministerial 2+2")
    else:
        words.append(written_list([FORMAT_LABELS[code].lower() for code in selection.formats]))
    if selection.topics:
        words.append("on " + written_list([topics[code] for code in selection.topics]))
    if selection.bases:
        words.append("shown by " + written_list([BASIS_LABELS[code].lower() for code in selection.bases]))
    if selection.text:
        words.append(f"with “{selection.text}”")
    return words


JOINER = "\u2060"
"""Word joiner: has no width and breaks no line, but parts signs that would be read as one."""

# What Streamlit and its Markdown renderer make of text even where every sign is escaped: icons and
# emoji (:name:), addresses that become links, arrows and dashes.
_READ_AS_ONE = re.compile(
    r"(?<=:)(?=[\w+/])|(?<=@)(?=\w)|(?<=www)(?=\.)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE
)


def as_markdown(text: str) -> str:
    """Text from the record or a link, shown letter by letter by a Markdown renderer."""
    line = " ".join(text.split())  # a break or blanks in front would begin a paragraph, a list, code
    parted = _READ_AS_ONE.sub(JOINER, line)
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:>=@^\"'])", r"\\\1", parted)
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def as_hover(text: str) -> str:
    """Text from the record, shown letter by letter in a chart, which reads some HTML."""
    return html.escape(text, quote=False)
