"""The small grammar of questions about outcomes: `welfare[application] - welfare[selective] > 100`.

    condition: sum ("<" | "<=" | ">" | ">=") sum
    sum:       ["-"] term {("+" | "-") term}
    term:      number ["*" name] | name
    name:      indicator ["[" policy "]"]

An indicator is one of the summary. One parser serves `--of`, which takes a sum, and `--where`, which takes a condition.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from model.declaration.errors import BadInput, unknown
from model.indicators.summary import SUMMARY_NAMES

if TYPE_CHECKING:
    import pandas as pd

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
MOST_LETTERS = 1000

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|\[(?P<policy>[^\[\]]*)\]"
    r"|(?P<mark><=|>=|[-+*<>]))"
)


class Term(NamedTuple):
    """An indicator under a policy, times a number. No policy is "", and a plain number has no indicator."""

    times: float
    indicator: str = ""
    policy: str = ""

    def __str__(self) -> str:
        """Return the term without its sign."""
        size = f"{abs(self.times):g}"
        if not self.indicator:
            return size
        name = f"{self.indicator}[{self.policy}]" if self.policy else self.indicator
        return name if size == "1" else f"{size} * {name}"


@dataclass(frozen=True)
class Sum:
    """A sum of terms, as `--of` takes it."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        first, *others = self.terms
        text = f"{'-' if first.times < 0.0 else ''}{first}"
        return text + "".join(f" {'-' if term.times < 0.0 else '+'} {term}" for term in others)

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators in it, each once."""
        return tuple(dict.fromkeys(term.indicator for term in self.terms if term.indicator))

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies in it, each once."""
        return tuple(dict.fromkeys(term.policy for term in self.terms if term.policy))

    def minus(self, other: "Sum") -> "Sum":
        """Return this sum less another."""
        return Sum((*self.terms, *(term._replace(times=-term.times) for term in other.terms)))

    def between(self, one: str, other: str) -> "Sum":
        """Return the sum with each indicator that names no policy as its difference of `one` to `other`."""
        terms: list[Term] = []
        for term in self.terms:
            if term.indicator and not term.policy:
                terms += [term._replace(policy=one), term._replace(times=-term.times, policy=other)]
            else:
                terms.append(term)
        return Sum(tuple(terms))

    def under(self, policy: str) -> "Sum":
        """Return the sum with each indicator that names no policy under this one."""
        return Sum(
            tuple(term if term.policy or not term.indicator else term._replace(policy=policy) for term in self.terms)
        )

    def value(self, runs: "pd.DataFrame") -> "pd.Series":
        """Return its value in each pair, indexed by point, set and seed. NaN where a run failed or has no value."""
        ok = runs[runs["status"] == "ok"].set_index(["point", "set", "seed"])
        by_policy = dict(iter(ok.groupby("policy")))
        index = runs.set_index(["point", "set", "seed"]).index.unique().sort_values()
        total: Any = 0.0
        for term in self.terms:
            if not term.indicator:
                total = total + term.times
            else:
                values = by_policy[term.policy][term.indicator] if term.policy in by_policy else ok.iloc[:0]["policy"]
                total = total + term.times * values.astype(float).reindex(index)
        return total.rename(str(self))


@dataclass(frozen=True)
class Condition:
    """A comparison of two sums, as `--where` takes it."""

    left: Sum
    sign: str
    right: Sum

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"

    @property
    def gap(self) -> Sum:
        """The left side less the right side, which is compared with zero."""
        return self.left.minus(self.right)

    def holds(self, gap: Any) -> Any:
        """Return whether the condition holds where the gap has these values."""
        return COMPARISONS[self.sign](gap, 0.0)


def parse_sum(text: str, policies: Iterable[str], place: str) -> Sum:
    """Return the sum that a text declares. Raises BadInput with `place` and the number of the wrong letter."""
    reader = _Reader(text, tuple(policies), place)
    found = reader.sum()
    if reader.mark in COMPARISONS:
        raise reader.error("a comparison is for --where, ask here for a sum, as welfare[grants] - welfare[rebate]")
    reader.end()
    _check_indicators(found, text, place)
    return found


def _check_indicators(whole: Sum, text: str, place: str) -> None:
    """Raise BadInput for a sum of numbers alone."""
    if not whole.indicators:
        raise BadInput("holds no indicator, give one as welfare[grants]", value=text, place=place)


def parse_condition(text: str, policies: Iterable[str], place: str) -> Condition:
    """Return the condition that a text declares, with a policy for every indicator. Raises BadInput as `parse_sum`."""
    reader = _Reader(text, tuple(policies), place, each_with_policy=True)
    left = reader.sum()
    if reader.mark not in COMPARISONS:
        raise reader.error(f"expected one of {' '.join(COMPARISONS)}, as welfare[grants] < welfare[rebate]")
    sign = reader.mark
    reader.next()
    condition = Condition(left, sign, reader.sum())
    reader.end()
    _check_indicators(condition.gap, text, place)
    return condition


class _Reader:
    """The tokens of a text from left to right, of which one is looked at at a time."""

    def __init__(self, text: str, policies: tuple[str, ...], place: str, each_with_policy: bool = False) -> None:
        self._text, self._policies, self._place, self._with_policy = text, policies, place, each_with_policy
        if len(text) > MOST_LETTERS:
            raise BadInput(f"must have at most {MOST_LETTERS} letters", value=text, place=place)
        self._end = 0
        self.next()

    def next(self) -> None:
        """Go to the next token."""
        rest = self._text[self._end :]
        self._start = self._end + len(rest) - len(rest.lstrip())
        found = _TOKEN.match(self._text, self._end)
        if found is None and rest.strip():
            raise self.error("expected a number, an indicator, [policy] or one of + - * < <= > >=")
        self._kind = "" if found is None else str(found.lastgroup)
        self._word = "" if found is None else str(found[self._kind])
        self._end = self._end if found is None else found.end()

    @property
    def mark(self) -> str:
        """The mark that stands here, "" where none does."""
        return self._word if self._kind == "mark" else ""

    def error(self, allowed: str) -> BadInput:
        """Return an error for the token that stands here."""
        here = self._text[self._start : self._start + 20].strip()
        where = f"letter {self._start + 1}, at {here!r}" if here else "at its end"
        return BadInput(allowed, problem=f"{self._text!r}, {where}", place=self._place)

    def sum(self) -> Sum:
        """Read a sum."""
        sign = -1.0 if self.mark == "-" else 1.0
        if self.mark == "-":
            self.next()
        terms = [self._term(sign)]
        while self.mark in ("+", "-"):
            sign = -1.0 if self.mark == "-" else 1.0
            self.next()
            terms.append(self._term(sign))
        return Sum(tuple(terms))

    def end(self) -> None:
        """Raise BadInput where anything is left."""
        if self._kind:
            raise self.error("expected the end here, or + or -")

    def _term(self, sign: float) -> Term:
        times = sign
        if self._kind == "number":
            times *= float(self._word)
            if math.isinf(times):
                raise self.error("expected a smaller number")
            self.next()
            if self.mark != "*":
                return Term(times)
            self.next()
        if self._kind != "name":
            raise self.error("expected an indicator, as welfare[grants], or a number")
        return Term(times, self._indicator(), self._policy())

    def _indicator(self) -> str:
        name = self._word
        if name not in SUMMARY_NAMES:
            raise unknown("indicator", name, SUMMARY_NAMES).at(f"{self._place}, letter {self._start + 1}")
        self.next()
        return name

    def _policy(self) -> str:
        if self._kind != "policy":
            if self._with_policy:
                raise self.error(f"expected a policy in brackets, as welfare[{self._policies[-1]}]")
            return ""
        name = self._word.strip()
        if name not in self._policies:
            raise unknown("policy", name, self._policies).at(f"{self._place}, letter {self._start + 1}")
        self.next()
        return name
