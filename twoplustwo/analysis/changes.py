"""What a later data version has changed in a part of the record."""

from __future__ import annotations

import json
from functools import partial

import pandas as pd

from twoplustwo.labels import joined
from twoplustwo.language import ngettext, nmarked
from twoplustwo.record import Record, rows, version_key

VERSIONED = {"meetings": "meeting_id", "agreements": "agreement_id", "mentions": "meeting_id"}
WHAT = {"meetings": "name", "agreements": "title", "mentions": "topic_id"}
COUNTED = {
    ("meetings", "added"): nmarked("{number} meeting added", "{number} meetings added"),
    ("meetings", "revised"): nmarked("{number} meeting revised", "{number} meetings revised"),
    ("meetings", "retired"): nmarked("{number} meeting retired", "{number} meetings retired"),
    ("agreements", "added"): nmarked("{number} agreement added", "{number} agreements added"),
    ("agreements", "revised"): nmarked("{number} agreement revised", "{number} agreements revised"),
    ("agreements", "retired"): nmarked("{number} agreement retired", "{number} agreements retired"),
    ("mentions", "added"): nmarked("{number} mention added", "{number} mentions added"),
    ("mentions", "revised"): nmarked("{number} mention revised", "{number} mentions revised"),
    ("mentions", "retired"): nmarked("{number} mention retired", "{number} mentions retired"),
}
"""What changed how -> the words for so many of it."""


def changes_since(record: Record, version: str) -> pd.DataFrame:
    """The rows that were added, revised or retired after a data version.

    Returns columns ``table``, ``id`` (of the meeting or agreement), ``what`` (its name, or the
    cooperation area of a mention), ``change`` (``added``, ``revised`` or ``retired``) and ``version``
    of the change, newest version first. Of a part of the record, a mention is told as retired if its
    meeting is there, a meeting or an agreement if its partner is.
    """
    found = [_retired(record, version)]
    for table, key in VERSIONED.items():
        frame = record.tables()[table]
        added = frame["version_added"].map(partial(_is_later, than=version)).astype(bool)
        revised = frame["version_revised"].map(partial(_is_later, than=version)).astype(bool)
        for change, mask in (
            ("added", added.astype(bool)),
            ("revised", revised.astype(bool) & ~added.astype(bool)),
        ):
            part = frame[mask]
            found.append(
                pd.DataFrame(
                    {
                        "table": table,
                        "id": part[key],
                        "what": part[WHAT[table]],
                        "change": change,
                        "version": part[f"version_{change}"],
                    }
                )
            )
    changes = pd.concat(found, ignore_index=True)
    newest_first = changes["version"].map(version_key)
    order = sorted(changes.index, key=lambda index: newest_first[index], reverse=True)
    return changes.loc[order].reset_index(drop=True)


def _retired(record: Record, version: str) -> pd.DataFrame:
    gone = record.revisions[
        (record.revisions["action"] == "retired") & record.revisions["table"].isin(VERSIONED)
    ]
    found = []
    for revision in rows(gone[gone["version"].map(partial(_is_later, than=version)).astype(bool)]):
        was = json.loads(revision.was)
        scope, key = ("meetings", "meeting_id") if revision.table == "mentions" else ("partners", "partner")
        if (record.tables()[scope][key] == was[key]).any():
            place = VERSIONED[revision.table]
            found.append((revision.table, was[place], was[WHAT[revision.table]], "retired", revision.version))
    return pd.DataFrame(found, columns=["table", "id", "what", "change", "version"])


def versions(record: Record) -> pd.DataFrame:
    """The versions of the data that changed something, newest first, and how many rows each changed.

    Returns columns ``version``, ``date`` (its day), ``added``, ``revised`` and ``retired`` (counts of
    rows; a row is counted once, however many of its cells were revised).
    """
    once = record.revisions.drop_duplicates(["version", "table", "key", "action"])
    counts = once.groupby(["version", "date", "action"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["added", "revised", "retired"], fill_value=0).reset_index()
    counts = counts.sort_values("version", key=lambda names: names.map(version_key), ascending=False)
    return counts.rename_axis(columns=None).reset_index(drop=True)


def changes_in_words(changes: pd.DataFrame) -> str:
    """A count such as "2 meetings added, 1 mention revised"; empty if nothing changed."""
    counts = changes.groupby(["table", "change"]).size()
    return joined(
        ngettext(*words, counts[which]).format(number=f"{counts[which]:,}")
        for which, words in COUNTED.items()
        if which in counts.index
    )


def _is_later(version: str | float, than: str) -> bool:
    """Whether a version is later than another; a missing one is not."""
    return isinstance(version, str) and version_key(version) > version_key(than)
