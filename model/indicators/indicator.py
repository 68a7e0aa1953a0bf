"""The declaration of an indicator, and the record of a run that it may read."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from model.state.ledger import Entry

Kind = Literal["level", "flow", "end", "time", "run"]


class Indicator(NamedTuple):
    """One indicator. `better` says which way is better for those who read tables, "" where that is open."""

    name: str
    unit: str
    definition: str
    kind: Kind
    better: Literal["higher", "lower", ""]
    measure: Callable[..., Any]


class Record(NamedTuple):
    """The record of a run. T quarters."""

    tallies: Any  # (T,) records
    moved: np.ndarray  # (T, purposes)
    size: float  # economic size of all users
    funds_cost: float
    integration: float  # cost of integration per unit of size without infrastructure
    friction: float  # utility lost per unit of size when the provider is in another region
    supply_elasticity: float
    displacement: float  # own R&D displaced per unit of public R&D money
    gains: np.ndarray  # (2, classes): number of lab solutions by their gain of capability, and the sum of that
    placed: np.ndarray  # (T, instruments): money placed
    withdrawal: int  # quarters until policy ends, at most T
    shock: int  # quarter of the first shock, the horizon where there is none

    def money(self, purpose: Entry) -> np.ndarray:
        """Return the money moved under an entry per quarter. Shape (T,)."""
        column: np.ndarray = self.moved[:, int(purpose)]
        return column


INDICATORS: dict[str, Indicator] = {}


def indicator(
    name: str, unit: str, kind: Kind, definition: str, better: Literal["higher", "lower", ""] = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an indicator and how it is measured."""

    def add(measure: Callable[..., Any]) -> Callable[..., Any]:
        INDICATORS[name] = Indicator(name, unit, definition, kind, better, measure)
        return measure

    return add


def ratio(top: Any, bottom: Any) -> np.ndarray:
    """Return top / bottom, NaN where bottom is 0. Shape of `bottom`."""
    return np.divide(top, bottom, out=np.full(np.shape(bottom), np.nan), where=np.not_equal(bottom, 0.0))


def column(name: str, unit: str, kind: Kind, column: str, definition: str, better: Any = "") -> None:
    """Declare an indicator that is a column of tallies as it stands."""
    indicator(name, unit, kind, definition, better)(lambda r: np.asarray(r.tallies[column]))


def money_moved(name: str, purposes: tuple[Entry, ...], definition: str, better: Any = "") -> None:
    """Declare an indicator that is money moved under some entries of the ledger."""
    indicator(name, "money", "flow", definition, better)(lambda r: sum(r.money(purpose) for purpose in purposes))


def share_of_size(name: str, layers: tuple[str, ...], definition: str) -> None:
    def measure(r: Record) -> np.ndarray:
        adopted = sum(r.tallies[f"adopted_{layer}"] for layer in layers)
        return ratio(np.asarray(adopted), sum(r.tallies[f"size_{layer}"] for layer in layers))

    indicator(name, "share of economic size", "level", definition, "higher")(measure)
