"""The summary of a run: from its record and its state to one number per indicator.

It holds a level's last value, a flow's sum over the run, an `end` indicator of the last state, and for each of these a
twin `NAME_at_withdrawal` measured when policy ends; then times and what else needs the whole run.
"""

from collections.abc import Mapping

import numpy as np

from model.indicators.distributions import DISTRIBUTIONS
from model.indicators.indicator import Indicator, Record, ratio
from model.indicators.present_values import WELFARE_GAINS
from model.indicators.series import INDICATORS
from model.state.state import State

WITH_BASELINE = ("welfare_per_unit", "bonsai_exit_excess", *WELFARE_GAINS)
"""Names of the entries that compare with the same seed's laissez-faire."""
_LEVELS, _FLOWS, _OF_RUN = (
    tuple(name for name, entry in INDICATORS.items() if entry.kind in kinds and name not in WITH_BASELINE)
    for kinds in (("level",), ("flow",), ("time", "run"))
)
SERIES_NAMES: tuple[str, ...] = tuple(name for name in INDICATORS if name in _LEVELS or name in _FLOWS)
AT_WITHDRAWAL = "_at_withdrawal"
"""Ends the name of an indicator's twin, which is the same when policy ends."""
_TWINS: tuple[str, ...] = tuple(
    name + AT_WITHDRAWAL for name, entry in INDICATORS.items() if entry.kind in ("level", "flow", "end")
)
SUMMARY_NAMES: tuple[str, ...] = (*INDICATORS, *_TWINS)


def declaration(name: str) -> Indicator:
    """Return the declaration of a summary indicator. A twin is declared by the indicator that it belongs to."""
    return INDICATORS[name if name in INDICATORS else name.removesuffix(AT_WITHDRAWAL)]


def measure_series(record: Record) -> dict[str, np.ndarray]:
    """Return every level and flow per quarter. Arrays of shape (T,)."""
    return {name: np.asarray(INDICATORS[name].measure(record), float) for name in SERIES_NAMES}


def measure_state(state: State, start: np.ndarray) -> dict[str, float]:
    """Return every `end` indicator of a state. `start` is users' output at t = 0, shape (U,)."""
    return {name: float(INDICATORS[name].measure(state, start)) for name in DISTRIBUTIONS}


def summarise(
    record: Record, series: Mapping[str, np.ndarray], at_end: Mapping[str, float], at_withdrawal: Mapping[str, float]
) -> dict[str, float]:
    """Return every summary indicator but those that compare with laissez-faire, and the hazards that these need."""
    found: dict[str, float] = {}
    withdrawal = record.withdrawal
    for name in _LEVELS:
        found[name] = float(series[name][-1])
        found[name + AT_WITHDRAWAL] = float(series[name][withdrawal - 1]) if withdrawal else np.nan
    flows = np.array([series[name] for name in _FLOWS])
    sums, before = flows.sum(axis=1).tolist(), flows[:, :withdrawal].sum(axis=1).tolist()
    found |= dict(zip(_FLOWS, sums, strict=True))
    found |= dict(zip((name + AT_WITHDRAWAL for name in _FLOWS), before, strict=True))
    for name in DISTRIBUTIONS:
        found[name] = at_end[name]
        found[name + AT_WITHDRAWAL] = at_withdrawal.get(name, np.nan)
    for name in _OF_RUN:
        found[name] = float(INDICATORS[name].measure(record))
    return found | _hazards(record.tallies)


def _hazards(tallies: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return exits per firm within eight quarters of withdrawal: of sellers, others and supported firms."""
    watched = ("present", "present_selling", "supported", "supported_selling")
    firms, exits = ({name: tallies[name + ending].sum() for name in watched} for ending in ("", "_exits"))
    idle, idle_exits = (of["present"] - of["present_selling"] for of in (firms, exits))
    return {
        "_selling_hazard": float(ratio(exits["present_selling"], firms["present_selling"])),
        "_idle_hazard": float(ratio(idle_exits, idle)),
        "_supported_hazard": float(ratio(exits["supported"], firms["supported"])),
        "_supported_selling": float(ratio(firms["supported_selling"], firms["supported"])),
    }
