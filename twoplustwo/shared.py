"""The record as one server shares it: read and checked once, for the pages and the data API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from threading import Lock

from twoplustwo.analysis.meetings import partner_order
from twoplustwo.check import load
from twoplustwo.labels import localized, people_names
from twoplustwo.language import ENGLISH, speaking
from twoplustwo.record import Record, forget_views
from twoplustwo.selection import Selection, Vocabulary


@dataclass(frozen=True, eq=False)
class Shared:
    """The record and what follows from it alone."""

    record: Record
    vocabulary: Vocabulary
    partners: tuple[str, ...]
    """Codes in the order in which the series began."""
    first_year: int
    """Year of the first meeting, where the slider begins."""
    original: Shared | None = None
    """Where the record is shown in another language: the one with the record as it is written."""
    language: str = ENGLISH

    @lru_cache(maxsize=8)  # noqa: B019 - one instance lives as long as the server
    def in_language(self, language: str) -> Shared:
        """The same with the record's labels in a language; what is selected is counted out but once."""
        if language == self.language:
            return self
        return replace(self, record=localized(self.record, language), original=self, language=language)

    @cached_property
    def names(self) -> dict[str, str]:
        """Partner code -> name."""
        return dict(zip(self.record.partners["partner"], self.record.partners["name"], strict=True))

    @cached_property
    def topics(self) -> dict[str, str]:
        """Topic id -> label."""
        return dict(zip(self.record.topics["topic_id"], self.record.topics["label"], strict=True))

    @cached_property
    def people(self) -> dict[str, str]:
        """Name of a person as the record has it -> as it is shown."""
        with speaking(self.language):
            return people_names(self.record)

    def select(self, selection: Selection) -> Record:
        """The selected part of the record; visitors with the same selection share the work."""
        if self.original is not None:
            part = localized(self.original.select(selection), self.language)
        else:
            part = self._select(selection)
        for kept in (self.record, part):
            forget_views(kept.tables().values())
        return part

    @lru_cache(maxsize=64)  # noqa: B019 - one instance lives as long as the server
    def _select(self, selection: Selection) -> Record:
        return selection.apply(self.record)


_loading = Lock()


def shared() -> Shared:
    """Load the shipped record, once a process. Raises InvalidRecordError while it is not valid."""
    with _loading:
        return _load()


@cache
def _load() -> Shared:
    record = load()
    vocabulary = Vocabulary.of(record)
    first = record.meetings["date"].min().year if len(record.meetings) else vocabulary.first_year
    return Shared(record, vocabulary, tuple(partner_order(record)), first)
