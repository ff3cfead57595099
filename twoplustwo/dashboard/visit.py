"""What a visitor looks at right now: the view, and how it follows and moves the address bar.

The address is the truth. A run whose address means something else than the last view takes the
view from it (a deep link, Back, Forward); a run that a control has started writes the address.
So nothing needs to be remembered but the last view, and Back never lands in a loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from twoplustwo.language import speak
from twoplustwo.record import Record
from twoplustwo.selection import (
    PAGES,
    LinkProblem,
    OneOf,
    Selection,
    View,
    as_params,
    language_of,
    read_link,
)
from twoplustwo.shared import Shared, shared

HOME = "overview"
"""The page at the address without a path."""


@dataclass(frozen=True)
class Visit:
    """One run of the dashboard: what is to be shown, and what the link could not mean."""

    shared: Shared
    view: View
    problems: tuple[LinkProblem, ...]
    version: str | None
    """Data version that the link was made with, if it says so."""

    @property
    def record(self) -> Record:
        """The whole record, its labels in the language of this run."""
        return self.shared.record

    @property
    def original(self) -> Shared:
        """The record as it is written, for files and citations."""
        return self.shared.original or self.shared

    @property
    def selection(self) -> Selection:
        """The filters."""
        return self.view.selection

    @property
    def selected(self) -> Record:
        """The part of the record that the filters leave."""
        return self.shared.select(self.selection)

    @property
    def series(self) -> Record:
        """The part for cadence: whole series, by partners, years and formats alone."""
        return self.shared.select(self.selection.series())

    def share_address(self, *, embed: bool = False) -> str:
        """The link to exactly this view, with both years and the data version."""
        query = self.view.share_query(self.shared.vocabulary)
        return f"{self._base()}{_path(self.view.page)}?{query}{'&embed=true' if embed else ''}"

    def record_address(self, identifier: str) -> str:
        """The link to the record of a meeting, an agreement or a person."""
        named = View.of("meetings", Selection(), {"id": (identifier,)}, self.view.language)
        return f"{self._base()}meetings?{named.to_query()}"

    def api_address(self, file: str) -> str:
        """The address of a table of this selection in the data API, years and version written out."""
        query = View("method", self.selection).share_query(self.shared.vocabulary)
        return f"{self._base()}api/{file}?{query}"

    def _base(self) -> str:
        """Address of the dashboard as the visitor's browser knows it, with a slash at its end."""
        here = st.context.url or ""
        return here.removesuffix("/").removesuffix(_path(self.view.page)).removesuffix("/") + "/"

    @property
    def first_year(self) -> int | None:
        """First year selected; None if all are, be it said by a link that writes both ends out."""
        year = self.selection.from_year
        return year if year is not None and year > self.shared.vocabulary.first_year else None

    @property
    def last_year(self) -> int:
        """Last year selected, or of the record."""
        return self.selection.to_year or self.shared.vocabulary.last_year

    def lanes(self, present: set[str]) -> list[str]:
        """Those of the given partners, in the order in which the series began."""
        return [code for code in self.shared.partners if code in present]


def current() -> Visit:
    """The visit of this run; pages read it, the script sets it."""
    visit: Visit = st.session_state["visit"]
    return visit


def begin(page: str) -> Visit:
    """Work out what this run shows, before anything is drawn, and settle the address."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    speak(language_of(params))
    everything = shared()
    link = read_link(page, params, everything.vocabulary)
    by_control = st.session_state.pop("by_control", False)
    last = st.session_state.get("view")
    if link.view != last and not (by_control and last is not None and last.page == page):
        _fill_controls(link.view, everything)
    view = replace(_from_controls(page, link.view.selection, everything), language=link.view.language)
    if view != link.view:
        st.query_params.from_dict(as_params([*view.pairs(), *_kept_foreign(params)]))
    elif last is not None and last.page == page and last != view:
        # A link within one page changes what is read here, but not yet the address bar.
        st.query_params.from_dict(params)
    st.session_state["view"] = view
    in_words = everything.in_language(view.language)
    visit = Visit(in_words, view, link.problems if view == link.view else (), link.version)
    st.session_state["visit"] = visit
    return visit


def touched() -> None:
    """Callback of every control: this run was started by a control, not by an address."""
    st.session_state["by_control"] = True


def show(selection: Selection) -> None:
    """Callback: set the filters."""
    _fill_controls(replace(st.session_state["view"], selection=selection), shared())
    touched()


def set_option(name: str, *values: str) -> None:
    """Callback: set an option of the page, or with no value return it to its default."""
    st.session_state[f"option_{name}"] = list(values)
    touched()


def option_key(name: str) -> str:
    """Session key of the control that holds an option of the page."""
    return f"option_{name}"


def _fill_controls(view: View, everything: Shared) -> None:
    """Set every control to what the view says."""
    selection = view.selection
    st.session_state["partner"] = [code for code in everything.partners if code in selection.partners]
    st.session_state["years"] = _slider(selection, everything)
    st.session_state["exact_years"] = (selection.from_year, selection.to_year)
    st.session_state["format"] = list(selection.formats)
    st.session_state["topic"] = list(selection.topics)
    st.session_state["basis"] = list(selection.bases)
    st.session_state["text"] = selection.text
    for name, option in PAGES[view.page].items():
        values = list(view.option(name))
        # A control with one value holds it bare.
        st.session_state[option_key(name)] = values[0] if isinstance(option, OneOf) else values


def _from_controls(page: str, fallback: Selection, everything: Shared) -> View:
    """The view that the controls show; widgets that were never drawn keep the fallback."""
    state = st.session_state
    if "years" not in state:
        return View.of(page, fallback, {})
    shown = tuple(state["years"])
    exact: tuple[int | None, int | None] = state.get("exact_years", (None, None))
    before = _slider(replace(Selection(), from_year=exact[0], to_year=exact[1]), everything)
    # An end of the slider that was not moved keeps the exact year of the link, which may lie
    # beyond the slider, or be the slider's end written out.
    from_year = exact[0] if shown[0] == before[0] else _unless(shown[0], everything.first_year)
    to_year = exact[1] if shown[1] == before[1] else _unless(shown[1], everything.vocabulary.last_year)
    state["exact_years"] = (from_year, to_year)
    selection = Selection(
        partners=tuple(state["partner"]),
        from_year=from_year,
        to_year=to_year,
        formats=tuple(state["format"]),
        topics=tuple(state["topic"]),
        bases=tuple(state["basis"]),
        text=state["text"] or "",
    )
    return View.of(page, selection, _options(page))


def _options(page: str) -> dict[str, list[str]]:
    options = {}
    for name in PAGES[page]:
        value = st.session_state.get(option_key(name)) or []
        options[name] = [value] if isinstance(value, str) else list(value)
    return options


def _slider(selection: Selection, everything: Shared) -> tuple[int, int]:
    low, high = everything.first_year, everything.vocabulary.last_year
    first = low if selection.from_year is None else selection.from_year
    last = high if selection.to_year is None else selection.to_year
    return min(max(first, low), high), min(max(last, low), high)


def _path(page: str) -> str:
    return "" if page == HOME else page


def _unless(year: int, end: int) -> int | None:
    return None if year == end else year


def _kept_foreign(params: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Streamlit's own parameters stay in the address, so that an embedded page stays embedded."""
    return [(name, value) for name in ("embed", "embed_options") for value in params.get(name, ())]
