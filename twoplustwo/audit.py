"""Judge the record: what in it is weak, thin or contradictory, worst first.

What :mod:`twoplustwo.check` finds is wrong and keeps a record from loading. What is found here may be right,
but somebody should look. The order of :data:`FINDINGS` is the order of severity:

1. What cannot be so (``impossible_office``) or is said in two ways (``contested``, ``contradiction``): one of
   the two is false, and a reader may be given it.
2. What rests on one weak voice (``weak_source``), then ministerial meetings, the core of the record, that no
   official text shows (``no_official_text``), then pages that are relied on more than the rule allows
   (``class_above_rule``): it may be false.
3. What is true as far as it goes but misleads: an agreement shown as signed or in force of which nobody
   knows since when (``force_unknown``), a status that its steps do not bear out (``status_steps``), a date
   that is a month or a year (``imprecise_step``).
4. What may be missing: a number that no meeting has (``number_gap``), which proves a meeting, and a long
   interval (``long_gap``, ``long_silence``), which only hints at one.
5. What was read thinly: absences then prove little (``few_areas``, ``not_read_in_full``).
6. Housekeeping, which misleads nobody about Japan's diplomacy: ``duplicate_link``, ``unlisted_source``,
   ``example_not_coded``, ``unused_source``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas as pd

from twoplustwo.analysis.agreements import LADDER, agreement_steps
from twoplustwo.analysis.evidence import evidence, row_keys
from twoplustwo.analysis.meetings import cadence, intervals, meeting_sources, reading_depth
from twoplustwo.analysis.remembered import remembered
from twoplustwo.analysis.tenure import impossible
from twoplustwo.check import number_gaps
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    EVENT_LABELS,
    FORMAT_LABELS,
    counted,
    written_date,
    written_list,
)
from twoplustwo.language import ENGLISH, speaking
from twoplustwo.record import Record, cited, rows, split_ids
from twoplustwo.reliability import CLASSES, origin, suggested_class

MINISTERIAL = ("two_plus_two", "economic_two_plus_two")
SERIES = {
    "two_plus_two": "ministerial",
    "economic_two_plus_two": "economic",
    "senior_two_plus_two": "sub_ministerial",
    "strategic_dialogue": None,
}
"""Formats that the record means to hold whole, with the level of their framework.

Of summits and of meetings of one ministry it holds some, so a gap between them says nothing."""
BINDING = (*LADDER, "security_treaty", "trade")
"""Agreement types that enter into force by an act with a date; a declaration or a project need not."""
ONCE = (
    "negotiations_launched",
    "agreed_in_principle",
    "signed",
    "entered_into_force",
    "superseded",
    "terminated",
)
LONG = 2  # times the median interval of a series
ENOUGH = 4  # meetings of a series that make its median worth something
THIN = 0.5  # of the median number of areas of a format

Found = tuple[str, str, str | None, str]
"""Table, key, partner and what is wrong."""


@remembered
@speaking(ENGLISH)
def audit(record: Record) -> pd.DataFrame:
    """Everything that somebody should look at, worst first.

    Returns columns ``rank`` (1 is the worst), ``finding`` (of :data:`FINDINGS`), ``table`` and ``key`` (of
    the row to look at, as in ``revisions``), ``partner`` (missing where none) and ``what``: what is wrong,
    and what would mend it, in plain words. Within a finding the gravest cases come first, in the order that
    its function tells. In English, whatever the language of the page.
    """
    found = [(code, *case) for code, find in FINDINGS.items() for case in find(record)]
    table = pd.DataFrame(found, columns=["finding", "table", "key", "partner", "what"], dtype="str")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many cases of each finding, those without any too: ``finding`` and ``cases`` (count)."""
    cases = table["finding"].value_counts().reindex(list(FINDINGS), fill_value=0)
    return cases.rename_axis("finding").rename("cases").reset_index()


def in_words(table: pd.DataFrame, most: int | None = None, finding: str | None = None) -> Iterator[str]:
    """Lines for a terminal: the counts by finding, then the cases, of one finding if it is named, and
    ``most`` at most.
    """
    for line in rows(counts(table)):
        yield f"{line.finding:<18} {line.cases:>6,}"
    yield f"{'together':<18} {len(table):>6,}"
    cases = table if finding is None else table[table["finding"] == finding]
    for case in rows(cases if most is None else cases.head(most)):
        yield f"{case.rank:>4} {case.finding}  {case.table} {case.key}: {case.what}"


# --- cannot be, or said in two ways -----------------------------------------------------------


def _impossible(record: Record) -> Iterator[Found]:
    for case in rows(impossible(record)):
        partner = None if pd.isna(case.partner) else case.partner
        yield case.table, case.key, partner, f"{case.what} One of the rows is wrong: see its source."


def _contested(record: Record) -> Iterator[Found]:
    for doubt in rows(record.doubts[record.doubts["state"] == "contested"]):
        partner = None if pd.isna(doubt.partner) else doubt.partner
        yield (
            "doubts",
            doubt.doubt_id,
            partner,
            (
                f"Sources contradict one another: {doubt.claim}. {doubt.finding.rstrip('.')}. "
                f"A better source would settle it."
            ),
        )


def _contradictions(record: Record) -> Iterator[Found]:
    """A step with two dates, then two persons in one chair of a meeting."""
    steps = agreement_steps(record)
    steps = steps[steps["event"].isin(ONCE)]
    for (agreement, event), same in steps.groupby(["agreement_id", "event"], sort=True):
        if len(same) > 1:
            dates = " and ".join(map(written_date, same["date"], same["precision"]))
            yield (
                "agreement_events",
                f"{agreement}|{same['date'].iloc[0]:%Y-%m-%d}|{event}",
                same["partner"].iloc[0],
                (
                    f"{EVENT_LABELS[str(event)]}, a step that is taken once, stands twice "
                    f"for {agreement}: {dates}. Keep the better sourced, or call the other by its right name."
                ),
            )
    formats = record.meetings[["meeting_id", "format", "partner"]]
    seats = record.participants.assign(key=row_keys("participants", record.participants))
    seats = seats.merge(formats, on="meeting_id")
    seats = seats[seats["format"].isin(MINISTERIAL) & (seats["portfolio"] != "official")]
    for (meeting, country, portfolio), same in seats.groupby(["meeting_id", "country", "portfolio"]):
        if len(same) > 1:
            yield (
                "participants",
                same["key"].iloc[-1],
                same["partner"].iloc[0],
                (
                    f"{' and '.join(same['name'])} both have the {portfolio} seat of {country} at {meeting}. "
                    "Find the list of those present."
                ),
            )


# --- may be false -----------------------------------------------------------------------------

_PLACE = {
    "meetings": 0,
    "agreement_events": 1,
    "agreements": 1,
    "frameworks": 1,
    "participants": 3,
    "mentions": 4,
    "context_events": 5,
}


def _weak_sources(record: Record) -> Iterator[Found]:
    """Ministerial meetings, steps and agreements, other meetings, ministers, areas, events around them;
    ministerial first.
    """
    facts = evidence(record)
    facts = facts[(facts["best_class"] == "weak") & (facts["independent"] == 1)]
    kinds = record.meetings.set_index("meeting_id")["format"]
    of_meeting = facts["key"].str.split("|").str[0].map(kinds.to_dict())
    other = (~of_meeting.isin(MINISTERIAL)).astype("int64")
    place = facts["table"].map(_PLACE).astype("int64")
    place = place.mask((facts["table"] == "meetings") & (other == 1), 2)
    facts = facts.assign(other=other, place=place).sort_values(["place", "other"], kind="stable")
    publishers = record.sources.set_index("source_id")["publisher"]
    for fact in rows(facts):
        only = "its only source" if fact.sources == 1 else f"the only voice behind its {fact.sources} sources"
        yield (
            fact.table,
            fact.key,
            fact.partner,
            (
                f"{publishers[fact.best_source]} ({fact.best_source}), which is weak, is {only}. "
                "Find an official text or a news report."
            ),
        )


def _no_official_text(record: Record) -> Iterator[Found]:
    meetings = record.meetings[record.meetings["format"].isin(MINISTERIAL)]
    meetings = meetings.sort_values("date", ascending=False, kind="stable")
    behind = meeting_sources(record, meetings["meeting_id"].tolist())
    classes = record.sources.set_index("source_id")["reliability"]
    official = behind[behind["source_id"].map(classes).isin(["official", "official_copy"])]["meeting_id"]
    for meeting in rows(meetings[~meetings["meeting_id"].isin(official)]):
        yield (
            "meetings",
            meeting.meeting_id,
            meeting.partner,
            (
                f"No official text and no copy of one stands behind this {FORMAT_LABELS[meeting.format]}. "
                "Find the joint statement or a ministry's readout."
            ),
        )


def _class_above_rule(record: Record) -> Iterator[Found]:
    for source in rows(record.sources):
        allowed = suggested_class(source.kind, source.publisher, source.url)
        if CLASSES.index(source.reliability) < CLASSES.index(allowed):
            what = (
                f"Its class is {source.reliability}, where kind, publisher and address make it {allowed}. "
                "Mend the one or the other."
            )
            yield "sources", source.source_id, None, what


# --- misleads ---------------------------------------------------------------------------------


def _force_unknown(record: Record) -> Iterator[Found]:
    """Those said to be in force first, then those signed, the longest signed first."""
    agreements = record.agreements[record.agreements["type"].isin(BINDING)]
    agreements = agreements[agreements["status"].isin(["in_force", "signed"])]
    steps = agreement_steps(record)
    dated = steps.loc[steps["event"] == "entered_into_force", "agreement_id"]
    signed = steps[steps["event"] == "signed"].drop_duplicates("agreement_id").set_index("agreement_id")
    agreements = agreements[~agreements["agreement_id"].isin(dated)]
    agreements = agreements.assign(signed=signed["date"].reindex(agreements["agreement_id"]).to_numpy())
    for agreement in rows(agreements.sort_values(["status", "signed"], kind="stable")):
        when = "on a day that is not on record"
        if agreement.agreement_id in signed.index:
            step = signed.loc[agreement.agreement_id]
            when = written_date(step["date"], step["precision"])
        said, mend = f"Signed {when}", "Find the notice of it, or a text that says that it has not come yet."
        if agreement.status == "in_force":
            said, mend = "It is said to be in force", "Find the notice of it, or mend the status."
        what = f"{said}, but no entry into force is on record. {mend}"
        yield "agreements", agreement.agreement_id, agreement.partner, what


_BORNE_OUT = {
    "entered_into_force": ("in_force", "superseded", "terminated"),
    "signed": ("signed", "in_force", "superseded", "terminated"),
    "superseded": ("superseded",),
    "terminated": ("terminated",),
}
"""Step -> the statuses that an agreement can have after it."""
_NEEDED = {
    "in_force": ("entered_into_force", "signed"),
    "signed": ("signed",),
    "superseded": ("superseded",),
    "terminated": ("terminated",),
}
"""Status -> the steps of which one must be on record."""
_DONE = {
    "entered_into_force": "entered into force",
    "signed": "was signed",
    "superseded": "was superseded",
    "terminated": "was terminated",
}


def _status_steps(record: Record) -> Iterator[Found]:
    """Steps that the status denies, then statuses without a step that force_unknown does not tell."""
    taken = record.agreement_events.groupby("agreement_id")["event"].agg(set)
    denied, bare = [], []
    for agreement in rows(record.agreements):
        events: set[str] = taken.get(agreement.agreement_id, set())
        status = AGREEMENT_STATUS_LABELS[agreement.status].lower()
        place = ("agreements", agreement.agreement_id, agreement.partner)
        against = [
            EVENT_LABELS[step].lower()
            for step, statuses in _BORNE_OUT.items()
            if step in events and agreement.status not in statuses
        ]
        if against:
            denied.append(
                (*place, f"Its status is {status}, but its steps say: {', '.join(against)}. Mend one.")
            )
        needed = _NEEDED.get(agreement.status, ())
        told = agreement.type in BINDING and agreement.status in {"in_force", "signed"}
        if needed and not events & set(needed) and not (told and "entered_into_force" not in events):
            what = (
                f"Its status is {status}, but no step says so. Find the day on which it {_DONE[needed[0]]}."
            )
            bare.append((*place, what))
    yield from chain(denied, bare)


def _imprecise_steps(record: Record) -> Iterator[Found]:
    """Entries into force and signatures first, years before months."""
    steps = agreement_steps(record)
    steps = steps[steps["precision"] != "day"]
    order = steps["event"].map({"entered_into_force": 0, "signed": 1}).fillna(2)
    steps = steps.assign(order=order, month=steps["precision"] == "month")
    for step in rows(steps.sort_values(["order", "month", "date"], kind="stable")):
        yield (
            "agreement_events",
            f"{step.agreement_id}|{step.date:%Y-%m-%d}|{step.event}",
            step.partner,
            (
                f"{EVENT_LABELS[step.event]} is known to the {step.precision} only: "
                f"{written_date(step.date, step.precision)}. Find the day."
            ),
        )


# --- may be missing ---------------------------------------------------------------------------


def _number_gaps(record: Record) -> Iterator[Found]:
    dates = record.meetings.set_index("meeting_id")["date"]
    for gap in number_gaps(record):
        same = record.meetings[
            (record.meetings["partner"] == gap.partner)
            & (record.meetings["format"] == gap.kind)
            & record.meetings["ordinal"].isna()
            & record.meetings["date"].between(dates[gap.before], dates[gap.after])
        ]
        hint = f" Perhaps it is {' or '.join(same['meeting_id'])}, which has no number." if len(same) else ""
        yield "meetings", gap.after, gap.partner, f"{FORMAT_LABELS[gap.kind]}: {gap}. Find it.{hint}"


def _long_gaps(record: Record) -> Iterator[Found]:
    """The longest against its median first; none where consecutive numbers prove that none is missing."""
    series = cadence(record)[["partner", "format", "median_days", "meetings"]]
    steps = intervals(record).merge(series, on=["partner", "format"]).dropna(subset="days")
    numbers = record.meetings.set_index("meeting_id")["ordinal"].astype("float64")
    own, before = (numbers.reindex(steps[name]).to_numpy() for name in ("meeting_id", "previous_id"))
    follows = own - before == 1
    steps = steps[steps["format"].isin(SERIES) & (steps["meetings"] >= ENOUGH) & ~follows]
    steps = steps.assign(times=steps["days"].astype("float64") / steps["median_days"].astype("float64"))
    steps = steps[steps["times"] > LONG].sort_values("times", ascending=False, kind="stable")
    for step in rows(steps):
        yield (
            "meetings",
            step.meeting_id,
            step.partner,
            (
                f"{FORMAT_LABELS[step.format]}: {counted(step.days, 'day')} since the one before "
                f"({step.previous_id}), {step.times:.1f} times the median of the series. One in between may "
                "be missing, or a text says that there was none."
            ),
        )


def _long_silences(record: Record) -> Iterator[Found]:
    """Not of a framework that is dormant: there the silence is known."""
    series = cadence(record)
    series = series[series["format"].isin(SERIES) & (series["meetings"] >= ENOUGH)]
    dormant = record.frameworks[record.frameworks["status"] == "dormant"]
    asleep = set(zip(dormant["partner"], dormant["level"], strict=True))
    since = series["days_since_last"].astype("float64")
    series = series.assign(times=since / series["median_days"].astype("float64"))
    last = (
        record.meetings.sort_values(["date", "meeting_id"])
        .groupby(["partner", "format"])["meeting_id"]
        .last()
    )
    series = series[series["times"] > LONG].sort_values("times", ascending=False, kind="stable")
    for one in rows(series):
        if (one.partner, SERIES[one.format]) in asleep:
            continue
        yield (
            "meetings",
            last[one.partner, one.format],
            one.partner,
            (
                f"{FORMAT_LABELS[one.format]}: the last on record, {counted(one.days_since_last, 'day')} "
                f"before {written_date(record.as_of)}, {one.times:.1f} times the median of the series. "
                "Look for a later one, or for a text that says what became of the series."
            ),
        )


# --- read thinly ------------------------------------------------------------------------------


def _few_areas(record: Record) -> Iterator[Found]:
    """Meetings without any area first, ministerial ones before others, the thinnest first."""
    areas = record.mentions.groupby("meeting_id")["topic_id"].nunique()
    meetings = record.meetings.assign(areas=areas.reindex(record.meetings["meeting_id"]).fillna(0).to_numpy())
    median = meetings[meetings["areas"] > 0].groupby("format")["areas"].median()
    meetings = meetings.assign(
        median=median.reindex(meetings["format"]).to_numpy(),
        coded=meetings["areas"] > 0,
        other=~meetings["format"].isin(MINISTERIAL),
    )
    thin = meetings[~meetings["coded"] | (meetings["areas"] < THIN * meetings["median"])]
    for meeting in rows(thin.sort_values(["coded", "other", "areas"], kind="stable")):
        found = "No cooperation area is"
        if meeting.coded:
            words = counted(int(meeting.areas), "cooperation area")
            found = f"Only {words} {'is' if meeting.areas == 1 else 'are'}"
        usual = "" if pd.isna(meeting.median) else f", where the median of this format is {meeting.median:g}"
        yield (
            "meetings",
            meeting.meeting_id,
            meeting.partner,
            f"{found} coded{usual}. Read more of its texts.",
        )


def _not_read_in_full(record: Record) -> Iterator[Found]:
    """Ministerial meetings first, those of which only a snippet was seen before the others."""
    depth = reading_depth(record, record.meetings["meeting_id"].tolist())
    meetings = record.meetings.merge(depth, on="meeting_id")
    meetings = meetings[meetings["full"] == 0]
    meetings = meetings.assign(other=~meetings["format"].isin(MINISTERIAL))
    for meeting in rows(meetings.sort_values(["other", "opening", "date"], kind="stable")):
        pages = counted(meeting.sources, "page")
        yield (
            "meetings",
            meeting.meeting_id,
            meeting.partner,
            f"Of its {pages} none was read in full. Read one, the joint statement first.",
        )


# --- housekeeping -----------------------------------------------------------------------------

_PREFIX = re.compile(r"^(www\d?|m|mobile|img|amp)\.")
_JUNK = re.compile(
    r"utm_\w+|mc_[ce]id|fbclid|gclid|ref|source|ncmp|cmp|outputtype|noamp|print", re.IGNORECASE
)


def plain_address(url: str) -> str:
    """An address without what does not change the page that it leads to.

    That is scheme, a host's ``www``, ``m``, ``mobile``, ``img`` or ``amp``, port, capitals of the host,
    slash at the end, fragment, and parts of the query that only tell where a reader came from.
    """
    parts = urlsplit(url)
    host = _PREFIX.sub("", (parts.hostname or "").rstrip("."))
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _JUNK.fullmatch(pair[0])]
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _duplicate_links(record: Record) -> Iterator[Found]:
    """The same address first, then the same title, date and language of one voice."""
    sources = record.sources.assign(
        address=record.sources["url"].map(plain_address),
        voice=record.sources["publisher"].map(origin),
        name=record.sources["title"].str.casefold(),
    )
    named = sources.dropna(subset="date")
    seen: set[str] = set()
    for columns, frame, same in (
        (["address"], sources, "leads to the same page as"),
        (["name", "date", "voice", "language"], named, "has the title, date and voice of"),
    ):
        for _, group in frame[frame.duplicated(columns, keep=False)].groupby(columns, sort=False):
            first, *others = group["source_id"]
            for other in others:
                if other not in seen:
                    seen.add(other)
                    yield "sources", other, None, f"It {same} {first}. Keep one and let all rows cite it."


def _unlisted_sources(record: Record) -> Iterator[Found]:
    listed = {meeting.meeting_id: set(split_ids(meeting.source_ids)) for meeting in rows(record.meetings)}
    found: dict[tuple[str, str], list[str]] = {}
    for table in ("participants", "mentions"):
        for citing in rows(record.tables()[table]):
            further = [] if pd.isna(citing.further_source_ids) else split_ids(citing.further_source_ids)
            for source in [citing.source_id, *further]:
                if source not in listed[citing.meeting_id]:
                    what = citing.name if table == "participants" else citing.topic_id
                    found.setdefault((citing.meeting_id, source), []).append(what)
    partners = record.meetings.set_index("meeting_id")["partner"]
    for (meeting, source), facts in found.items():
        yield (
            "meetings",
            meeting,
            partners[meeting],
            (
                f"{source} is cited for {written_list(facts, 3)}, but not among the sources of the meeting. "
                "Add it there."
            ),
        )


def _examples(record: Record) -> Iterator[Found]:
    coded = set(zip(record.mentions["topic_id"], record.mentions["meeting_id"], strict=True))
    for topic in rows(record.topics):
        for column in ("example_1", "example_2"):
            example = getattr(topic, column)
            if not pd.isna(example) and (topic.topic_id, example) not in coded:
                yield (
                    "topics",
                    topic.topic_id,
                    None,
                    (
                        f"{column} is {example}, which is not coded as having taken the area up. Choose "
                        "another, or code it."
                    ),
                )


def _unused_sources(record: Record) -> Iterator[Found]:
    used = set().union(*(cited(frame) for name, frame in record.tables().items() if name != "sources"))
    for source in record.sources.loc[~record.sources["source_id"].isin(used), "source_id"]:
        yield "sources", source, None, "No row uses it. Let the facts that it shows cite it, or retire it."


FINDINGS: dict[str, Callable[[Record], Iterator[Found]]] = {
    "impossible_office": _impossible,
    "contested": _contested,
    "contradiction": _contradictions,
    "weak_source": _weak_sources,
    "no_official_text": _no_official_text,
    "class_above_rule": _class_above_rule,
    "force_unknown": _force_unknown,
    "status_steps": _status_steps,
    "imprecise_step": _imprecise_steps,
    "number_gap": _number_gaps,
    "long_gap": _long_gaps,
    "long_silence": _long_silences,
    "few_areas": _few_areas,
    "not_read_in_full": _not_read_in_full,
    "duplicate_link": _duplicate_links,
    "unlisted_source": _unlisted_sources,
    "example_not_coded": _examples,
    "unused_source": _unused_sources,
}
"""Code -> what finds it, the gravest first; the docstring of this module tells why."""
