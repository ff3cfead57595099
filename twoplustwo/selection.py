"""The grammar of links: a view is a selection, and a selection is a query string.

Reading a link never fails. What it could not mean comes back as :class:`LinkProblem`, one
sentence each, and the rest of the link is used. Codes, never labels, stand in links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from urllib.parse import urlencode

import pandas as pd

from twoplustwo.language import ENGLISH, LANGUAGES, _, speaking
from twoplustwo.record import Record, allowed_values, cited, person_id

FORMATS = allowed_values("meetings", "format")
MAIN_FORMAT = "two_plus_two"
ALL_FORMATS = "all"
BASES = allowed_values("mentions", "basis")
LONGEST_TEXT = 200
UNSEEN = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\U000e0000-\U000e007f"
)
"""Signs that nobody sees, or that stand for bytes which were no UTF-8: controls, joiners, marks of
direction, tags, the replacement character. As the inside of a class of a regular expression."""

Params = Mapping[str, Sequence[str]]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class OneOf:
    """A page option with closed values; the first is the default and is left out of links."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class AnyOf:
    """A page option that may hold several of its values; none by default."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class RecordId:
    """A page option that names a row of the record by id; none by default."""


PageOption = OneOf | AnyOf | RecordId

PAGES: dict[str, dict[str, PageOption]] = {
    "overview": {},
    "timeline": {"context": AnyOf(("cabinet", "event")), "id": RecordId()},
    "partners": {"align": OneOf(("calendar", "ordinal"))},
    "topics": {"measure": OneOf(("share", "count"))},
    "agreements": {"types": OneOf(("legal", "all")), "id": RecordId()},
    "meetings": {"id": RecordId()},
    "method": {},
}
"""Each page's own parameters, beside those of the selection."""

SELECTION_PARAMETERS = ("partner", "from", "to", "format", "topic", "basis", "q")
LANGUAGE = "lang"
"""Parameter of every page: the language of the words. It selects nothing."""
FOREIGN_PARAMETERS = ("embed", "embed_options")  # read by Streamlit itself


@dataclass(frozen=True)
class Vocabulary:
    """What the values of a link may be, in the order in which they are written."""

    partners: tuple[str, ...]
    topics: tuple[str, ...]
    first_year: int
    last_year: int
    ids: frozenset[str]
    """Of meetings, agreements and persons."""
    version: str

    @classmethod
    def of(cls, record: Record) -> Vocabulary:
        """The vocabulary of a whole record."""
        dates = pd.concat([record.meetings["date"], record.agreement_events["date"]])
        first = record.about.coverage_end if dates.empty else dates.min()
        return cls(
            partners=tuple(record.partners["partner"]),
            topics=tuple(record.topics["topic_id"]),
            first_year=first.year,
            last_year=record.about.coverage_end.year,
            ids=frozenset(record.meetings["meeting_id"])
            | frozenset(record.agreements["agreement_id"])
            | frozenset(record.participants["name"].map(person_id)),
            version=record.about.version,
        )


@dataclass(frozen=True)
class LinkProblem:
    """One value of a link that could not be meant, and what became of it."""

    parameter: str
    value: str
    reason: str
    """What is wrong, with the name of the parameter."""
    outcome: str = field(default_factory=lambda: _("it was ignored"))
    """What a page makes of it."""

    @property
    def message(self) -> str:
        """Both in one sentence."""
        return _("{reason}; {outcome}.").format(reason=self.reason, outcome=self.outcome)


@dataclass(frozen=True)
class Selection:
    """Which part of the record is looked at. Empty means everything, but for ``formats``.

    Attributes
    ----------
    partners
        Partner codes.
    from_year, to_year
        First and last year, inclusive; None is open.
    formats
        Meeting formats; ministerial 2+2 alone unless said otherwise, since formats are
        different things that are not to be summed in silence.
    topics
        Topic ids: meetings that took up any of them.
    bases
        Kinds of text that count as evidence for a topic.
    text
        Words that all occur in a meeting's name, summary, place, document, partner or people,
        or in an agreement's title, summary or partner. Case and accents do not matter.
    """

    partners: tuple[str, ...] = ()
    from_year: int | None = None
    to_year: int | None = None
    formats: tuple[str, ...] = (MAIN_FORMAT,)
    topics: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        # One form for equal selections, so that they are equal and give equal links.
        for name in ("partners", "topics"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        object.__setattr__(self, "formats", _in_order(self.formats, FORMATS) or (MAIN_FORMAT,))
        object.__setattr__(self, "bases", _in_order(self.bases, BASES))
        object.__setattr__(self, "text", _clean_text(self.text))
        if self.from_year is not None and self.to_year is not None and self.from_year > self.to_year:
            first, last = self.to_year, self.from_year
            object.__setattr__(self, "from_year", first)
            object.__setattr__(self, "to_year", last)

    def pairs(self) -> Pairs:
        """Parameters and values, in the order of the grammar, defaults left out."""
        pairs = [("partner", code) for code in self.partners]
        if self.from_year is not None:
            pairs.append(("from", str(self.from_year)))
        if self.to_year is not None:
            pairs.append(("to", str(self.to_year)))
        if self.formats == FORMATS:
            pairs.append(("format", ALL_FORMATS))
        elif self.formats != (MAIN_FORMAT,):
            pairs += [("format", code) for code in self.formats]
        pairs += [("topic", code) for code in self.topics]
        pairs += [("basis", code) for code in self.bases]
        if self.text:
            pairs.append(("q", self.text))
        return pairs

    def to_query(self) -> str:
        """The query string, percent-encoded, without a leading question mark."""
        return urlencode(self.pairs())

    def pinned(self, vocabulary: Vocabulary) -> Selection:
        """The same selection with both ends of the years written out, so that a link made today
        does not drift when the record grows.
        """
        return replace(
            self,
            from_year=vocabulary.first_year if self.from_year is None else self.from_year,
            to_year=vocabulary.last_year if self.to_year is None else self.to_year,
        )

    def series(self) -> Selection:
        """The selection without the filters that would tear holes into a series of meetings.

        Intervals between meetings mean something only between consecutive ones, so cadence is
        counted on partners, years and formats alone.
        """
        return replace(self, topics=(), bases=(), text="")

    def any_year(self) -> Selection:
        """The selection without its years, for what is told as of today, such as a status."""
        return replace(self, from_year=None, to_year=None)

    def apply(self, record: Record) -> Record:
        """The part of the record that is selected, in tables of the same form.

        Meetings are chosen by all filters; their places, participants with their offices, mentions and
        codings follow them, mentions also by ``bases``. Agreements are chosen by partner and text, and with
        years by having a step in them; their steps by date. Context is chosen by the years it touches.
        ``as_of`` becomes the end of the last year selected if that comes before the end of the
        coverage.
        """
        mentions = record.mentions
        if self.bases:
            mentions = mentions[mentions["basis"].isin(self.bases)]
        meetings = record.meetings[self._meetings_mask(record, mentions)]
        places = record.places[record.places["name"].isin(meetings["city"])]
        participants = record.participants
        participants = participants[participants["meeting_id"].isin(meetings["meeting_id"])]
        mentions = mentions[mentions["meeting_id"].isin(meetings["meeting_id"])]
        people = record.people[record.people["name"].isin(participants["name"])]
        offices = record.offices[record.offices["office_id"].isin(participants["office_id"])]
        codings = record.codings[record.codings["meeting_id"].isin(meetings["meeting_id"])]
        agreements = record.agreements[self._agreements_mask(record)]
        events = record.agreement_events
        events = events[events["agreement_id"].isin(agreements["agreement_id"])]
        if self.from_year is not None or self.to_year is not None:
            events = events[self._in_years(events["date"], events["date"])]
            agreements = agreements[agreements["agreement_id"].isin(events["agreement_id"])]
        context = record.context_events
        # A Japanese cabinet without an end is in office still; other events last the day they carry.
        in_office = (context["kind"] == "cabinet") & (context["country"] == "JPN")
        ends = context["end_date"].mask(in_office & context["end_date"].isna(), record.about.coverage_end)
        ends = ends.fillna(context["date"])
        partners, frameworks, doubts = record.partners, record.frameworks, record.doubts
        if self.partners:
            doubts = doubts[doubts["partner"].isin(self.partners)]
            partners = partners[partners["partner"].isin(self.partners)]
            frameworks = frameworks[frameworks["partner"].isin(self.partners)]
        as_of = record.as_of
        if self.to_year is not None:
            as_of = min(as_of, pd.Timestamp(self.to_year, 12, 31))
        selected = replace(
            record,
            partners=partners,
            meetings=meetings,
            places=places,
            participants=participants,
            people=people,
            offices=offices,
            mentions=mentions,
            codings=codings,
            agreements=agreements,
            agreement_events=events,
            frameworks=frameworks,
            doubts=doubts,
            context_events=context[self._in_years(context["date"], ends)],
            as_of=as_of,
        )
        used = record.sources["source_id"].isin(_sources_used(selected))
        return replace(selected, sources=record.sources[used])

    def _meetings_mask(self, record: Record, mentions: pd.DataFrame) -> pd.Series:
        meetings = record.meetings
        mask = meetings["format"].isin(self.formats) & self._in_years(meetings["date"], meetings["date"])
        if self.partners:
            mask &= meetings["partner"].isin(self.partners)
        if self.topics:
            with_topic = mentions.loc[mentions["topic_id"].isin(self.topics), "meeting_id"]
            mask &= meetings["meeting_id"].isin(with_topic)
        if self.text:
            people = _people_in_words(record).groupby(record.participants["meeting_id"]).agg(" ".join)
            names = meetings["partner"].map(_partners_in_words(record))
            written = _joined(
                meetings["name"],
                meetings["summary"],
                meetings["city"].map(_places_in_words(record)),
                meetings["outcome_document"],
                names,
                meetings["meeting_id"].map(people),
            )
            mask &= written.map(self._has_words).astype(bool)
        return mask

    def _agreements_mask(self, record: Record) -> pd.Series:
        agreements = record.agreements
        mask = pd.Series(True, index=agreements.index)
        if self.partners:
            mask &= agreements["partner"].isin(self.partners)
        if self.text:
            names = agreements["partner"].map(_partners_in_words(record))
            written = _joined(agreements["title"], agreements["summary"], names)
            mask &= written.map(self._has_words).astype(bool)
        return mask

    def _in_years(self, start: pd.Series, end: pd.Series) -> pd.Series:
        mask = pd.Series(True, index=start.index)
        if self.from_year is not None:
            mask &= end.dt.year >= self.from_year
        if self.to_year is not None:
            mask &= start.dt.year <= self.to_year
        return mask

    def _has_words(self, written: str) -> bool:
        found = _folded(written)
        # A text of accents alone would fold to nothing, and then be found everywhere.
        return all(word in found for word in _folded(self.text).split() or self.text.split())


def _partners_in_words(record: Record) -> pd.Series:
    """Partner code -> its names in all languages, so that a text means the same in each."""
    partners = record.partners.set_index("partner")
    return _joined(partners["name"], partners["name_ja"])


def _places_in_words(record: Record) -> pd.Series:
    """City -> its names in all languages."""
    places = record.places.set_index("name", drop=False)
    return _joined(places["name"], places["name_ja"])


def _people_in_words(record: Record) -> pd.Series:
    """Of each participant the names in all languages."""
    names = record.participants["name"]
    return _joined(names, names.map(record.people.set_index("name")["name_ja"]))


@dataclass(frozen=True)
class View:
    """What a visitor looks at: a page, a selection, and the page's own options."""

    page: str
    selection: Selection = field(default_factory=Selection)
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Options that differ from their default, in the order of :data:`PAGES`."""
    language: str = ENGLISH

    @classmethod
    def of(
        cls,
        page: str,
        selection: Selection,
        options: Mapping[str, Iterable[str]],
        language: str = ENGLISH,
    ) -> View:
        """A view from any options; those at their default are left out."""
        kept = []
        for name, option in PAGES[page].items():
            values = tuple(options.get(name, ()))
            if isinstance(option, AnyOf):
                values = _in_order(values, option.values)
            elif isinstance(option, OneOf) and values == option.values[:1]:
                values = ()
            if values:
                kept.append((name, values))
        return cls(page, selection, tuple(kept), language)

    def option(self, name: str) -> tuple[str, ...]:
        """The values of an option, its default where none was chosen."""
        chosen = dict(self.options).get(name, ())
        declared = PAGES[self.page][name]
        return declared.values[:1] if not chosen and isinstance(declared, OneOf) else chosen

    def pairs(self) -> Pairs:
        """Parameters and values of selection, page and language."""
        options = [(name, value) for name, values in self.options for value in values]
        return [*self.selection.pairs(), *options, *self._language_pair()]

    def carried(self) -> Pairs:
        """What a link to another page takes along: the filters and the language."""
        return [*self.selection.pairs(), *self._language_pair()]

    def _language_pair(self) -> Pairs:
        return [] if self.language == ENGLISH else [(LANGUAGE, self.language)]

    def to_query(self) -> str:
        """The query string, percent-encoded, without a leading question mark."""
        return urlencode(self.pairs())

    def share_query(self, vocabulary: Vocabulary) -> str:
        """The query string of a link that keeps its meaning: both years and the data version."""
        pinned = replace(self, selection=self.selection.pinned(vocabulary))
        return urlencode([*pinned.pairs(), ("v", vocabulary.version)])


@dataclass(frozen=True)
class Link:
    """A link as it was understood."""

    view: View
    version: str | None
    """Data version that the link was made with, if it says so."""
    problems: tuple[LinkProblem, ...]


def read_link(page: str, params: Params, vocabulary: Vocabulary) -> Link:
    """Understand a query string, given as parameter -> its values in order.

    Every value that is unknown, out of range, empty or given once too often is named in
    ``problems``; the view is made of the rest.
    """
    with speaking(language_of(params)):
        return _read(page, _Reader(params, vocabulary))


def language_of(params: Params) -> str:
    """The language that a query string asks for; English where it asks for none that there is."""
    asked = (value.strip().lower() for value in params.get(LANGUAGE, ()))
    return next((code for code in asked if code in LANGUAGES), ENGLISH)


def _read(page: str, reader: _Reader) -> Link:
    vocabulary = reader.vocabulary
    from_year, to_year = reader.year("from"), reader.year("to")
    if from_year is not None and to_year is not None and from_year > to_year:
        reader.note(
            "from",
            str(from_year),
            _("from={first} is after to={last}").format(first=from_year, last=to_year),
            _("the two were swapped"),
        )
    formats = reader.codes("format", (*FORMATS, ALL_FORMATS), str.lower)
    selection = Selection(
        partners=reader.codes("partner", vocabulary.partners, str.upper),
        from_year=from_year,
        to_year=to_year,
        formats=FORMATS if ALL_FORMATS in formats else formats,
        topics=reader.codes("topic", vocabulary.topics, str.lower),
        bases=reader.codes("basis", BASES, str.lower),
        text=reader.text("q"),
    )
    options = {name: reader.option(name, option) for name, option in PAGES[page].items()}
    version = reader.version("v")
    language = reader.option(LANGUAGE, OneOf(tuple(LANGUAGES)))
    known = {*SELECTION_PARAMETERS, *PAGES[page], "v", LANGUAGE, *FOREIGN_PARAMETERS}
    for name in reader.params:
        if name not in known:
            reader.note(name, "", _("{name} is no parameter of this page").format(name=_quoted(name)))
    view = View.of(page, selection, options, *language)
    return Link(view, version, tuple(reader.problems))


class _Reader:
    """Takes values from a query string and collects what is wrong with them."""

    def __init__(self, params: Params, vocabulary: Vocabulary) -> None:
        self.params = params
        self.vocabulary = vocabulary
        self.problems: list[LinkProblem] = []

    def note(self, parameter: str, value: str, *said: str) -> None:
        self.problems.append(LinkProblem(parameter, value, *said))

    def codes(self, name: str, known: Iterable[str], fold: Callable[[str], str] = str) -> tuple[str, ...]:
        allowed = set(known)
        found = []
        for value in self.params.get(name, ()):
            code = fold(value.strip())
            # Other scripts have letters whose capital is a Latin one, such as ſ; they are no codes.
            if code in allowed and (fold is str or value.strip().isascii()):
                found.append(code)
            else:
                if value.strip():
                    said = _("{name}={value} is not in this record")
                else:
                    said = _("{name}= without a value is not in this record")
                self.note(name, value, said.format(name=name, value=_quoted(value)))
        return tuple(found)

    def single(self, name: str) -> str | None:
        values = self.params.get(name, ())
        self._once(name, values)
        return values[0] if values else None

    def _once(self, name: str, values: Sequence[str]) -> None:
        if len(values) > 1:
            times = _("{name} was given {number} times").format(name=name, number=len(values))
            used = _("the first, {value}, was used").format(value=_quoted(values[0]))
            self.note(name, values[1], times, used)

    def year(self, name: str) -> int | None:
        value = self.single(name)
        if value is None:
            return None
        first, last = self.vocabulary.first_year, self.vocabulary.last_year
        if re.fullmatch(r"[0-9]{4}", value.strip()) and first <= int(value) <= last:
            return int(value)
        said = _("{name}={value} is not a year from {first} to {last}")
        self.note(name, value, said.format(name=name, value=_quoted(value), first=first, last=last))
        return None

    def text(self, name: str) -> str:
        value = self.single(name)
        if value is None:
            return ""
        if not _clean_text(value):
            self.note(name, value, _("{name}= without a value").format(name=name))
        elif _UNSEEN.search(value):
            said = _("{name} holds signs that cannot be seen").format(name=name)
            self.note(name, value, said, _("they were read as blanks"))
        if len(_clean_text(value, limit=None)) > LONGEST_TEXT:
            said = _("{name} is longer than {number} characters").format(name=name, number=LONGEST_TEXT)
            self.note(name, value, said, _("its beginning was used"))
        return _clean_text(value)

    def version(self, name: str) -> str | None:
        value = self.single(name)
        if value is None:
            return None
        if re.fullmatch(r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}", value):
            return value
        said = _("{name}={value} is no data version")
        self.note(name, value, said.format(name=name, value=_quoted(value)))
        return None

    def option(self, name: str, option: PageOption) -> tuple[str, ...]:
        match option:
            case AnyOf(values):
                return self.codes(name, values, str.lower)
            case OneOf(values):
                read = partial(self.codes, known=values, fold=str.lower)
            case RecordId():
                read = partial(self.codes, known=self.vocabulary.ids)
        chosen = read(name)
        self._once(name, chosen)
        return chosen[:1]


_UNSEEN = re.compile(f"[{UNSEEN}\ud800-\udfff]")  # unpaired surrogates, which no link can carry


def _clean_text(text: str, limit: int | None = LONGEST_TEXT) -> str:
    """One line of signs that can be seen."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:limit].strip()


def _folded(text: str) -> str:
    """Text for comparing: no case, no accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def _joined(first: pd.Series, *more: pd.Series) -> pd.Series:
    texts = [column.astype("str").fillna("") for column in (first, *more)]  # one without any value is float
    return reduce(lambda text, column: text + " " + column, texts)


def _in_order(values: Iterable[str], order: Sequence[str]) -> tuple[str, ...]:
    chosen = set(values)
    return tuple(value for value in order if value in chosen)


def _quoted(value: str, longest: int = 40) -> str:
    clean = _clean_text(value)
    return f"“{clean if len(clean) <= longest else clean[:longest] + '…'}”"


def _sources_used(record: Record) -> set[str]:
    """Ids of the pages that the rows of a record rest on; those of its history do not count."""
    frames = (frame for name, frame in record.tables().items() if name not in {"sources", "revisions"})
    return set().union(*map(cited, frames))


def ways_back(
    selection: Selection, record: Record, table: str = "meetings"
) -> list[tuple[str, Selection, int]]:
    """How to find rows of a table again, meetings unless said otherwise, when a selection leaves none.

    Returns each filter whose removal alone brings rows back, with the wider selection and its
    number of rows, most rows last; if no single filter does, the one that drops all.
    """

    def left(candidate: Selection) -> int:
        return len(candidate.apply(record).tables()[table])

    wider = {
        "partner": replace(selection, partners=()),
        "years": replace(selection, from_year=None, to_year=None),
        "format": replace(selection, formats=FORMATS),
        "topic": replace(selection, topics=()),
        "basis": replace(selection, bases=()),
        "q": replace(selection, text=""),
    }
    found = [
        (name, candidate, left(candidate)) for name, candidate in wider.items() if candidate != selection
    ]
    found = sorted((way for way in found if way[2]), key=lambda way: way[2])
    return found or [("all", Selection(), left(Selection()))]


def as_params(pairs: Pairs) -> dict[str, list[str]]:
    """Pairs as parameter -> values, the form in which :func:`read_link` takes them."""
    params: dict[str, list[str]] = {}
    for name, value in pairs:
        params.setdefault(name, []).append(value)
    return params
