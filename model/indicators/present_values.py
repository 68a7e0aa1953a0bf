"""Present values of welfare and of taxes: sums over a run in which later money counts less. One entry per rate."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.indicators.indicator import Record, indicator
from model.indicators.welfare import welfare
from model.state.ledger import Entry

RATES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Rates of interest in % a quarter at which every run keeps its present values."""

PRESENT_VALUES: dict[str, float] = {}
"""Sums of money that are present values, and the rate in % a quarter at which they are."""


def present_value_name(stem: str, rate: float) -> str:
    """Return the name of a present value, as `welfare_pv_0_5` for 0.5 % a quarter."""
    return f"{stem}_pv_{rate:g}".replace(".", "_")


def compounded(rate: float, quarters: int) -> np.ndarray:
    """Return (1 + rate / 100)^t, what a unit of money grows to at a rate in % a quarter. Shape (quarters,)."""
    return np.asarray((1.0 + rate / 100.0) ** np.arange(quarters))


def _taxes(r: Record) -> np.ndarray:
    return r.money(Entry.TAX)


def _net_taxes(r: Record) -> np.ndarray:
    return np.asarray(r.money(Entry.TAX) - r.money(Entry.RETURNED))


def _declare(name: str, rate: float, flow: Callable[[Record], np.ndarray], meaning: str, better: Any = "") -> None:
    """Declare the present value of a flow of money. Its series holds what each quarter adds to it."""
    PRESENT_VALUES[name] = rate
    indicator(name, "money", "flow", f"{meaning} discounted at {rate:g} % a quarter", better)(
        lambda r: flow(r) / compounded(rate, len(r.moved))
    )


def _declare_gain(name: str, rate: float) -> None:
    """Declare the present value of welfare above that of the same seed's laissez-faire."""
    own = present_value_name("welfare", rate)

    def measure(summary: Mapping[str, float], baseline: Mapping[str, float]) -> float:
        return summary[own] - baseline[own]

    meaning = f"welfare above the same seed's laissez-faire, discounted at {rate:g} % a quarter"
    indicator(name, "money", "run", meaning, "higher")(measure)


_declare("welfare_r1", 1.0, welfare, "welfare", "higher")
_declare("welfare_r2", 2.0, welfare, "welfare", "higher")
for _rate in RATES:
    _declare(present_value_name("welfare", _rate), _rate, welfare, "welfare", "higher")
for _rate in RATES:
    _declare(present_value_name("tax", _rate), _rate, _taxes, "taxes raised for policy,")
for _rate in RATES:
    _declare(present_value_name("net_tax", _rate), _rate, _net_taxes, "taxes less money handed back,")

WELFARE_GAINS: tuple[str, ...] = tuple(present_value_name("welfare_gain", rate) for rate in RATES)
"""Names of the entries that compare with the same seed's laissez-faire."""
for _name, _rate in zip(WELFARE_GAINS, RATES, strict=True):
    _declare_gain(_name, _rate)
