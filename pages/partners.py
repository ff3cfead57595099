"""How do partners compare?"""

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from twoplustwo.analysis.agreements import LADDER, TYPES, in_force, ladder
from twoplustwo.analysis.meetings import cadence, intervals
from twoplustwo.analysis.topics import coded_by, similarity, topic_profile
from twoplustwo.charts.meetings import series_chart
from twoplustwo.charts.topics import profiles
from twoplustwo.dashboard import parts
from twoplustwo.dashboard.visit import Visit, current, show
from twoplustwo.labels import (
    FORMAT_LABELS,
    PARTNER_STATUS_LABELS,
    SEMICOLON,
    TYPE_LABELS,
    as_markdown,
    counted,
    joined,
    standing,
    written_date,
    written_year,
)
from twoplustwo.language import _
from twoplustwo.record import rows

TOPICS_SHOWN = 12


def all_partners(visit: Visit) -> None:
    """Every partner of the selection in one table."""
    table = cadence(visit.series)
    met = table["partner"].unique()
    profile = visit.selected.mentions.merge(
        visit.selected.meetings[["meeting_id", "partner"]], on="meeting_id"
    )
    topics = profile.groupby("partner")["topic_id"].nunique()
    agreements = in_force(visit.record)
    if visit.selection.partners:
        agreements = agreements[agreements["partner"].isin(visit.selection.partners)]
    only_agreements = agreements[~agreements["partner"].isin(met) & (agreements[list(TYPES)].sum(axis=1) > 0)]
    status = visit.record.partners.set_index("partner")["status"]
    table = pd.concat([table, only_agreements[["partner"]]], ignore_index=True)
    order = {code: number for number, code in enumerate(visit.shared.partners)}
    table = table.sort_values("partner", key=lambda codes: codes.map(order), kind="stable")
    table = table.merge(agreements.rename(columns=TYPE_LABELS), on="partner", how="left")
    shown = pd.DataFrame(
        {
            "partner": table["partner"].map(visit.shared.names),
            "status": table["partner"].map(status).map(PARTNER_STATUS_LABELS),
            "format": table["format"].map(FORMAT_LABELS),
            "meetings": table["meetings"].fillna(0).astype("int64"),
            "first": table["first"],
            "last": table["last"],
            "median_days": table["median_days"].round().astype("Int64"),
            "longest_days": table["longest_days"],
            "days_since_last": table["days_since_last"],
            "coded_topics": table["partner"].map(topics).fillna(0).astype("int64"),
        }
    )
    if len(visit.selection.formats) == 1:
        shown = shown.drop(columns="format")
    shown = pd.concat([shown, table[list(TYPE_LABELS.values())]], axis=1)
    st.subheader(_("All partners"), anchor=False)
    parts.note(
        _(
            "Days since the last meeting as of {date}; cadence counts whole "
            "series, so the filters on cooperation areas, evidence and text do not apply to it. Agreement "
            "columns count what is in force as of {reach}, "
            "whatever years are selected."
        ).format(date=written_date(visit.series.as_of), reach=written_date(visit.record.about.coverage_end))
    )
    parts.data_table(
        shown,
        key="all-partners",
        labels={
            "median_days": _("Median interval (days)"),
            "longest_days": _("Longest interval (days)"),
            "days_since_last": _("Days since the last"),
            "coded_topics": _("Areas coded"),
        },
    )


def how_to_compare(visit: Visit) -> None:
    """What to do to see partners side by side."""
    st.markdown(_("Choose **two to four partners** in the filters to lay them side by side, for example:"))
    pairs = [("AUS", "GBR"), ("AUS", "GBR", "FRA", "DEU"), ("IND", "IDN", "PHL")]
    with st.container(horizontal=True):
        for codes in pairs:
            if set(codes) <= set(visit.shared.names):
                wanted = replace(visit.selection, partners=codes)
                st.button(parts.names_of(visit, codes), on_click=show, args=(wanted,), key="-".join(codes))


def side_by_side(visit: Visit, codes: list[str]) -> None:
    """Cadence of each chosen partner as figures."""
    table = cadence(visit.series).set_index("partner")
    st.subheader(_("Cadence"), anchor=False)
    parts.note(
        _("Days between consecutive meetings; days since the last as of {date}.").format(
            date=written_date(visit.series.as_of)
        )
    )
    for column, code in zip(st.columns(len(codes)), codes, strict=True):
        with column:
            st.markdown(f"**{as_markdown(visit.shared.names[code])}**")
            if code not in table.index:
                st.markdown(_("No meeting of this format in the years selected."))
                continue
            for row in rows(table.loc[[code]]):
                st.markdown("  \n".join(cadence_lines(row)))


def cadence_lines(row: Any) -> list[str]:
    """A row of the cadence table in words, as lines of Markdown."""
    met = _("**{meetings}**, {first} to {last}").format(
        meetings=counted(row.meetings, "meeting"),
        first=written_year(row.first.year),
        last=written_year(row.last.year),
    )
    if pd.isna(row.median_days):
        interval = _("no interval yet")
    else:
        interval = _("median {median} days, longest {longest}").format(
            median=f"{row.median_days:,.0f}", longest=f"{row.longest_days:,}"
        )
    late = row.overdue is not pd.NA and row.overdue
    since = _("{days} days since the last · :orange[overdue]") if late else _("{days} days since the last")
    return [FORMAT_LABELS[row.format], met, interval, since.format(days=f"{row.days_since_last:,}")]


def series(visit: Visit) -> None:
    """The series by calendar or by ordinal."""
    align = parts.choice(
        "align",
        _("Lay the series side by side by"),
        {"calendar": _("Calendar"), "ordinal": _("Ordinal")},
    )
    steps = intervals(visit.series)
    for kind, its_steps in steps.groupby("format", sort=False):
        counts = its_steps["partner"].value_counts()
        by_ordinal = align == "ordinal"
        if by_ordinal:
            heading = _("{format}: the series from their first meeting on")
            reading = _("Years since the first meeting of each series, by position in it.")
        else:
            heading = _("{format}: the series on the calendar")
            reading = _("Position of each meeting in its series, counted within the years selected.")
        parts.chart(
            visit,
            series_chart(its_steps, visit.shared.names, by_ordinal=by_ordinal),
            key=f"series-{kind}",
            heading=heading.format(format=FORMAT_LABELS[kind]),
            reading=reading,
            alt=joined(
                (
                    _("{partner}: {meetings}").format(
                        partner=visit.shared.names[code], meetings=counted(int(number), "meeting")
                    )
                    for code, number in counts.items()
                ),
                SEMICOLON,
            ),
            table=partial(series_table, visit, its_steps),
        )


def series_table(visit: Visit, steps: pd.DataFrame) -> pd.DataFrame:
    """The meetings of a series with their intervals, as readers see them."""
    names = steps["partner"].map(visit.shared.names)
    return steps.drop(columns=["format", "previous_id"]).assign(partner=names)


def agreement_ladder(visit: Visit, codes: list[str]) -> None:
    """How far each chosen partner got with the four legal agreements."""
    rungs = ladder(visit.record).set_index(["type", "partner"])
    st.subheader(_("Agreement ladder"), anchor=False)
    parts.note(
        _("Status as of {date}, whatever years are selected.").format(
            date=written_date(visit.record.about.coverage_end)
        )
    )
    table = pd.DataFrame(
        {
            as_markdown(visit.shared.names[code]): [rung(rungs.loc[(kind, code)]) for kind in LADDER]
            for code in codes
        },
        index=[TYPE_LABELS[kind] for kind in LADDER],
    )
    st.table(table)


def rung(step: pd.Series) -> str:
    """One cell of the ladder."""
    return standing(step["status"], step["event"], step["date"], step["precision"])


def topics(visit: Visit, codes: list[str]) -> None:
    """Shares, distinctive and shared topics, similarity."""
    coded = coded_by(visit.selected, "partner")
    codes = [code for code in codes if code in coded.index]
    if len(codes) < 2:
        st.info(_("Fewer than two of these partners have meetings with coded cooperation areas here."))
        return
    profile = topic_profile(visit.selected)
    labels = visit.shared.topics
    weight = profile.groupby("topic_id")["share"].mean().sort_values(ascending=False, kind="stable")
    drawn = [(topic, labels[topic]) for topic in weight.index[:TOPICS_SHOWN]]
    small = joined(f"{as_markdown(visit.shared.names[code])} {coded[code]}" for code in codes)
    parts.chart(
        visit,
        profiles(profile, drawn, codes, visit.shared.names),
        key="topic-profiles",
        heading=_("Share of meetings that took up a cooperation area"),
        reading=_(
            "The {number} areas with the highest mean share. Bars are Wilson 95 % intervals: "
            "the numbers of coded meetings are small ({counts}), so read differences with care."
        ).format(number=len(drawn), counts=small),
        alt=joined(
            (
                _("{partner} {area} {number} of {coded}").format(
                    partner=visit.shared.names[row.partner],
                    area=labels[row.topic_id],
                    number=row.meetings,
                    coded=row.coded_meetings,
                )
                for row in rows(profile[profile["topic_id"].isin(weight.index[:4])])
            ),
            SEMICOLON,
        ),
        table=partial(profile_table, visit, profile),
        labels={
            "difference_pp": _("Against the others (pp)"),
            "coded_meetings": _("Of coded meetings"),
        },
    )
    distinctive(visit, profile, codes)
    alike(visit)


def profile_table(visit: Visit, profile: pd.DataFrame) -> pd.DataFrame:
    """Shares with their intervals, as readers see them."""
    named = profile.assign(
        area=profile["topic_id"].map(visit.shared.topics), partner=profile["partner"].map(visit.shared.names)
    ).rename(columns={"share_low": "lower_95", "share_high": "upper_95"})
    columns = ["area", "partner", "meetings", "coded_meetings", "share", "lower_95", "upper_95"]
    return named[[*columns, "difference_pp"]]


def distinctive(visit: Visit, profile: pd.DataFrame, codes: list[str]) -> None:
    """What sets each partner apart, and what all have in common."""
    st.subheader(_("Distinctive and shared areas"), anchor=False)
    parts.note(
        _(
            "Distinctive: share with this partner minus share with the other chosen partners together, "
            "in percentage points (pp), with both counts."
        )
    )
    for column, code in zip(st.columns(len(codes)), codes, strict=True):
        own = profile[(profile["partner"] == code) & (profile["difference_pp"] > 0)]
        own = own.sort_values("difference_pp", ascending=False, kind="stable").head(5)
        column.markdown(f"**{as_markdown(visit.shared.names[code])}**")
        column.markdown(
            "\n".join(
                _(
                    "- {area}: +{difference} pp ({number} of {coded}, others {other_number} of {other_coded})"
                ).format(
                    area=as_markdown(visit.shared.topics[row.topic_id]),
                    difference=f"{row.difference_pp:.0f}",
                    number=row.meetings,
                    coded=row.coded_meetings,
                    other_number=row.other_meetings,
                    other_coded=row.other_coded_meetings,
                )
                for row in rows(own)
            )
            or _("No area stands out.")
        )
    met = profile[profile["meetings"] > 0].groupby("topic_id")["partner"].nunique()
    shared = [visit.shared.topics[topic] for topic in met[met == len(codes)].index]
    st.markdown(
        _("**Shared by all {number}** ({areas}): {names}").format(
            number=len(codes),
            areas=counted(len(shared), "area"),
            names=as_markdown(joined(shared)) or _("none"),
        )
    )


def alike(visit: Visit) -> None:
    """Similarity of each pair."""
    pairs = similarity(visit.selected)
    st.subheader(_("Similarity"), anchor=False)
    parts.note(
        _(
            "Cosine of the two vectors of topic shares: 1 means the same areas in the same proportion, "
            "0 no area in common."
        )
    )
    names = visit.shared.names
    st.markdown(
        "\n".join(
            _(
                "- {one} and {other}: **{cosine}** "
                "(from {coded_one} and {coded_other} coded meetings, {shared})"
            ).format(
                one=as_markdown(names[row.partner_a]),
                other=as_markdown(names[row.partner_b]),
                cosine=f"{row.cosine:.2f}",
                coded_one=row.coded_a,
                coded_other=row.coded_b,
                shared=counted(row.shared_topics, "shared area"),
            )
            for row in rows(pairs)
        )
    )


visit = current()
parts.title(visit, _("Partners"), _("How do partners compare?"))
parts.stop_if_empty(visit)
chosen = visit.lanes(set(visit.selection.partners))
if 2 <= len(chosen) <= 4:
    side_by_side(visit, chosen)
    series(visit)
    agreement_ladder(visit, chosen)
    topics(visit, chosen)
else:
    how_to_compare(visit)
all_partners(visit)
