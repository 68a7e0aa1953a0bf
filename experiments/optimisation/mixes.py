"""The space of policies with one budget: shares of instruments, a change of the mix, and money early or late.

All candidates raise the same sum: shares sum to 1, and a calendar moves money between quarters and adds none.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from model.policy.policy import Policy

UNITS = 20
"""Parts that a budget is cut into. Shares are whole parts of 5 %, so that a mix can be named and lack an instrument."""

EARLY = (0.25, 0.75)
"""The least and the most of its money that a calendar spends in its first half."""

Draw = Callable[[str], float]
"""A draw between 0 and 1 by name."""


@dataclass(frozen=True)
class MixSpace:
    """Policies that share all traits of `base` but the mix, or the calendar too, over `quarters` quarters of policy."""

    base: Policy
    instruments: tuple[str, ...]
    quarters: int
    calendar: bool = False

    def policy(self, draw: Draw, name: str) -> Policy:
        """Return the policy that draws between 0 and 1 stand for."""
        traits: dict[str, Any] = {"mix": self._mix(draw, "first")}
        if self.calendar:
            length = self.quarters
            change = round(draw("change") * length)
            if 0 < change < length:
                traits |= {"later_mix": self._mix(draw, "later"), "later_from": self.base.start + change}
            low, high = EARLY
            parts = round(UNITS * (low + (high - low) * draw("early")))
            traits |= {"calendar": tilted_calendar(parts / UNITS, length)}
        return self.base.replace(name=name, **traits)

    def names(self) -> list[str]:
        """Return the names of all draws."""
        first = [f"first {name}" for name in self.instruments]
        later = [f"later {name}" for name in self.instruments]
        return [*first, "change", *later, "early"] if self.calendar else first

    def _mix(self, draw: Draw, when: str) -> dict[str, float]:
        parts = simplex([draw(f"{when} {name}") for name in self.instruments])
        return {name: part / UNITS for name, part in zip(self.instruments, parts, strict=True) if part}


def simplex(draws: Sequence[float]) -> list[int]:
    """Return parts that sum to UNITS from draws between 0 and 1: uniform on the simplex, then rounded to whole parts.

    Shares are proportional to -log(draw), as those of a flat Dirichlet distribution. The largest remainders are rounded
    up.
    """
    weights = [-math.log(min(max(draw, 1e-12), 1.0 - 1e-12)) for draw in draws]
    exact = [UNITS * weight / sum(weights) for weight in weights]
    parts = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: UNITS - sum(parts)]:
        parts[place] += 1
    return parts


def tilted_calendar(early: float, quarters: int) -> tuple[float, ...]:
    """Return multiples of the budget with the share `early` in the first half. Their mean is 1: no money is added."""
    first = quarters // 2
    if first == 0:
        return ()
    levels = (early * quarters / first, (1.0 - early) * quarters / (quarters - first))
    return (*(levels[0],) * first, *(levels[1],) * (quarters - first))


def mix_in_words(policy: Policy) -> str:
    """Return a mix in words, the largest share first, and its calendar."""
    text = _shares(policy.mix)
    if policy.later_mix:
        text += f"; from quarter {policy.later_from}: {_shares(policy.later_mix)}"
    if policy.calendar:
        first = len(policy.calendar) // 2
        text += f"; {sum(policy.calendar[:first]) / sum(policy.calendar):.0%} of the money in the first half"
    return text


def _shares(mix: Sequence[tuple[str, float]]) -> str:
    ordered = sorted(mix, key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {share:.0%}" for name, share in ordered)
