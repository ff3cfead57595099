"""Questions on a terminal: a text, or one of numbered choices, asked again until the answer fits."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

NOTHING = "-"
"""The answer that leaves a cell empty where enter would take what is offered."""
EXPLAIN = "?"
FEW = 30  # choices that are listed unasked; of more than that, the first ones
FIRST = 6
WIDTH = 100
UNBROKEN = "\N{NO-BREAK SPACE}"

Choices = Mapping[str, str]
"""What is kept -> what it means to a reader."""


def explain(text: str) -> str:
    """Text that fits the terminal's lines."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


@dataclass
class Terminal:
    """Where questions are asked. ``read`` shows a prompt and returns a line; it may raise EOFError."""

    read: Callable[[str], str] = input
    tell: Callable[[str], None] = print
    listed: set[tuple[str, ...]] = field(default_factory=set)
    """The lists of choices that were shown before."""

    def text(
        self,
        question: str,
        *,
        offered: str = "",
        needed: bool = False,
        told: str = "",
        wrong: Callable[[str], str] = lambda _: "",
    ) -> str:
        """Ask for a text.

        Parameters
        ----------
        question
            A few words; what is offered is shown behind it.
        offered
            What an empty answer takes.
        needed
            Ask again for an empty answer where nothing is offered.
        told
            What an answer of ``?`` shows.
        wrong
            Says in a sentence what is wrong with an answer; empty if nothing is.
        """
        while True:
            answer = self._answer(
                question, offered, lambda: self.tell(explain(told or question)), needed=needed
            )
            problem = answer and wrong(answer)
            if not problem:
                return answer
            self.tell(explain(problem))

    def choice(
        self,
        question: str,
        choices: Choices,
        *,
        groups: Mapping[str, str] | None = None,
        offered: str = "",
        needed: bool = False,
        told: str = "",
        other: Callable[[str], str] | None = None,
    ) -> str:
        """Ask for one of several, by its number, its code or a part of its name.

        Parameters
        ----------
        question, offered, needed, told
            As for a text; ``?`` lists the choices as well.
        choices
            In the order of their numbers.
        groups
            Code -> heading under which it is listed.
        other
            Makes a code of an answer that fits no choice; it may return nothing to have it asked again.
        """
        self._list_once(choices, groups)

        def told_of() -> None:
            if told:
                self.tell(explain(told))
            self._list(choices, groups)

        while True:
            answer = self._answer(question, offered, told_of, needed=needed)
            if not answer:
                return ""
            fitting = _fitting(answer, choices)
            if len(fitting) == 1:
                if answer != fitting[0]:
                    self.tell(f"      {_named(fitting[0], choices[fitting[0]])}")
                return fitting[0]
            if len(fitting) > 1:
                self._list({code: choices[code] for code in fitting[:FEW]}, None, list(choices))
                self.tell(explain(f"{len(fitting)} of them fit {answer!r}: which one? A number will do."))
            elif other is None:
                self.tell(
                    explain(f"Nothing fits {answer!r}: a number, a code or a part of a name; ? lists all.")
                )
            elif code := other(answer):
                return code

    def agreed(self, question: str) -> bool:
        """Ask for yes or no."""
        while True:
            answer = self.read(f"{question} [y/n] ").strip().casefold()
            if answer in {"y", "yes", "n", "no"}:
                return answer.startswith("y")
            self.tell(explain("y or n, please."))

    def _answer(self, question: str, offered: str, told_of: Callable[[], None], *, needed: bool) -> str:
        shown = f" [{offered}]" if offered else "" if needed else " (optional)"
        while True:
            try:
                answer = " ".join(self.read(f"{question}{shown}: ").split())
                answer.encode()  # a terminal may hand on bytes that are none of UTF-8 as surrogates
            except UnicodeError:
                self.tell(explain("That can't be read as text in UTF-8."))
                continue
            if answer == EXPLAIN:
                told_of()
                continue
            answer = "" if answer == NOTHING else answer or offered
            if answer or not needed:
                return answer
            self.tell(explain("An answer is needed here."))

    def _list_once(self, choices: Choices, groups: Mapping[str, str] | None) -> None:
        if tuple(choices) in self.listed:
            return
        self.listed.add(tuple(choices))
        if groups or len(choices) <= FEW:
            self._list(choices, groups)
        else:
            self._list(dict(list(choices.items())[:FIRST]), None)
            more = len(choices) - FIRST
            self.tell(explain(f"and {more} more: ? lists all, a part of a name finds one"))

    def _list(
        self, choices: Choices, groups: Mapping[str, str] | None, numbering: Sequence[str] | None = None
    ) -> None:
        numbers = {code: number for number, code in enumerate(numbering or list(choices), start=1)}
        if groups is None:
            for code, meaning in choices.items():
                self.tell(f"  {numbers[code]:>3} {_named(code, meaning)}")
            return
        for heading in dict.fromkeys(groups[code] for code in choices):
            named = [f"{numbers[code]} {choices[code]}" for code in choices if groups[code] == heading]
            # A number stays on the line of its name.
            listed = ", ".join(name.replace(" ", UNBROKEN) for name in named)
            self.tell(explain(f"{heading}: {listed}").replace(UNBROKEN, " "))


def _named(code: str, meaning: str) -> str:
    return code if meaning in {"", code} else f"{code}  {meaning}"


def _fitting(answer: str, choices: Choices) -> list[str]:
    """The codes that an answer can mean: its number, else its code or name, else all with a part of it."""
    if answer in choices:
        return [answer]
    if re.fullmatch("[0-9]{1,4}", answer):
        return list(choices)[int(answer) - 1 : int(answer)] if answer != "0" else []
    sought = answer.casefold()
    same = [code for code, meaning in choices.items() if sought in {code.casefold(), meaning.casefold()}]
    if same:
        return same
    words = sought.split()
    return [
        code
        for code, meaning in choices.items()
        if all(word in f"{code} {meaning}".casefold() for word in words)
    ]
