"""Meetings: how many, when, at what distance; and one meeting among the others of its series."""

from __future__ import annotations

import re
from difflib import get_close_matches

import pandas as pd

from twoplustwo.analysis.agreements import agreement_steps
from twoplustwo.analysis.remembered import remembered
from twoplustwo.record import Record, allowed_values, person_id, split_ids
from twoplustwo.selection import FORMATS

DEPTHS = allowed_values("sources", "seen")
"""How much of a source was read, best first."""

SOURCE_KINDS = allowed_values("sources", "kind")

AREAS_OF_TYPE = {
    "acsa": ("logistics_support",),
    "raa": ("reciprocal_access",),
    "isa": ("information_sharing",),
    "detta": ("equipment_technology",),
    "joint_development": ("equipment_technology", "next_generation_fighter"),
}
"""Agreement type -> the cooperation areas under which meetings speak of it."""


def partner_order(record: Record) -> list[str]:
    """Partner codes in the order in which their series began.

    Partners with ministerial 2+2 meetings come first, by their first one; then those with other
    meetings, by their first; then the rest by name. A selected record is ordered by its own
    meetings, so pass the whole one to keep an order over all pages.
    """
    meetings = record.meetings
    main = meetings[meetings["format"] == "two_plus_two"].groupby("partner")["date"].min()
    other = meetings.groupby("partner")["date"].min()
    codes = record.partners["partner"]
    # reindex, since map fails where there is no date at all
    partners = record.partners.assign(
        first_main=main.reindex(codes).to_numpy(), first_other=other.reindex(codes).to_numpy()
    )
    return partners.sort_values(["first_main", "first_other", "name"], kind="stable")["partner"].tolist()


def meetings_by_partner_year(record: Record) -> pd.DataFrame:
    """Meetings of each partner and format in each year; years without a meeting are left out.

    Returns columns ``format``, ``partner``, ``year`` (of the first day) and ``meetings`` (count).
    """
    keyed = record.meetings.assign(year=record.meetings["date"].dt.year)
    return keyed.groupby(["format", "partner", "year"]).size().rename("meetings").reset_index()


def format_counts(record: Record) -> pd.Series:
    """Number of meetings of each format that occurs, in the order of the codebook."""
    counts = record.meetings["format"].value_counts()
    return counts.reindex([code for code in FORMATS if code in counts.index])


@remembered
def intervals(record: Record) -> pd.DataFrame:
    """Distance of each meeting from the one before it in its series.

    A series is the meetings of one partner in one format, so apply only filters that leave
    series whole (see :meth:`twoplustwo.Selection.series`).

    Returns columns ``partner``, ``format``, ``meeting_id``, ``name``, ``date``, ``position``
    (1 is the first in the selection), ``previous_id``, ``previous_date`` and ``days`` (from
    first day to first day; missing for the first of a series).
    """
    columns = ["partner", "format", "meeting_id", "name", "date"]
    ordered = record.meetings[columns].sort_values(["date", "meeting_id"], kind="stable")
    series = ordered.groupby(["partner", "format"], sort=False)
    ordered = ordered.assign(
        position=series.cumcount() + 1,
        previous_id=series["meeting_id"].shift(),
        previous_date=series["date"].shift(),
    )
    days = (ordered["date"] - ordered["previous_date"]).dt.days.astype("Int64")
    return ordered.assign(days=days).reset_index(drop=True)


@remembered
def cadence(record: Record) -> pd.DataFrame:
    """How often the meetings of each series come.

    Returns one row a partner and format with columns ``partner``, ``format``, ``meetings``
    (count), ``first`` and ``last`` (dates), ``median_days`` and ``longest_days`` between
    consecutive meetings (missing with fewer than two), ``days_since_last`` up to
    ``record.as_of``, and ``overdue``: whether these days exceed the series' own longest gap
    (missing with fewer than two meetings, since there is no gap to compare with).
    """
    steps = intervals(record)
    grouped = steps.groupby(["partner", "format"], sort=False)
    table = grouped.agg(
        meetings=("meeting_id", "size"),
        first=("date", "min"),
        last=("date", "max"),
        median_days=("days", "median"),
        longest_days=("days", "max"),
    ).reset_index()
    since = (record.as_of - table["last"]).dt.days.astype("Int64")
    longest = table["longest_days"].astype("Int64")
    return table.assign(
        median_days=table["median_days"].astype("Float64"),
        longest_days=longest,
        days_since_last=since,
        overdue=since > longest,
    )


def latest_meetings(record: Record, number: int) -> pd.DataFrame:
    """The newest meetings, newest first, as rows of the meetings table."""
    return record.meetings.sort_values(["date", "meeting_id"], ascending=False).head(number)


def ministers(record: Record, meeting_id: str) -> pd.DataFrame:
    """Who sat at a meeting: rows of the participants table, the partner's side first."""
    people = record.participants[record.participants["meeting_id"] == meeting_id]
    return people.sort_values("country", key=lambda country: country == "JPN", kind="stable")


def meeting_table(record: Record) -> pd.DataFrame:
    """The meetings, newest first, with how much is on record of each.

    Returns the columns of the meetings table but summary, sources and versions, with ``areas``
    (coded cooperation areas, count), ``participants`` (count), and from :func:`reading_depth`
    ``sources`` and ``full`` (counts) and ``best`` (``full``, ``opening`` or ``snippet``).
    """
    columns = ["meeting_id", "date", "end_date", "partner", "format", "ordinal", "name"]
    columns += ["city", "country", "mode", "outcome_document"]
    table = latest_meetings(record, len(record.meetings))[columns]
    for name, frame in (("areas", record.mentions), ("participants", record.participants)):
        counts = frame.groupby("meeting_id").size().reindex(table["meeting_id"], fill_value=0)
        table = table.assign(**{name: counts.to_numpy()})
    depth = reading_depth(record, table["meeting_id"].tolist())
    return table.merge(depth[["meeting_id", "sources", "full", "best"]], on="meeting_id")


def neighbours(record: Record, meeting_id: str) -> tuple[str | None, str | None]:
    """Ids of the meetings before and after one in its series, None where there is none on record.

    A series is the meetings of one partner in one format. Raises KeyError for an unknown id.
    """
    steps = intervals(record)
    own = steps.loc[steps["meeting_id"] == meeting_id, "previous_id"]
    if own.empty:
        raise KeyError(meeting_id)
    after = steps.loc[steps["previous_id"] == meeting_id, "meeting_id"]
    previous = own.iloc[0]
    return None if pd.isna(previous) else previous, None if after.empty else after.iloc[0]


def topic_changes(record: Record, meeting_id: str) -> pd.DataFrame:
    """The topics of a meeting against those of the meeting before it in its series.

    Returns columns ``topic_id`` and ``change``: ``new`` (at this meeting alone), ``kept`` (at both)
    or ``dropped`` (at the previous one alone: not found in the texts read of this one), in this
    order and within it that of the codebook. For the first of a series all are new. Raises
    KeyError for an unknown id.
    """
    previous, _ = neighbours(record, meeting_id)
    topics = record.mentions.groupby("meeting_id")["topic_id"].agg(set)
    now: set[str] = topics.get(meeting_id, set())
    before: set[str] = topics.get(previous, set()) if previous else set()
    parts = (("new", now - before), ("kept", now & before), ("dropped", before - now))
    found = [
        (topic, change) for change, part in parts for topic in record.topics["topic_id"] if topic in part
    ]
    return pd.DataFrame(found, columns=["topic_id", "change"], dtype="str")


def meeting_sources(record: Record, meeting_ids: list[str]) -> pd.DataFrame:
    """The sources behind meetings: of their own rows, of their participants and of their mentions.

    Returns columns ``meeting_id``, ``source_id``, ``seen`` and ``kind``; each source once a meeting,
    those of the meeting's own row first.
    """
    own = record.meetings[["meeting_id"]].assign(source_id=record.meetings["source_ids"].map(split_ids))
    behind = [frame[["meeting_id", "source_id"]] for frame in (record.participants, record.mentions)]
    pairs = pd.concat([own.explode("source_id"), *behind])
    pairs = pairs[pairs["meeting_id"].isin(meeting_ids)].drop_duplicates()
    return pairs.merge(record.sources[["source_id", "seen", "kind"]], on="source_id")


def reading_depth(record: Record, meeting_ids: list[str]) -> pd.DataFrame:
    """How much of the text behind each meeting was read, from :func:`meeting_sources`.

    Returns one row an id, in the order given, with ``meeting_id``, ``sources`` (count), a count for
    each value of :data:`DEPTHS` and of :data:`SOURCE_KINDS`, and ``best``: the deepest that any of
    the sources was read (missing without sources).
    """
    read = meeting_sources(record, meeting_ids)
    table = pd.DataFrame({"meeting_id": meeting_ids}, dtype="str")
    sizes = read.groupby("meeting_id").size()
    table = table.assign(sources=sizes.reindex(meeting_ids, fill_value=0).to_numpy())
    for column, values in (("seen", DEPTHS), ("kind", SOURCE_KINDS)):
        counts = read.groupby(["meeting_id", column]).size().unstack(fill_value=0)
        counts = counts.reindex(index=meeting_ids, columns=list(values), fill_value=0)
        table = table.assign(**{value: counts[value].to_numpy() for value in values})
    rank = read["seen"].map(DEPTHS.index).groupby(read["meeting_id"]).min()
    best = rank.reindex(meeting_ids).map(lambda place: DEPTHS[int(place)], na_action="ignore")
    return table.assign(best=best.astype("str").to_numpy())


def agreements_near(record: Record, meeting_id: str, days: int = 365) -> pd.DataFrame:
    """Signatures and entries into force with the partner of a meeting, around its first day.

    A date known to the month or year counts if any day that it can mean is near enough.

    Returns, in order of date, the columns of :func:`agreement_steps` and ``days``: from the first
    day of the meeting to the step, negative if the step came before; missing where its day is not
    known. Raises KeyError for an unknown id.
    """
    meeting = record.meetings[record.meetings["meeting_id"] == meeting_id]
    if meeting.empty:
        raise KeyError(meeting_id)
    day, around = meeting["date"].iloc[0], pd.Timedelta(days=days)
    steps = agreement_steps(record)
    steps = steps[
        (steps["partner"] == meeting["partner"].iloc[0])
        & steps["event"].isin(["signed", "entered_into_force"])
        & (steps["date"] <= day + around)
        & (steps["period_end"] >= day - around)
    ]
    distance = (steps["date"] - day).dt.days.astype("Int64").where(steps["precision"] == "day")
    near: pd.DataFrame = steps.assign(days=distance)
    return near.reset_index(drop=True)


def meetings_on(record: Record, agreement_id: str) -> pd.DataFrame:
    """Meetings with the partner of an agreement that took up the area of its type.

    Returns columns ``meeting_id``, ``date``, ``format``, ``topic_id`` and ``note``, newest first, one row
    a meeting and area of :data:`AREAS_OF_TYPE`; none where the type has no area of its own. Raises
    KeyError for an unknown id.
    """
    found = record.agreements[record.agreements["agreement_id"] == agreement_id]
    if found.empty:
        raise KeyError(agreement_id)
    areas = AREAS_OF_TYPE.get(found["type"].iloc[0], ())
    meetings = record.meetings[record.meetings["partner"] == found["partner"].iloc[0]]
    mentions = record.mentions[record.mentions["topic_id"].isin(areas)]
    columns = ["meeting_id", "date", "format", "topic_id", "note"]
    table: pd.DataFrame = meetings[["meeting_id", "date", "format"]].merge(mentions, on="meeting_id")[columns]
    return table.sort_values(["date", "meeting_id"], ascending=False, kind="stable").reset_index(drop=True)


def near_ids(record: Record, text: str, number: int = 4) -> list[str]:
    """Ids on record that may have been meant by an unknown one, most likely first.

    Where the text looks like a partner and a date, the meetings with that partner nearest in time
    come first; then ids of meetings, agreements and persons that are spelt alike (difflib's ratio
    of at least 0.6). At most ``number`` of each; none if nothing is near.
    """
    asked = text.strip().casefold()[:100]
    near = []
    looks = re.match(r"([a-z]+)-([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?", asked)
    if looks:
        year, month, day = int(looks[2]), int(looks[3] or 7), int(looks[4] or 1)
        meetings = record.meetings[record.meetings["partner"].str.lower() == looks[1]]
        # Counted without a calendar, so that a day such as 31 February is near its month too.
        dates = meetings["date"].dt
        distance = ((dates.year - year) * 372 + (dates.month - month) * 31 + dates.day - day).abs()
        nearest = meetings.assign(distance=distance).sort_values(["distance", "meeting_id"])
        near = nearest["meeting_id"].head(number).tolist()
    persons = record.participants["name"].map(person_id).unique()
    known = [*record.meetings["meeting_id"], *record.agreements["agreement_id"], *persons]
    alike = get_close_matches(asked, known, n=number)
    return list(dict.fromkeys([*near, *alike]))
