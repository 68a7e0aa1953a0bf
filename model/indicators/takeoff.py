"""Public and private R&D before and after take-off, which is the first quarter with adoption of 10 %."""

from collections.abc import Callable

import numpy as np

from model.indicators.indicator import INDICATORS, Record, indicator
from model.indicators.welfare import private_rd
from model.state.ledger import Entry


def _takeoff(r: Record) -> int:
    """Return the quarter of take-off, the number of quarters where there is none."""
    first = INDICATORS["time_to_10"].measure(r)
    return len(r.moved) if np.isnan(first) else int(first)


def _public(r: Record) -> np.ndarray:
    return np.asarray(INDICATORS["public_rd"].measure(r))


def _planned(r: Record) -> np.ndarray:
    """Return the R&D that domestic innovators plan before public money displaces some. Shape (T,)."""
    return np.asarray(private_rd(r) + r.displacement * (r.money(Entry.GRANT) + r.money(Entry.EQUITY)))


def _declare(name: str, flow: Callable[[Record], np.ndarray], meaning: str) -> None:
    """Declare the sums of a flow of money over the quarters before take-off and over those from it on."""

    def before(r: Record) -> float:
        return float(flow(r)[: _takeoff(r)].sum())

    def after(r: Record) -> float:
        return float(flow(r)[_takeoff(r) :].sum())

    indicator(f"{name}_before_takeoff", "money", "run", f"{meaning}, before adoption of 10 %")(before)
    indicator(f"{name}_after_takeoff", "money", "run", f"{meaning}, from adoption of 10 % on")(after)


_declare("public_rd", _public, "public R&D money")
_declare("planned_rd", _planned, "private R&D as planned, before public money displaces some")
