"""All messages of the code, and a catalogue brought up to them.

``python -m twoplustwo.locale.messages`` writes the catalogues again: new messages are added with nothing
said for them, those that are gone are dropped, and the translations stay. ``tests/test_language.py`` fails
while one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from twoplustwo.language import CATALOGUES, DOMAIN, ENGLISH, LANGUAGES

ROOT = CATALOGUES.parent.parent
CALLS = dict.fromkeys(("_", "marked", "ngettext", "nmarked", "counted"))


HEADER = """# The words of the dashboard. Placeholders in braces stay as they are.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


class Message(NamedTuple):
    """A message and the place where the code says it."""

    singular: str
    plural: str
    """Empty where it does not depend on a number."""
    context: str
    """Empty where the English words are clear by themselves."""
    file: str
    line: int


def in_code(root: Path = ROOT) -> Iterator[Message]:
    """Every message of the package, its templates and the pages."""
    for path in sorted([*root.glob("twoplustwo/**/*.py"), *root.glob("pages/*.py")]):
        name = path.relative_to(root).as_posix()
        with path.open("rb") as file:
            calls: Iterable[Any] = extract_python(file, CALLS, [], {})
            for line, call, said, _comments in calls:
                texts = [said] if isinstance(said, str) else [text or "" for text in said or ()]
                if message := _message(call, texts):
                    yield Message(*message, name, line)
    for path in sorted(root.glob("twoplustwo/templates/*.html")):
        name = path.relative_to(root).as_posix()
        with path.open("rb") as file:
            said_there: Iterable[Any] = babel_extract(file, ["_"], [], {})
            for line, _call, said, _comments in said_there:
                yield Message(said if isinstance(said, str) else said[0], "", "", name, line)


def _message(call: str, texts: list[str]) -> tuple[str, str, str] | None:
    """Singular, plural and context of a call; None where it says no message of its own."""
    if call == "counted":
        # counted(number, "meeting") says {number} meeting
        nouns = [text for text in texts if text]
        if not nouns:
            return None
        one, many = nouns[0], nouns[1] if len(nouns) > 1 else f"{nouns[0]}s"
        return f"{{number}} {one}", f"{{number}} {many}", ""
    if not texts or not texts[0]:
        return None
    second = texts[1] if len(texts) > 1 else ""
    if call in {"ngettext", "nmarked"}:
        return texts[0], second, ""
    return texts[0], "", second if call == "marked" else ""


def path_of(language: str) -> Path:
    """The file with the messages of a language."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def renewed(language: str) -> Catalog:
    """The catalogue of a language with exactly the messages of the code."""
    path = path_of(language)
    if path.is_file():
        with path.open("rb") as file:
            before = read_po(file, locale=language)
    else:
        before = Catalog(locale=language)
    catalog = Catalog(locale=language)
    for message in in_code():
        identifier = (message.singular, message.plural) if message.plural else message.singular
        known = before.get(message.singular, message.context or None)
        said = known.string if known and known.pluralizable == bool(message.plural) else None
        catalog.add(
            identifier,
            said,
            locations=[(message.file, message.line)],
            context=message.context or None,
        )
    return catalog


def save(catalog: Catalog, path: Path) -> None:
    """Write a catalogue, sorted by message, with the files that say each."""
    header = HEADER.format(language=catalog.locale_identifier, plurals=catalog.plural_forms)
    with path.open("wb") as file:
        file.write(header.encode("utf-8"))
        write_po(file, catalog, width=108, sort_output=True, include_lineno=False, omit_header=True)


def main() -> None:
    """Write the catalogues."""
    for language in LANGUAGES:
        if language != ENGLISH:
            save(renewed(language), path_of(language))


if __name__ == "__main__":
    main()
