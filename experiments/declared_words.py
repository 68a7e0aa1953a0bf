"""Words for what is declared: who chooses firms, ranges, meanings as sentences. Documents and the lab share them."""

from collections.abc import Sequence
from typing import Any

CHOOSERS = {"": "nobody", "government": "the government", "regions": "the governments of the regions"}
"""Who chooses the firms that an instrument pays, by its `chooser`."""


def span_in_words(span: Sequence[Any] | None) -> str:
    """Return a declared range as text: its two ends or all its words, nothing where there is none."""
    if not span:
        return ""
    if isinstance(span[0], str):
        return ", ".join(span)
    return " to ".join(f"{end:,.0f}" if float(end).is_integer() else f"{end:g}" for end in span)


def sentence_of(text: str) -> str:
    """Return a meaning as a sentence. One that begins with a name and a colon keeps its small letter."""
    return f"{text[:1] if ': ' in text[:12] else text[:1].upper()}{text[1:]}."
