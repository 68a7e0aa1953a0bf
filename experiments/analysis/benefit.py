"""The benefit of a policy's money: benefit over cost, the rate of return, and public over private R&D.

All compare a policy with laissez-faire under the same seeds, whatever the reference of the comparison is. All are
ratios of means over seeds, never means of ratios: a seed in which little is spent must not count as one with much.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.statistics import Interval, ratio_of_means
from model.indicators.present_values import RATES, WELFARE_GAINS, compounded, present_value_name
from model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

HEADLINE_RATE = 1.0
"""Rate in % a quarter of the ratio that stands first, about 4 % a year."""

BENEFIT_RATES = (HEADLINE_RATE, 0.5, 2.0)
"""Rates in % a quarter at which benefit is compared with cost."""


def _named(rate: float) -> tuple[str, str, str]:
    """Return the columns of the ratio at a rate and of the ends of its interval."""
    name = "benefit_cost" if rate == HEADLINE_RATE else f"benefit_cost_{rate:g}".replace(".", "_")
    return name, f"{name}_low", f"{name}_high"


_WHEN = ("before_takeoff", "after_takeoff")
RESEARCH_RATIOS = tuple(f"public_over_private_rd_{when}" for when in _WHEN)
BENEFIT_COLUMNS = (
    *(name for rate in BENEFIT_RATES for name in _named(rate)),
    "rate_of_return",
    "rate_of_return_reason",
    *RESEARCH_RATIOS,
)


def benefits(arm: "pd.DataFrame", parameters: Parameters) -> dict[str, Any]:
    """Return BENEFIT_COLUMNS of a policy from its runs that succeeded, a row per seed."""
    found: dict[str, Any] = {}
    for rate in BENEFIT_RATES:
        found |= dict(zip(_named(rate), benefit_cost(arm, parameters.funds_cost, rate), strict=True))
    found["rate_of_return"], found["rate_of_return_reason"] = rate_of_return(arm, parameters.horizon)
    for name, when in zip(RESEARCH_RATIOS, _WHEN, strict=True):
        public, planned = (float(arm[f"{kind}_rd_{when}"].mean()) for kind in ("public", "planned"))
        found[name] = public / planned if planned > 0.0 else np.nan
    return found


def benefit_cost(arm: "pd.DataFrame", funds_cost: float, rate: float) -> Interval:
    """Return benefit over cost at a rate in % a quarter, the ratio of means over seeds with a bootstrap interval.

    PV(dW + funds_cost * TAX + N) / PV(N), where dW is welfare above the same seed's laissez-faire and N = taxes - money
    handed back. So a rebate that costs nothing to run is exactly 1, and the ratio compares with the marginal value of
    public funds (Hendren & Sprung-Keyser, 2020; Hahn et al., 2024). NaN where no money is spent.
    """
    gain, tax, cost = (
        arm[present_value_name(stem, rate)].to_numpy(float) for stem in ("welfare_gain", "tax", "net_tax")
    )
    return ratio_of_means(gain + funds_cost * tax + cost, cost)


def rate_of_return(arm: "pd.DataFrame", quarters: int) -> tuple[float, str | None]:
    """Return the rate in % a quarter at which the mean present value of dW is 0; without one, NaN and the reason.

    Runs keep present values at a few rates. Each mean is divided by the present value of 1 a quarter, which makes it an
    even sum a quarter and leaves its sign. Between rates that sum is a monotone cubic of the rate (Fritsch & Butland,
    1984), which crosses 0 only where two neighbouring means differ in sign.
    """
    from scipy.interpolate import PchipInterpolator  # here: few commands need it, and it loads for long

    gains = arm[list(WELFARE_GAINS)].to_numpy(float)
    if not len(gains) or np.isnan(gains).any():
        return np.nan, "no run succeeded"
    even = gains.mean(axis=0) / [np.sum(1.0 / compounded(rate, quarters)) for rate in RATES]
    if not even.any():
        return np.nan, "welfare is that of laissez-faire"
    roots = np.unique(np.round(PchipInterpolator(RATES, even).roots(extrapolate=False), 9))
    if len(roots) == 1 and np.isfinite(roots[0]):
        return float(roots[0]), None
    if len(roots):
        return np.nan, "the gain over laissez-faire is 0 at more than one rate"
    side = "above" if even[0] > 0.0 else "below"
    return np.nan, f"welfare is {side} laissez-faire at every rate from {RATES[0]:g} to {RATES[-1]:g} % a quarter"
