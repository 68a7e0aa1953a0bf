"""The one error for bad input: a single line that names the place and what is allowed."""

from collections.abc import Iterable
from difflib import get_close_matches


class BadInput(ValueError):
    """Something a user gave is wrong. The message is one line; the command line exits with code 2."""


def unknown(kind: str, name: object, allowed: Iterable[str]) -> BadInput:
    """An error for a name that does not exist, with the nearest names that do."""
    names = list(allowed)
    near = get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else "one of: " + ", ".join(names)
    return BadInput(f"unknown {kind} '{name}'; {hint}")
