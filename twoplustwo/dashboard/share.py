"""Share, cite and take away what is on screen."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from twoplustwo import citation, export
from twoplustwo.dashboard.visit import Visit
from twoplustwo.labels import as_markdown, filters_in_words, joined
from twoplustwo.language import ENGLISH, _, speaking

PARQUET = "application/vnd.apache.parquet"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def controls(visit: Visit, page_title: str) -> None:
    """The two controls of every page: share and cite, and download."""
    _share(visit, page_title)
    _download(visit)


OPEN = 704  # px; on a phone all there is


def fold(label: str, *, icon: str, key: str, width: int) -> ExpanderContainer:
    """Something that opens where it stands, closed so many pixels wide.

    A popover would look lighter, but Streamlit puts its content at the end of the page, where somebody
    with a keyboard gets after all the rest.
    """
    with st.container(key=f"fold_{key}", width=OPEN if st.session_state.get(key) else width):
        return st.expander(label, icon=icon, key=key, on_change="rerun")


def _share(visit: Visit, page_title: str) -> None:
    opened = fold(_("Share and cite"), icon=":material/share:", key="share", width=180)
    if not opened.open:
        return
    link = visit.share_address()
    about = _provenance(visit)
    label = _("{page}: {filters} (Two Plus Two)").format(page=page_title, filters=_words(visit))
    cited = citation.of_view(visit.original.record, visit.view, link, about.words)
    with opened:
        st.markdown(_("**Link to exactly this view**, with years and data version written out"))
        st.code(link, language=None, wrap_lines=True)
        forms = st.tabs([_("Citation"), "Markdown", "HTML", _("Embed"), _("Data")])
        with forms[0]:
            _citation(visit, cited, key="cite")
        with forms[1]:
            st.code(f"[{as_markdown(label)}]({link})", language=None, wrap_lines=True)
        with forms[2]:
            st.code(f'<a href="{html.escape(link)}">{html.escape(label)}</a>', language=None, wrap_lines=True)
        with forms[3]:
            st.code(
                f'<iframe src="{html.escape(visit.share_address(embed=True))}" '
                f'title="{html.escape(label)}" width="100%" height="900" loading="lazy"></iframe>',
                language=None,
                wrap_lines=True,
            )
        with forms[4]:
            st.markdown(
                _("The rows behind this view, from the data API (also `.json`, and the other tables)")
            )
            st.code(visit.api_address("meetings.csv"), language=None, wrap_lines=True)


def cite_record(visit: Visit, kind: str, identifier: str) -> None:
    """Offer the citation of one meeting or agreement."""
    opened = fold(
        _("Cite this record"), icon=":material/format_quote:", key=f"cite_record_{identifier}", width=210
    )
    if not opened.open:
        return
    make = citation.of_meeting if kind == "meeting" else citation.of_agreement
    with opened:
        cited = make(visit.original.record, identifier, visit.record_address(identifier))
        _citation(visit, cited, key=f"cite_{identifier}")


def _citation(visit: Visit, cited: citation.Citation, *, key: str) -> None:
    """A citation to copy, and as files for reference managers."""
    today = datetime.now(UTC).date()
    st.code(citation.as_text(cited, today), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        for name, write, extension in (
            ("BibTeX", citation.as_bibtex, "bib"),
            ("RIS", citation.as_ris, "ris"),
            ("CSL-JSON", citation.as_csl_json, "json"),
        ):
            st.download_button(
                name,
                data=write(cited, today),
                file_name=export.file_name(visit.record, "citation", extension),
                key=f"{key}_{extension}",
                on_click="ignore",
            )


def cite_dataset(visit: Visit) -> None:
    """The citation of the whole record."""
    _citation(visit, citation.of_dataset(visit.record), key="cite_dataset")


def _provenance(visit: Visit) -> export.Provenance:
    """What files and citations state: in English, as the record is."""
    with speaking(ENGLISH):
        return export.Provenance.of(visit.original.record, visit.selection, visit.share_address())


def _words(visit: Visit) -> str:
    """The filters in the language of the page."""
    return joined(filters_in_words(visit.selection, visit.record, visit.shared.vocabulary))


def table_downloads(visit: Visit, table: pd.DataFrame, *, key: str) -> None:
    """A table as CSV, Excel, JSON and Parquet, each with version, selection and licence inside."""
    about = _provenance(visit)
    plain = table.reset_index(drop=True)
    for label, make, extension, kind in (
        ("CSV", partial(export.table_csv, plain, about), "csv", "text/csv"),
        ("Excel", partial(export.table_excel, {key: plain}, about), "xlsx", EXCEL),
        ("JSON", partial(export.table_json, plain, about), "json", "application/json"),
        ("Parquet", partial(export.table_parquet, plain, about), "parquet", PARQUET),
    ):
        st.download_button(
            label,
            data=make,
            file_name=export.file_name(visit.record, key, extension),
            mime=kind,
            key=f"{extension}_{key}",
            on_click="ignore",
            icon=":material/download:",
        )


def _download(visit: Visit) -> None:
    opened = fold(_("Download"), icon=":material/download:", key="download", width=150)
    if not opened.open:
        return
    from twoplustwo import brief, feeds  # what nobody opens is not imported

    about = _provenance(visit)
    selected = visit.original.select(visit.selection)
    files = {
        _("Brief (HTML, one file to attach or print)"): (
            lambda: brief.brief_html(
                visit.record, visit.selected, visit.series, visit.view, about, datetime.now(UTC).date()
            ).encode(),
            "brief.html",
            "text/html",
        ),
        _("Excel, all tables"): (
            lambda: export.table_excel(selected.tables(), about),
            "selection.xlsx",
            EXCEL,
        ),
        _("Meetings as CSV"): (
            lambda: export.table_csv(selected.meetings, about),
            "meetings.csv",
            "text/csv",
        ),
        _("Meetings as JSON"): (
            lambda: export.table_json(selected.meetings, about),
            "meetings.json",
            "application/json",
        ),
        _("Meetings as Parquet"): (
            lambda: export.table_parquet(selected.meetings, about),
            "meetings.parquet",
            PARQUET,
        ),
        _("Data Package (zip, all tables with codebook)"): (
            lambda: export.package_zip(selected, about),
            "data-package.zip",
            "application/zip",
        ),
        _("Calendar of the meetings (.ics)"): (
            lambda: feeds.calendar_ics(selected, about, visit.record_address),
            "meetings.ics",
            "text/calendar",
        ),
    }
    with opened:
        st.markdown(_("**What the filters leave**: {filters}").format(filters=as_markdown(_words(visit))))
        for label, (make, name, kind) in files.items():
            stem, extension = name.rsplit(".", 1)
            st.download_button(
                label,
                data=make,
                file_name=export.file_name(visit.record, stem, extension),
                mime=kind,
                key=f"download_{name}",
                on_click="ignore",
                width="stretch",
            )
