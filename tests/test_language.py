"""Two languages: every word of the pages in both, one meaning of a link, and signs that are not boxes."""

from __future__ import annotations

import ast
import gzip
import importlib
import json
import pkgutil
import re
import string
import tomllib
import urllib.request
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from browsing import at_rest
from fontTools.ttLib import TTFont
from markdown_it import MarkdownIt
from playwright.sync_api import expect
from server import Server
from small_record import edit_descriptor, meeting, write_record
from streamlit.testing.v1 import AppTest

import twoplustwo
from twoplustwo import Record, Selection
from twoplustwo.dashboard.navigation import TITLES
from twoplustwo.dashboard.server import document
from twoplustwo.labels import localized, written_date, written_dates
from twoplustwo.language import LANGUAGES, Labels, _, catalogue, marked, ngettext, speaking
from twoplustwo.locale import fonts
from twoplustwo.locale.messages import Message, in_code, path_of, renewed, save
from twoplustwo.selection import View, Vocabulary, as_params, read_link

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "twoplustwo" / "dashboard" / "script.py"
OTHERS = [code for code in LANGUAGES if code != "en"]
MESSAGES = list(in_code())
DAY = pd.Timestamp("2015-01-21")


# --- the catalogue ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_the_messages_of_the_code_and_no_others_sorted_and_with_their_places(
    language: str, tmp_path: Path
):
    save(renewed(language), tmp_path / "renewed.po")
    renewed_text = (tmp_path / "renewed.po").read_text("utf-8")
    assert path_of(language).read_text("utf-8") == renewed_text, "run python -m twoplustwo.locale.messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_for_sure(language: str):
    found = [message for message in renewed(language) if message.id]
    assert len(found) > 300
    strings = [[message.string] if isinstance(message.string, str) else message.string for message in found]
    assert not [m.id for m, said in zip(found, strings, strict=True) if not said or not all(said)]
    assert not [message.id for message in found if message.fuzzy]


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _form in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_message(language: str):
    for message in renewed(language):
        if not message.id:
            continue
        singular, *plural = [message.id] if isinstance(message.id, str) else message.id
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        expected = placeholders(singular).union(*map(placeholders, plural))
        assert all(placeholders(text) == expected for text in said), message.id


def test_a_message_is_no_fragment_to_be_glued():
    separators = {", ", "; ", " or ", " and on "}
    for message in MESSAGES:
        for text in filter(None, (message.singular, message.plural)):
            assert text in separators or text == text.strip(), text
            assert re.search(r"\w", text) or text in separators, text


def test_both_forms_of_a_count_differ_and_hold_the_number():
    counts = [message for message in MESSAGES if message.plural]
    assert counts
    for message in counts:
        assert message.singular != message.plural or "{number}" not in message.singular
        assert "{number}" in message.singular
        assert "{number}" in message.plural


def test_no_message_hides_in_a_formatted_string_where_it_would_not_be_found():
    for path in [*ROOT.glob("pages/*.py"), *ROOT.glob("twoplustwo/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
                said = [call for call in calls if call.args and isinstance(call.args[0], ast.Constant)]
                named = {call.func.id for call in said if isinstance(call.func, ast.Name)}
                assert not named & {"_", "ngettext", "marked"}, f"{path}:{node.lineno}"


def test_bold_words_and_links_survive_in_every_translation():
    markdown = MarkdownIt()
    for sample in ("日本", "（EU）", "1"):
        for message in renewed("ja"):
            for text in [message.string] if isinstance(message.string, str) else message.string:
                if "**" in text or "](" in text:
                    shown = markdown.render(text.format(**dict.fromkeys(placeholders(text), sample)))
                    assert "**" not in shown, text
                    assert "](" not in shown, text


# --- labels -----------------------------------------------------------------------------------


def all_labels() -> dict[str, Labels]:
    """Every dictionary of labels in the package and the pages, by where it stands."""
    names = [name for _finder, name, _is in pkgutil.walk_packages(twoplustwo.__path__, "twoplustwo.")]
    found = {}
    for name in names:
        if name in {"twoplustwo.__main__", "twoplustwo.dashboard.script"}:  # these run when imported
            continue
        module = importlib.import_module(name)
        found |= {f"{name}.{key}": value for key, value in vars(module).items() if isinstance(value, Labels)}
    return found


def test_every_label_has_a_word_of_its_own_language():
    labels = all_labels()
    assert len(labels) > 15
    for place, dictionary in labels.items():
        english = dict(dictionary)
        with speaking("ja"):
            japanese = dict(dictionary)
        same = {code for code in english if english[code] == japanese[code]}
        # The last says a date that is known to the day, with nothing to add.
        assert same <= {"id"} or (place.endswith("KNOWN_TO") and same == {"day"}), place


def test_a_label_is_read_in_the_language_of_the_reader_in_frames_too():
    labels = Labels({"a": marked("Signed"), "b": marked("Signed", "step")})
    assert (labels["a"], labels["b"]) == ("Signed", "Signed")
    with speaking("ja"):
        assert pd.Series(["a", "b"]).map(labels).tolist() == ["署名済み", "署名"]
    assert pd.Series(["a", "b"]).map(labels).tolist() == ["Signed", "Signed"]


def test_a_message_is_english_unless_another_language_is_spoken():
    assert _("Overview") == "Overview"
    assert ngettext("{number} meeting", "{number} meetings", 1) == "{number} meeting"
    with speaking("ja"):
        assert _("Overview") == "概要"
        assert ngettext("{number} meeting", "{number} meetings", 1) == "会合{number}回"
        with speaking("en"):
            assert _("Overview") == "Overview"
        assert _("Overview") == "概要"
    assert catalogue("ja") is catalogue("ja")


@pytest.mark.parametrize(
    ("precision", "written"), [("day", "2015年1月21日"), ("month", "2015年1月"), ("year", "2015年")]
)
def test_a_japanese_date_is_written_as_far_as_it_is_known(precision: str, written: str):
    with speaking("ja"):
        assert written_date(DAY, precision) == written


def test_japanese_days_of_a_meeting_are_joined_as_in_japanese():
    with speaking("ja"):
        assert written_dates(DAY, DAY + pd.Timedelta(days=1)) == "2015年1月21日～2015年1月22日"


# --- the record -------------------------------------------------------------------------------


def test_the_record_in_japanese_has_its_codes_and_texts_and_japanese_names(record: Record, unchanged):
    japanese = localized(record, "ja")
    assert localized(record, "ja") is japanese
    assert localized(record, "en") is record
    assert japanese.name_of("GBR") == "英国"
    assert japanese.topics.set_index("topic_id")["label"]["cyber"] == "サイバー"
    assert not set(japanese.topics["theme"]) & set(record.topics["theme"])
    for name in ("partners", "topics"):
        key = {"partners": "partner", "topics": "topic_id"}[name]
        assert japanese.tables()[name][key].tolist() == record.tables()[name][key].tolist()
    for name in ("mentions", "agreements", "agreement_events", "sources"):
        assert japanese.tables()[name] is record.tables()[name]
    assert japanese.meetings.drop(columns="city").equals(record.meetings.drop(columns="city"))
    places = dict(zip(japanese.meetings["meeting_id"], japanese.meetings["city"], strict=True))
    assert (places["usa-1994-03-11"], places["gbr-2015-01-21"]) == ("東京", "ロンドン")
    assert "2026" in japanese.about.coverage_note
    assert not re.search("[A-Za-z]", japanese.about.coverage_note)
    unchanged()


def test_a_record_without_a_japanese_note_on_its_coverage_shows_the_english_one(tmp_path: Path):
    folder = write_record(tmp_path / "record", meetings=[meeting("GBR", "2015-01-21")])
    coverage = {"start": "1994-01-01", "end": "2026-05-31", "note": "All that was found."}
    edit_descriptor(folder, coverage=coverage)
    assert localized(twoplustwo.load(folder), "ja").about.coverage_note == "All that was found."
    edit_descriptor(folder, coverage=coverage | {"note_ja": "見つかったものすべて。"})
    record = twoplustwo.load(folder)
    assert record.about.coverage_note == "All that was found."
    assert localized(record, "ja").about.coverage_note == "見つかったものすべて。"


@pytest.mark.parametrize(
    "text",
    [
        "クイーンズクリフ",
        "queenscliff",
        "英国",
        "United Kingdom",
        "中谷",
        "Nakatani",
        "オーストラリア マールズ",
        "gen nakatani",
    ],
)
def test_a_text_finds_the_same_in_both_languages(text: str, record: Record):
    selection = Selection(text=text)
    found = selection.apply(record).meetings["meeting_id"].tolist()
    assert found
    assert selection.apply(localized(record, "ja")).meetings["meeting_id"].tolist() == found


def test_a_name_in_japanese_finds_what_the_english_one_finds(record: Record):
    def found(text: str) -> list[str]:
        return Selection(text=text).apply(record).meetings["meeting_id"].tolist()

    assert found("中谷元") == found("Gen Nakatani")
    seats = record.participants
    assert set(found("中谷元")) <= set(seats.loc[seats["name"] == "Gen Nakatani", "meeting_id"])


# --- links ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabulary(record: Record) -> Vocabulary:
    return Vocabulary.of(record)


def test_the_language_goes_along_in_links_and_selects_nothing(vocabulary: Vocabulary):
    view = View.of("timeline", Selection(partners=("GBR",)), {"id": ("gbr-2015-01-21",)}, "ja")
    assert view.to_query() == "partner=GBR&id=gbr-2015-01-21&lang=ja"
    assert view.carried() == [("partner", "GBR"), ("lang", "ja")]
    assert "&lang=ja&v=" in view.share_query(vocabulary)
    link = read_link("timeline", as_params(view.pairs()), vocabulary)
    assert (link.view, link.problems) == (view, ())
    assert link.view.selection == Selection(partners=("GBR",))


@pytest.mark.parametrize("page", TITLES)
@pytest.mark.parametrize(("said", "meant"), [("en", "en"), ("ja", "ja"), ("JA", "ja"), (" ja ", "ja")])
def test_every_page_takes_each_language(page: str, said: str, meant: str, vocabulary: Vocabulary):
    link = read_link(page, {"lang": [said]}, vocabulary)
    assert (link.view.language, link.problems) == (meant, ())


def test_english_is_left_out_of_links(vocabulary: Vocabulary):
    assert read_link("overview", {"lang": ["en"]}, vocabulary).view.to_query() == ""


@pytest.mark.parametrize("said", ["xx", "", "ja-JP", "日本語"])
def test_an_unknown_language_is_named_and_english_is_spoken(said: str, vocabulary: Vocabulary):
    link = read_link("overview", {"lang": [said]}, vocabulary)
    assert link.view.language == "en"
    assert [problem.parameter for problem in link.problems] == ["lang"]


def test_what_a_japanese_link_could_not_mean_is_said_in_japanese(vocabulary: Vocabulary):
    link = read_link("overview", {"lang": ["ja"], "partner": ["XXX"]}, vocabulary)
    with speaking("ja"):
        assert [problem.message for problem in link.problems] == [
            "partner=“XXX”はこの記録にありません。無視しました。"
        ]


# --- the code ---------------------------------------------------------------------------------

SHOWN = {
    "st": {
        "title", "header", "subheader", "markdown", "info", "warning", "error", "toast", "button", "metric",
        "expander", "tabs", "multiselect", "slider", "text_input", "selectbox", "segmented_control", "pills",
        "link_button", "download_button",
    },
    "parts": {"title", "note", "figure", "chart", "choice", "choices", "date_column"},
    "share": {"fold"},
}  # fmt: skip
NOT_SHOWN = {
    "anchor",
    "args",
    "key",
    "icon",
    "width",
    "on_change",
    "on_click",
    "selection_mode",
    "mime",
    "gap",
    "format",
}
AS_IT_IS = {"CSV", "Excel", "JSON", "Parquet", "PNG", "SVG", "BibTeX", "RIS", "CSL-JSON", "Markdown", "HTML"}
AS_IT_IS |= {"Two Plus Two", "**Two Plus Two**", ":small[:gray["}


def bare_words(path: Path) -> list[str]:
    """Words in what is shown that no message has, with their lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
        if node.func.attr not in SHOWN.get(owner, ()):
            continue
        shown = [*node.args, *(word.value for word in node.keywords if word.arg not in NOT_SHOWN)]
        if owner == "parts" and node.func.attr in {"choice", "choices"}:
            shown = shown[1:]  # the name of the option, a code
        for part in shown:
            said = [inner for inner in literals(part) if re.search(r"[A-Za-z]{2}", inner)]
            found += [f"{path.name}:{node.lineno} {text}" for text in said if text not in AS_IT_IS]
    return found


def literals(node: ast.AST) -> list[str]:
    """Texts of an expression that are shown as they stand: not messages, keys, codes or arguments."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Call):
        of_text = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant)
        return literals(node.func.value) if of_text else []
    if isinstance(node, ast.JoinedStr):
        return [text for part in node.values if isinstance(part, ast.Constant) for text in literals(part)]
    if isinstance(node, ast.Dict):
        return [text for value in node.values for text in literals(value)]
    if isinstance(node, ast.BinOp | ast.IfExp | ast.List | ast.Tuple | ast.BoolOp):
        parts = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.Compare)]
        return [text for part in parts for text in literals(part)]
    return []


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("pages/*.py")), *sorted(ROOT.glob("twoplustwo/dashboard/*.py"))],
    ids=lambda path: path.stem,
)
def test_pages_show_no_word_that_is_not_a_message(path: Path):
    assert bare_words(path) == []


def test_a_word_that_is_not_a_message_is_found(tmp_path: Path):
    page = tmp_path / "page.py"
    page.write_text(
        'st.info("Nothing here")\nparts.note(f"{number} things")\nst.button(_("Right"), key="wrong")\n'
    )
    assert bare_words(page) == ["page.py:1 Nothing here", "page.py:2  things"]


# --- the pages --------------------------------------------------------------------------------

OPENED = {
    "overview": ["", "format=all", "partner=GBR&from=2024&to=2025", "lang=ja&partner=XXX&v=2026.11.0"],
    "timeline": ["context=cabinet&context=event&id=gbr-2015-01-21", "format=all&id=gbr-acsa-2017"],
    "partners": ["", "partner=GBR&partner=AUS", "partner=GBR&partner=AUS&align=ordinal&format=all"],
    "topics": ["", "measure=count"],
    "agreements": ["types=all&id=gbr-acsa-2017", "format=summit&topic=cyber&from=2015&to=2016"],
    "meetings": ["id=gbr-2016-01-08", "id=gbr-acsa-2017", "id=gen-nakatani", "id=gbr-2015-01-22"],
    "method": [""],
}
# What a Japanese reader sees in Latin letters, besides texts and codes of the record, and why.
LATIN = {
    "names": {"Two Plus Two", "English", "Wilson"},
    "formats of files": {"CSV", "Excel", "JSON", "Parquet", "PNG", "SVG", "BibTeX", "RIS", "CSL", "HTML"},
    "terms that Japanese writes so": {"Markdown", "API", "MIT", "BY", "ics", "zip", "json", "CC"},
    "parameters of links": {"partner", "lang", "from", "id", "XXX"},
    "organisations and programmes": {"ASEAN", "CBRN", "NATO", "EU", "WPS", "AUKUS", "TICAD", "NPT", "IAEA",
                                     "WTO", "GCAP", "APEC", "OSA", "ISR", "AI", "ACSA"},
    "codes of the codebook": set(TITLES),
}  # fmt: skip


@cache
def record_texts() -> tuple[set[str], str]:
    """The texts of the record and its description, with the pieces that pages cut; and all in one."""
    record = twoplustwo.load()
    texts: set[str] = set()
    for name, frame in record.tables().items():
        texts |= {name, *map(str, frame.columns)}
        for column in frame.columns:
            if pd.api.types.is_string_dtype(frame[column]):
                texts.update(frame[column].dropna())
    stack: list[Any] = [json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            texts.add(part)
        else:
            stack += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    pieces = {piece for text in texts for piece in (text, *re.split(r"; ?|\|", text))}
    pieces |= {run for text in texts for run in latin_runs(text)}
    pieces |= {word for title in record.context_events["title"] for word in title.split()}
    return pieces, "\n".join(re.sub(r"\s+", " ", text) for text in texts)


def latin_runs(text: str) -> list[str]:
    """The stretches of a text between signs of Japanese, each without the signs around it."""
    runs = re.split(r"[\u2010-\u206f\u2200-\u27bf\u3000-\uffef\n·•*\[\]]+", text)
    return [run.strip(" .,;:()/0123456789+%-…") for run in runs if re.search("[A-Za-z]{3}", run)]


def seen(visit: AppTest) -> list[str]:
    """Every text that a visitor sees or hears."""
    texts: list[str] = []
    for element in [*visit.main, *visit.sidebar]:
        texts += texts_of(element)
    return texts


def texts_of(element: Any) -> list[str]:
    kind = getattr(element, "type", "")
    if kind in {"code", "html", "arrow_data_frame"} or not hasattr(element, "proto"):
        return []
    proto = element.proto
    names = ("body", "label", "help", "placeholder", "value", "alt")
    texts = [value for name in names if isinstance(value := getattr(proto, name, ""), str)]
    texts += [text for text in getattr(proto, "options", []) if isinstance(text, str)]
    if kind == "plotly_chart":
        texts += strings(json.loads(proto.spec))
    return texts


def strings(value: Any, key: str = "") -> list[str]:
    """Texts of a figure."""
    if isinstance(value, str):
        shown = key in {"name", "text", "hovertext", "ticktext", "ticksuffix"}
        return [value] if shown else []
    if isinstance(value, dict):
        return [text for inner, part in value.items() for text in strings(part, inner)]
    return [text for part in value for text in strings(part, key)] if isinstance(value, list) else []


def plain(text: str) -> str:
    """What a reader sees of Markdown and of a chart's HTML."""
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = text.replace("-<br>", "-")
    text = re.sub(r":material/\w+:|:(small|gray|orange)(?=\[)|</?(b|br)>", " ", text).replace("\u2060", "")
    text = re.sub(r"\\([^\w\s])", r"\1", text)
    return text.replace("&amp;", "&").replace("&lt;", "<")


ALLOWED = {term for terms in LATIN.values() for term in terms} | set(twoplustwo.load().partners["partner"])


@cache
def left_in_english(text: str) -> tuple[str, ...]:
    """Stretches of English that are neither a text of the record nor allowed."""
    pieces, corpus = record_texts()
    left = []
    for run in latin_runs(re.sub(r"[^\S\n]+", " ", plain(text))):
        if run in pieces | ALLOWED or (run.count(" ") >= 3 and run in corpus):
            continue
        words = run.split(" ")  # a place and a name, from two lines of a chart
        if any({" ".join(words[:at]), " ".join(words[at:])} <= pieces for at in range(1, len(words))):
            continue
        if words := [word for word in re.findall("[A-Za-z]{3,}", run) if word not in ALLOWED]:
            left.append(run if len(words) > 1 else words[0])
    return tuple(left)


@pytest.mark.parametrize(("page", "link"), [(page, link) for page, links in OPENED.items() for link in links])
def test_a_japanese_page_shows_no_english_but_texts_of_the_record(page: str, link: str):
    visit = AppTest.from_file(SCRIPT, default_timeout=60)
    visit.query_params.update(parse_qs(f"{link}&lang=ja", keep_blank_values=True) | {"lang": "ja"})
    if page != "overview":
        visit.switch_page(f"../../pages/{page}.py")
    visit.run()
    assert not visit.exception
    with speaking("ja"):
        assert visit.title[0].value == TITLES[page]
    texts = seen(visit)
    assert len(texts) > 30
    english = {text: words for text in texts if (words := left_in_english(text))}
    assert english == {}
    headers = [
        settings.get("label", "")
        for table in visit.dataframe
        for settings in json.loads(table.proto.columns or "{}").values()
    ]
    assert not [header for header in headers if left_in_english(header)]
    cells = {
        cell
        for table in visit.dataframe
        for column in table.value
        if pd.api.types.is_string_dtype(table.value[column])
        for cell in table.value[column].dropna()
    }
    assert [cell for cell in cells if left_in_english(cell)] == []


# --- signs ------------------------------------------------------------------------------------


@cache
def signs_of(weight: str) -> set[str]:
    """The signs that the files of a weight have."""
    found: set[str] = set()
    for signs in ({"x"}, set(fonts.NAME)):
        font = TTFont(fonts.FOLDER / fonts.file_name(weight, signs))
        found.update(map(chr, font.getBestCmap()))
    return found


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_the_typeface_has_every_sign_of_the_messages_and_of_the_record(weight: str):
    assert {"協", "、", "々"} <= fonts.in_use()
    assert fonts.in_use() <= signs_of(weight)


def test_the_regular_typeface_has_what_visitors_may_write_too():
    assert len(fonts.in_reserve()) > 3000
    assert fonts.in_reserve() <= signs_of("Regular")


def test_the_files_of_the_typeface_stay_small_and_have_their_licence_beside_them():
    files = list(fonts.FOLDER.glob("*.woff2"))
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 700_000
    assert "SIL OPEN FONT LICENSE" in (fonts.FOLDER / "OFL.txt").read_text("utf-8")


def test_the_settings_ask_the_typeface_for_the_signs_that_it_is_made_for():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    large, small = fonts.css_ranges()
    faces = settings["theme"]["fontFaces"]
    assert {face["unicodeRange"] for face in faces if "-name" in face["url"]} == {small}
    assert {face["unicodeRange"] for face in faces if "-name" not in face["url"]} == {large}
    for face in faces:
        assert (fonts.FOLDER / face["url"].removeprefix("app/static/")).is_file()
        assert face["family"] in settings["theme"]["font"]
    assert settings["server"]["enableStaticServing"] is True


def test_messages_know_their_places():
    assert Message("Overview", "", "", "twoplustwo/dashboard/navigation.py", 0)[:4] in [
        message[:4] for message in MESSAGES
    ]


# --- in a browser -----------------------------------------------------------------------------


def test_the_switch_keeps_page_filters_and_record_and_back_returns(browser: Browser, server: Server):
    page = browser.new_page()
    page.goto(f"{server.address}/meetings?partner=GBR&id=gbr-2015-01-21")
    at_rest(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="日本語").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("会合")
    at_rest(page)
    assert parse_qs(page.url.partition("?")[2]) == {
        "partner": ["GBR"],
        "id": ["gbr-2015-01-21"],
        "lang": ["ja"],
    }
    assert page.evaluate("document.documentElement.lang") == "ja"
    page.get_by_role("link", name="概要", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("概要")
    assert "lang=ja" in page.url
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meetings")
    page.close()


@pytest.mark.parametrize(("address", "large"), [("/", 0), ("/?lang=ja", 2)])
def test_only_a_page_in_japanese_fetches_the_typeface(
    address: str, large: int, browser: Browser, server: Server
):
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(server.address + address)
    at_rest(page)
    page.evaluate("document.fonts.ready.then(() => null)")
    fetched = {name for name in asked if name.startswith("noto-sans-jp")}
    assert fetched
    assert len({name for name in fetched if "-name" not in name}) == large
    page.context.close()


def test_the_document_comes_in_its_language(server: Server):
    assert '<html lang="ja">' in document("timeline", "ja")
    assert "<title>年表 · Two Plus Two</title>" in document("timeline", "ja")
    assert '<html lang="en">' in document("timeline")
    request = urllib.request.Request(
        f"{server.address}/timeline?lang=ja", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert gzip.decompress(answer.read()).decode() == document("timeline", "ja")
