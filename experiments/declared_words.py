"""Words for what is declared: who chooses firms, ranges, meanings and formulas. Documents and the lab share them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from model.indicators.series import INDICATORS
from model.parameters import Parameters

CHOOSERS = {"": "nobody", "government": "the government", "regions": "the governments of the regions"}
"""Who chooses the firms that an instrument pays, by its `chooser`."""


OF_STATE = {"w": "wage", "H": "engineer_hours"}
"""Indicators that measure what a symbol of a definition stands for, by the symbol."""

_OF_USERS = {"val": "valuation of quality, which differs among users"}
_LETTERS = {"eps": "ε", "chi": "χ"}
_TIMES, _MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"


@cache
def definition_in_words(definition: str) -> str:
    """Return an indicator's definition as a sentence, its formula as books print it, and words for each symbol."""
    if " * " not in definition:
        return sentence_of(definition)
    found = dict(_symbols_in(definition))
    text = re.sub(r"(?<=\w)([/+])(?=[\w(])", r" \1 ", definition).replace(" - ", f" {_MINUS} ")
    text = re.sub(r"\w+", lambda word: _LETTERS.get(word[0], word[0]) if word[0] in found else word[0], text)
    legend = [f" {_LETTERS.get(symbol, symbol)}: {words}." for symbol, words in found.items()]
    return sentence_of(text.replace(" * ", f" {_TIMES} ")) + "".join(legend)


def _symbols_in(definition: str) -> Iterator[tuple[str, str]]:
    """Yield the symbols of a definition in order, each with the declared words for it."""
    declared = {entry["symbol"]: entry for entry in Parameters.declarations() if entry["symbol"]}
    for word in re.findall(r"\w+", definition):
        if word in declared:
            yield word, f"{declared[word]['meaning']} ({declared[word]['name']})"
        elif word in OF_STATE:
            yield word, INDICATORS[OF_STATE[word]].definition
        elif word in _OF_USERS:
            yield word, _OF_USERS[word]


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
