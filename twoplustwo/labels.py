"""The words that readers see for the codes of the record, and how dates and counts are written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from weakref import WeakKeyDictionary

import pandas as pd

from twoplustwo.language import (
    ENGLISH,
    Labels,
    _,
    marked,
    ngettext,
    speaking,
    spoken,
    written,
)
from twoplustwo.record import About, Record
from twoplustwo.selection import FORMATS, Selection, Vocabulary

FORMAT_LABELS = Labels(
    {
        "two_plus_two": marked("Ministerial 2+2"),
        "economic_two_plus_two": marked("Economic 2+2"),
        "senior_two_plus_two": marked("2+2 of officials"),
        "strategic_dialogue": marked("Strategic dialogue"),
        "summit": marked("Summit"),
        "foreign_ministers": marked("Foreign ministers"),
        "defence_ministers": marked("Defence ministers"),
    }
)

BASIS_LABELS = Labels(
    {
        "joint_statement": marked("Joint statement"),
        "official_readout": marked("Official readout"),
        "news": marked("News report"),
    }
)

TYPE_LABELS = Labels(
    {
        "isa": marked("Information security"),
        "detta": marked("Equipment and technology"),
        "acsa": marked("Acquisition and cross-servicing"),
        "raa": marked("Reciprocal access"),
        "joint_development": marked("Joint development"),
        "security_treaty": marked("Security treaty"),
        "strategic_partnership": marked("Strategic partnership"),
        "trade": marked("Trade"),
        "other": marked("Other arrangements"),
    }
)

AGREEMENT_STATUS_LABELS = Labels(
    {
        "in_force": marked("In force"),
        "signed": marked("Signed"),
        "negotiating": marked("Under negotiation"),
        "announced": marked("Announced"),
        "superseded": marked("Superseded"),
        "terminated": marked("Terminated"),
    }
)

STATUS_SIGNS = {
    "in_force": "●",
    "signed": "◐",
    "negotiating": "◌",
    "announced": "◌",
    "superseded": "✕",
    "terminated": "✕",
}

EVENT_LABELS = Labels(
    {
        "proposed": marked("Proposed"),
        "negotiations_launched": marked("Talks launched"),
        "agreed_in_principle": marked("Agreed in principle"),
        "selected": marked("Supplier or design chosen"),
        "signed": marked("Signed", "step"),
        "entered_into_force": marked("Entered into force"),
        "amended": marked("Amended"),
        "superseded": marked("Superseded"),
        "terminated": marked("Terminated"),
    }
)

PARTNER_STATUS_LABELS = Labels(
    {
        "active": marked("Active"),
        "dormant": marked("Dormant"),
        "announced": marked("Announced"),
        "none": marked("No 2+2 framework found"),
    }
)

CONTEXT_LABELS = Labels(
    {
        "cabinet": marked("Cabinet"),
        "strategy_document": marked("Strategy document"),
        "legislation": marked("Legislation"),
        "crisis": marked("Crisis"),
        "treaty_or_bloc": marked("Treaty or bloc"),
        "regional_event": marked("Regional event"),
        "partner_policy": marked("Partner's policy"),
    }
)

KIND_LABELS = Labels(
    {
        "joint_statement": marked("Joint statement"),
        "official_readout": marked("Official readout"),
        "official_reference": marked("Official reference page"),
        "treaty_page": marked("Treaty text"),
        "news": marked("News report"),
        "analysis": marked("Analysis"),
    }
)

DOUBT_LABELS = Labels(
    {"unconfirmed": marked("Unconfirmed"), "contested": marked("Contested"), "rejected": marked("Rejected")}
)

SEEN_LABELS = Labels(
    {"full": marked("read in full"), "opening": marked("opening read"), "snippet": marked("snippet read")}
)

THEME_LABELS = Labels(
    {
        theme: theme
        for theme in (
            marked("Regional security"),
            marked("International order"),
            marked("Defence cooperation"),
            marked("Security domains"),
            marked("Global issues"),
            marked("Economic security"),
        )
    }
)

PRECISION_LABELS = Labels({"day": marked("day"), "month": marked("month"), "year": marked("year")})
"""To what a date is known."""

RELIABILITY_LABELS = Labels(
    {
        "official": marked("Official page"),
        "official_copy": marked("Copy of an official text"),
        "press": marked("Press or research"),
        "weak": marked("Weak source"),
    }
)

TABLE_LABELS = Labels(
    {
        "meetings": marked("Meetings"),
        "participants": marked("Participants"),
        "mentions": marked("Cooperation areas of meetings"),
        "agreements": marked("Agreements"),
        "agreement_events": marked("Steps of agreements"),
        "frameworks": marked("Frameworks"),
        "context_events": marked("Events around the meetings"),
    }
)
"""The tables of facts, as the pages name them."""

ACTION_LABELS = Labels({"added": marked("added"), "revised": marked("revised"), "retired": marked("retired")})

NOT_FOUND = marked("not found in the texts read")

COMMA, SEMICOLON, OR = marked(", "), marked("; "), marked(" or ")


def localized(record: Record, language: str) -> Record:
    """The record, or a part of it, in a language: partners, places, areas, themes, offices.

    ``name`` and ``name_ja`` change places, and so do the labels and definitions of the areas, so that
    whatever reads the English column shows the other language; the note on coverage is that of the
    language, where the record has one. Codes and all other texts stay as they are. One record has one
    such twin a language, so what is remembered of a record is remembered of it.
    """
    if language == ENGLISH:
        return record
    twins = _TWINS.setdefault(record, {})
    if language not in twins:
        topics = _exchanged(record.topics, language, "label", "definition")
        with speaking(language):
            topics = topics.assign(theme=[THEME_LABELS.get(theme, theme) for theme in topics["theme"]])
        offices = record.offices.set_index("office_id")[f"title_{language}"]
        cities = record.places.set_index("name")[f"name_{language}"].dropna().to_dict()
        meetings, seats, about = record.meetings, record.participants, record.about
        note = getattr(about, f"coverage_note_{language}")
        twins[language] = replace(
            record,
            about=replace(about, coverage_note=note or about.coverage_note),
            partners=_exchanged(record.partners, language, "name"),
            places=_exchanged(record.places, language, "name"),
            meetings=meetings.assign(city=meetings["city"].replace(cities)),
            topics=topics,
            participants=seats.assign(title=seats["office_id"].map(offices).fillna(seats["title"])),
        )
    return twins[language]


_TWINS: WeakKeyDictionary[Record, dict[str, Record]] = WeakKeyDictionary()


def coverage_in_words(about: About) -> str:
    """What the record covers, and the day to which its sources reach."""
    told = _("{note} The sources reach to {day}.")
    return told.format(note=about.coverage_note, day=written_date(about.coverage_end))


def people_names(record: Record) -> dict[str, str]:
    """Name of a person as the record has it -> as the language of this run writes it, where that is known."""
    people = record.people
    shown = people["name"] if spoken() == ENGLISH else people[f"name_{spoken()}"].fillna(people["name"])
    return dict(zip(people["name"], shown, strict=True))


def _exchanged(table: pd.DataFrame, language: str, *columns: str) -> pd.DataFrame:
    """The table with the columns and their twins in a language exchanged; gaps stay English."""
    exchanged: dict[str, pd.Series] = {}
    for column in columns:
        other = f"{column}_{language}"
        exchanged |= {column: table[other].fillna(table[column]), other: table[column]}
    return table.assign(**exchanged)


def written_date(date: pd.Timestamp, precision: str = "day") -> str:
    """A date as readers see it: 21 January 2015, January 2015 or 2015, as far as it is known."""
    return written(date, precision, spoken())


def written_dates(first: pd.Timestamp, last: pd.Timestamp | None, precision: str = "day") -> str:
    """The days of a meeting or an event: 21 January 2015, or 15 December 2016 to 16 December 2016."""
    if last is None or pd.isna(last) or last == first:
        return written_date(first, precision)
    return _("{first} to {last}").format(
        first=written_date(first, precision), last=written_date(last, precision)
    )


def written_year(year: int) -> str:
    """A year: 2015."""
    return written(pd.Timestamp(year, 1, 1), "year", spoken())


def written_years(first: int, last: int) -> str:
    """Some years: 2013 to 2023, or one."""
    if first == last:
        return written_year(first)
    return _("{first} to {last}").format(first=written_year(first), last=written_year(last))


def standing(status: str | None, event: str | None, date: pd.Timestamp, precision: str) -> str:
    """How far an agreement got, with the step that dates it: ● in force since 11 August 2023.

    The sign and the words say the same, so that neither colour nor the sign is needed.
    ``status`` is missing where no agreement is on record, ``event`` where no step of it is dated.
    """
    if status is None or pd.isna(status):
        return _("○ none found in the texts read")
    words = f"{STATUS_SIGNS[status]} {within(AGREEMENT_STATUS_LABELS[status])}"
    if event is None or pd.isna(event):
        return words
    when = written_date(date, precision)
    if (status, event) in {("in_force", "entered_into_force"), ("negotiating", "negotiations_launched")}:
        return _("{status} since {date}").format(status=words, date=when)
    if event == status:
        return _("{status} {date}").format(status=words, date=when)
    step = within(EVENT_LABELS[event])
    return _("{status}, {step} {date}").format(status=words, step=step, date=when)


def within(label: str) -> str:
    """A label within a sentence: without its capital, where the language has any."""
    return label.lower() if spoken() == ENGLISH else label


def beginning(words: str) -> str:
    """Words at the beginning of a sentence: with a capital, where the language has any."""
    return words.capitalize() if spoken() == ENGLISH else words


def written_days(shortest: int, longest: int) -> str:
    """A number of days, or the range that dates known to the month or year leave: 30 to 60 days."""
    if shortest == longest:
        words = counted(longest, "day")
    else:
        words = _("{shortest} to {longest} days").format(shortest=f"{shortest:,}", longest=f"{longest:,}")
    return words.replace("-", "−")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 meeting, 2 meetings, 1,399 mentions.

    The message is ``{number} meeting``; ``noun`` and ``plural`` are written out where this is called.
    """
    one, many = f"{{number}} {noun}", f"{{number}} {plural or noun + 's'}"
    return ngettext(one, many, number).format(number=f"{number:,}")


def joined(words: Iterable[str], sign: str = COMMA) -> str:
    """Words as a list in a sentence; ``sign`` is one of those above, such as :data:`SEMICOLON`."""
    return _(sign).join(words)


def in_sequence(sentences: Iterable[str]) -> str:
    """Whole sentences, one after the other."""
    return reduce(lambda told, more: _("{sentence} {next}").format(sentence=told, next=more), sentences)


def written_list(words: list[str], most: int = 6) -> str:
    """Words joined by commas, cut with a count of the rest."""
    if len(words) <= most:
        return joined(words)
    return _("{words} and {number} more").format(words=joined(words[:most]), number=len(words) - most)


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
        written_list([record.name_of(code) for code in chosen]) if chosen else _("all partners"),
        written_years(first, last),
    ]
    if selection.formats == FORMATS:
        words.append(_("all formats"))
    else:
        words.append(written_list([within(FORMAT_LABELS[code]) for code in selection.formats]))
    if selection.topics:
        areas = written_list([topics[code] for code in selection.topics])
        words.append(_("on {areas}").format(areas=areas))
    if selection.bases:
        bases = written_list([within(BASIS_LABELS[code]) for code in selection.bases])
        words.append(_("shown by {kinds}").format(kinds=bases))
    if selection.text:
        words.append(_("with “{text}”").format(text=selection.text))
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
