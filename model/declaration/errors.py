"""The one error for bad input: a single line that says what is wrong, where, and what is allowed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Self

MOST_QUOTED = 80
"""Characters of a value that a message quotes."""

MOST_NAMES = 5
"""Names that a message suggests."""


class BadInput(ValueError):
    """An error in something that a user gave, printed as one line: 'PLACE: KEY = VALUE: ALLOWED'.

    `allowed`: what is allowed, in words. `key`: the dotted address of the setting, as `policies[2].budget`, or "".
    `value`: the value given, `...` where there is none to show. `place`: file and line, option, or point of a design.
    `problem`: what is wrong, in words, where 'KEY = VALUE' does not show it. It is then printed instead.
    What a file holds stands in `key`, `value` or `problem`, never in `allowed`.
    """

    def __init__(self, allowed: str, key: str = "", value: Any = ..., place: str = "", problem: str = "") -> None:
        super().__init__(allowed)
        self.allowed, self.key, self.value, self.place, self.problem = allowed, key, value, place, problem

    def within(self, key: str) -> Self:
        """Put the key of what holds this setting before this key, and return the error."""
        self.key = f"{key}{'.' if key and self.key and self.key[0] != '[' else ''}{self.key}"
        return self

    def at(self, place: object, line: int = 0) -> Self:
        """Put a place, with its line if it has one, before this place, and return the error."""
        here = f"{place}:{line}" if line else str(place)
        self.place = f"{here}: {self.place}" if self.place else here
        return self

    def __str__(self) -> str:
        value = "" if self.value is ... else quoted(self.value)
        subject = self.problem or " = ".join(part for part in (self.key, value) if part)
        return printable(": ".join(part for part in (self.place, subject, self.allowed) if part))

    def without_content(self) -> str:
        """Return the error as one line without the value and what stands below the setting, as content of a file."""
        return printable(": ".join(part for part in (self.place, self.key.split(".")[0], self.allowed) if part))


@contextmanager
def inside(key: str) -> Iterator[None]:
    """Put a key before that of any error raised inside."""
    try:
        yield
    except BadInput as error:
        error.within(key)
        raise


def unknown(kind: str, name: object, allowed: Iterable[str], symbols: Mapping[str, str] | None = None) -> BadInput:
    """Return an error for a name that does not exist, with the nearest names that do, or what it is a symbol of."""
    names, word = list(allowed), str(name)[:MOST_QUOTED]
    if symbols and word in symbols:
        hint = f"is the symbol of '{symbols[word]}'"
    elif near := get_close_matches(word, names, n=1, cutoff=0.5):
        hint = f"did you mean '{near[0]}'?"
    else:
        most = f"one of {len(names)}, such as" if len(names) > MOST_NAMES else "one of"
        hint = f"must be {most} {', '.join(names[:MOST_NAMES])}"
    return BadInput(hint, value=name, problem=f"unknown {kind} {quoted(str(name))}")


def quoted(value: object) -> str:
    """Return a value as Python writes it, cut off where it is long."""
    try:
        text = repr(value)
    except Exception:  # as for a whole number of 5,000 digits
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 3]}..."


def printable(text: str) -> str:
    """Return text with every character that a terminal would not print as itself written as an escape."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
