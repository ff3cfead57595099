"""The language in which the dashboard speaks: messages, dates.

English stands in the code and is the id of a message; the other languages stand in
``twoplustwo/locale/<language>/LC_MESSAGES/twoplustwo.po``. The language belongs to the run of a
script, or to the answer to a request, so two visitors at the same time do not hear each other.
"""

from __future__ import annotations

import gettext as gnu
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ja": "日本語"}
"""Code, as links carry it -> name in the language itself. The first is the default."""
CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "twoplustwo"
CONTEXT = "\x04"
"""Parts the context of a message from the message, as in the files of gettext."""

_LOCALES = {ENGLISH: "en_GB", "ja": "ja_JP"}
_SKELETONS = {"month": "yMMMM", "year": "y"}  # CLDR: the parts of a date, not their order

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def spoken() -> str:
    """Code of the language of this run."""
    return _spoken.get()


def speak(language: str) -> None:
    """Set the language for the rest of this run."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language within a block, or in a function decorated with this."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(message: str) -> str:
    """A message in the language of this run."""
    language = _spoken.get()
    if language == ENGLISH:
        return message.rpartition(CONTEXT)[2]
    return catalogue(language).gettext(message) if CONTEXT not in message else _in_context(language, message)


def ngettext(one: str, many: str, number: int) -> str:
    """A message that depends on a number, in the language of this run."""
    language = _spoken.get()
    if language == ENGLISH:
        return one if number == 1 else many
    # Counts of pandas are NumPy's own integers, which gettext takes for something else.
    return catalogue(language).ngettext(one, many, int(number))


def marked(message: str, context: str = "") -> str:
    """A message that is translated where it is read, such as a label in a dictionary of a module.

    ``context`` tells apart what English says with one word.
    """
    return f"{context}{CONTEXT}{message}" if context else message


class Labels(Mapping[str, str]):
    """Code -> label, of marked messages, in the language of who reads it."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self.messages = messages

    def __getitem__(self, code: str) -> str:
        return _(self.messages[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)


def nmarked(one: str, many: str) -> tuple[str, str]:
    """A message that depends on a number and is translated where it is read, by :func:`ngettext`."""
    return one, many


@lru_cache(maxsize=8192)
def written(day: date, precision: str, language: str) -> str:
    """A date as a language writes it, as far as it is known: to the ``day``, ``month`` or ``year``."""
    locale = Locale.parse(_LOCALES[language])
    plain = date(day.year, day.month, day.day)
    if precision == "day":
        return format_date(plain, "long", locale)
    return format_skeleton(_SKELETONS[precision], plain, locale=locale)


@cache
def catalogue(language: str) -> gnu.NullTranslations:
    """The messages of a language, read once a process. Raises FileNotFoundError for one without any."""
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def _in_context(language: str, message: str) -> str:
    context, _sign, plain = message.partition(CONTEXT)
    return catalogue(language).pgettext(context, plain)
