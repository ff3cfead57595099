"""How do partners compare?"""

from dataclasses import replace
from functools import partial

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
    TYPE_LABELS,
    as_markdown,
    counted,
    standing,
    written_date,
)
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
    st.subheader("All partners", anchor=False)
    parts.note(
        f"Days since the last meeting as of {written_date(visit.series.as_of)}; cadence counts whole "
        "series, so the filters on cooperation areas, evidence and text do not apply to it. Agreement "
        f"columns count what is in force as of {written_date(visit.record.about.coverage_end)}, "
        "whatever years are selected."
    )
    parts.data_table(
        shown,
        key="all-partners",
        labels={
            "median_days": "Median interval (days)",
            "longest_days": "Longest interval (days)",
            "days_since_last": "Days since the last",
            "coded_topics": "Areas coded",
        },
    )


def how_to_compare(visit: Visit) -> None:
    """What to do to see partners side by side."""
    st.markdown("Choose **two to four partners** in the filters to lay them side by side, for example:")
    pairs = [("AUS", "GBR"), ("AUS", "GBR", "FRA", "DEU"), ("IND", "IDN", "PHL")]
    with st.container(horizontal=True):
        for codes in pairs:
            if set(codes) <= set(visit.shared.names):
                wanted = replace(visit.selection, partners=codes)
                st.button(parts.names_of(visit, codes), on_click=show, args=(wanted,), key="-".join(codes))


def side_by_side(visit: Visit, codes: list[str]) -> None:
    """Cadence of each chosen partner as figures."""
    table = cadence(visit.series).set_index("partner")
    st.subheader("Cadence", anchor=False)
    parts.note(
        f"Days between consecutive meetings; days since the last as of {written_date(visit.series.as_of)}."
    )
    for column, code in zip(st.columns(len(codes)), codes, strict=True):
        with column:
            st.markdown(f"**{as_markdown(visit.shared.names[code])}**")
            if code not in table.index:
                st.markdown("No meeting of this format in the years selected.")
                continue
            for row in rows(table.loc[[code]]):
                st.markdown(
                    f"{FORMAT_LABELS[row.format]}  \n"
                    f"**{counted(row.meetings, 'meeting')}**, {row.first:%Y} to {row.last:%Y}  \n"
                    + (
                        "no interval yet  \n"
                        if pd.isna(row.median_days)
                        else f"median {row.median_days:,.0f} days, longest {row.longest_days:,}  \n"
                    )
                    + f"{row.days_since_last:,} days since the last"
                    + (" · :orange[overdue]" if row.overdue is not pd.NA and row.overdue else "")
                )


def series(visit: Visit) -> None:
    """The series by calendar or by ordinal."""
    align = parts.choice(
        "align", "Lay the series side by side by", {"calendar": "Calendar", "ordinal": "Ordinal"}
    )
    steps = intervals(visit.series)
    for kind, its_steps in steps.groupby("format", sort=False):
        counts = its_steps["partner"].value_counts()
        by_ordinal = align == "ordinal"
        parts.chart(
            visit,
            series_chart(its_steps, visit.shared.names, by_ordinal=by_ordinal),
            key=f"series-{kind}",
            heading=f"{FORMAT_LABELS[kind]}: the series "
            + ("from their first meeting on" if by_ordinal else "on the calendar"),
            reading="Years since the first meeting of each series, by position in it."
            if by_ordinal
            else "Position of each meeting in its series, counted within the years selected.",
            alt="; ".join(
                f"{visit.shared.names[code]}: {counted(int(number), 'meeting')}"
                for code, number in counts.items()
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
    st.subheader("Agreement ladder", anchor=False)
    parts.note(f"Status as of {written_date(visit.record.about.coverage_end)}, whatever years are selected.")
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
        st.info("Fewer than two of these partners have meetings with coded cooperation areas here.")
        return
    profile = topic_profile(visit.selected)
    labels = visit.shared.topics
    weight = profile.groupby("topic_id")["share"].mean().sort_values(ascending=False, kind="stable")
    drawn = [(topic, labels[topic]) for topic in weight.index[:TOPICS_SHOWN]]
    small = ", ".join(f"{as_markdown(visit.shared.names[code])} {coded[code]}" for code in codes)
    parts.chart(
        visit,
        profiles(profile, drawn, codes, visit.shared.names),
        key="topic-profiles",
        heading="Share of meetings that took up a cooperation area",
        reading=f"The {len(drawn)} areas with the highest mean share. Bars are Wilson 95 % intervals: "
        f"the numbers of coded meetings are small ({small}), so read differences with care.",
        alt="; ".join(
            f"{visit.shared.names[row.partner]} {labels[row.topic_id]} {row.meetings} of {row.coded_meetings}"
            for row in rows(profile[profile["topic_id"].isin([topic for topic, _ in drawn[:4]])])
        ),
        table=partial(profile_table, visit, profile),
        labels={"difference_pp": "Against the others (pp)", "coded_meetings": "Of coded meetings"},
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
    st.subheader("Distinctive and shared areas", anchor=False)
    parts.note(
        "Distinctive: share with this partner minus share with the other chosen partners together, "
        "in percentage points (pp), with both counts."
    )
    for column, code in zip(st.columns(len(codes)), codes, strict=True):
        own = profile[(profile["partner"] == code) & (profile["difference_pp"] > 0)]
        own = own.sort_values("difference_pp", ascending=False, kind="stable").head(5)
        column.markdown(f"**{as_markdown(visit.shared.names[code])}**")
        column.markdown(
            "\n".join(
                f"- {as_markdown(visit.shared.topics[row.topic_id])}: +{row.difference_pp:.0f} pp "
                f"({row.meetings} of {row.coded_meetings}, "
                f"others {row.other_meetings} of {row.other_coded_meetings})"
                for row in rows(own)
            )
            or "No area stands out."
        )
    met = profile[profile["meetings"] > 0].groupby("topic_id")["partner"].nunique()
    shared = [visit.shared.topics[topic] for topic in met[met == len(codes)].index]
    st.markdown(
        f"**Shared by all {len(codes)}** ({counted(len(shared), 'area')}): "
        f"{as_markdown(', '.join(shared)) or 'none'}"
    )


def alike(visit: Visit) -> None:
    """Similarity of each pair."""
    pairs = similarity(visit.selected)
    st.subheader("Similarity", anchor=False)
    parts.note(
        "Cosine of the two vectors of topic shares: 1 means the same areas in the same proportion, "
        "0 no area in common."
    )
    names = visit.shared.names
    st.markdown(
        "\n".join(
            f"- {as_markdown(names[row.partner_a])} and {as_markdown(names[row.partner_b])}: "
            f"**{row.cosine:.2f}** (from {row.coded_a} and {row.coded_b} coded meetings, "
            f"{counted(row.shared_topics, 'shared area')})"
            for row in rows(pairs)
        )
    )


visit = current()
parts.title(visit, "Partners", "How do partners compare?")
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
