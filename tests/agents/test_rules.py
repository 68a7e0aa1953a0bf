"""Rules: each scalar rule against its formula and limits in MODEL.md sections 5, 6 and 8."""

import numpy as np
import pytest
from pytest import approx
from scipy import stats

from agents.government import blurred, consensus, insight, keeps_champion, perceived, repayment, subsidy_rate
from agents.industry import drifted, need
from agents.innovator import (
    MEAN_SHOCK,
    discovery_chance,
    displaced,
    dividends,
    entrant_capability,
    entrants_mean,
    exploration_share,
    fixed_cost,
    gain_class,
    half_saturated,
    imitated,
    improved,
    next_markup,
    occupied,
    progressed,
    refinancing_hazard,
    research_budget,
    research_effort,
    solution_size,
    solutions_mean,
    switches,
    unit_cost,
    visible_level,
)
from agents.kernel.arithmetic import log, power
from agents.supplier import ces_log, cobb_douglas_log, congestion_factor, learned, next_capacity
from agents.user import (
    change_cost,
    gross_utility,
    mastery_after_switch,
    mastery_after_use,
    old_quality_gain,
    output,
    perceived_risk,
    report_chance,
    taste,
)
from model.markets import supply, wage
from model.randomness import Stream, normal, uniforms


# -- engineers' market
@pytest.mark.parametrize("elasticity", [0.0, 0.5, 1.5, 3.0])
def test_wage_clears_the_market(elasticity):
    """w * H = M, and money of w_0 * H_0 gives back w_0 and H_0."""
    w = wage(7.0, 0.1, 20.0, elasticity)
    assert w * supply(w, 0.1, 20.0, elasticity) == approx(7.0, rel=1e-12)
    assert wage(2.0, 0.1, 20.0, elasticity) == approx(0.1, rel=1e-12)
    assert supply(0.1, 0.1, 20.0, elasticity) == approx(20.0, rel=1e-12)


def test_wage_without_elasticity():
    """eps = 0: hours are fixed, and twice the money is twice the wage."""
    w = wage(4.0, 0.1, 20.0, 0.0)
    assert w == approx(0.2, rel=1e-12)
    assert supply(w, 0.1, 20.0, 0.0) == approx(20.0, rel=1e-12)


def test_wage_with_boundless_elasticity():
    """eps large: the wage stays, and twice the money is twice the hours."""
    w = wage(4.0, 0.1, 20.0, 1e9)
    assert w == approx(0.1, rel=1e-8)
    assert supply(w, 0.1, 20.0, 1e9) == approx(40.0, rel=1e-5)


def test_wage_formula():
    """w = w_0 * [M / (w_0 H_0)]^(1 / (1 + eps)) at eps = 1.5."""
    assert wage(6.0, 0.1, 20.0, 1.5) == approx(0.1 * 3.0**0.4, rel=1e-12)


# -- research and development
def test_research_budget():
    """Own R&D = multiple * [intensity * revenue + burn * min(cash, seed cash)], limited by cash, never negative."""
    assert research_budget(1.0, 0.2, 5.0, 0.03, 10.0, 3.0) == approx(1.09)
    assert research_budget(1.0, 0.2, 5.0, 0.03, 2.0, 3.0) == approx(1.06)
    assert research_budget(1.0, 0.2, 5.0, 0.03, 0.5, 3.0) == 0.5
    assert research_budget(1.0, 0.2, 0.0, 0.03, -1.0, 3.0) == 0.0
    assert research_budget(1.1, 0.2, 5.0, 0.03, 10.0, 3.0) == approx(1.1 * 1.09)


def test_displacement():
    """0 is additional, 1 crowds out, and own R&D never falls below zero."""
    assert displaced(2.0, 0.0, 1.0) == 2.0
    assert displaced(2.0, 0.5, 1.0) == 1.5
    assert displaced(2.0, 1.0, 1.0) == 1.0
    assert displaced(2.0, 1.0, 9.0) == -7.0


def test_half_saturation():
    """Half at the half amount, nothing at nothing, towards one."""
    assert half_saturated(3.0, 3.0) == 0.5
    assert half_saturated(0.0, 3.0) == 0.0
    assert half_saturated(1e9, 3.0) == approx(1.0)


def test_exploration_share():
    """e_max * [(1 - pressure) + pressure * saturation^2]: all without problems, few under them, more when saturated."""
    assert exploration_share(0.2, 0.0, 0.0, 0.3, 0.0) == 0.2  # no problem presses
    assert exploration_share(0.2, 0.6, 1.0, 0.0, 0.0) == 0.0  # all room, all pressure
    assert exploration_share(0.2, 1.0, 0.0, 0.0, 0.0) == 0.0  # its own problems press as much
    assert exploration_share(0.2, 0.6, 1.0, 1.0, 0.0) == exploration_share(0.2, 0.6, 1.0, 1.7, 0.0) == 0.2  # no room
    assert exploration_share(0.2, 0.6, 1.0, 0.0, 1.0) == 0.2  # all others are ahead
    assert exploration_share(0.2, 0.6, 0.5, 0.5, 0.3) == approx(0.2 * (1.0 - 0.8 * 0.75 * 0.7))


def test_solutions_mean():
    """gamma * effort * share * [kappa + (1 - kappa) B / (B + B_half)]; at kappa = 1 open problems do not matter."""
    assert solutions_mean(10.0, 2.0, 0.25, 0.4, 0.5) == approx(10.0 * 2.0 * 0.25 * 0.7)
    assert solutions_mean(10.0, 2.0, 0.25, 1.0, 0.0) == solutions_mean(10.0, 2.0, 0.25, 1.0, 0.9)
    assert solutions_mean(10.0, 2.0, 0.25, 0.0, 0.0) == 0.0


def test_research_effort():
    """(hours / h_ref)^lambda, h_ref = H_0 / 40: 1 at h_ref, and proportional to hours where concentration pays."""
    assert research_effort(0.5, 20.0, 0.55) == approx(1.0, rel=1e-12)
    assert research_effort(2.0, 20.0, 1.0) == approx(4.0, rel=1e-12)
    assert research_effort(2.0, 20.0, 0.5) == approx(2.0, rel=1e-12)


def test_solution_size():
    """step * exp(shock): the median step at shock 0, its mean exp(1/2) of it (log-sd 1)."""
    assert solution_size(0.04, 0.0) == 0.04
    assert solution_size(0.04, 1.0) == approx(0.04 * np.e)
    assert solution_size(0.04, MEAN_SHOCK) == approx(stats.lognorm(1.0, scale=0.04).mean(), rel=1e-12)


def test_improvement():
    """x + size * (1 - x/ceiling)+: nothing at the ceiling, never beyond it, never backwards."""
    assert improved(0.5, 0.04, 2.0) == approx(0.5 + 0.04 * 0.75)
    assert improved(2.0, 0.8, 2.0) == 2.0
    assert improved(2.5, 0.8, 2.0) == 2.5
    assert improved(0.5, 1e12, 2.0) == 2.0


@pytest.mark.parametrize(
    ("gain", "expected"),
    [(0.0, 0), (2.0**-21, 0), (2.0**-20, 0), (1.25 * 2.0**-20, 1), (2.0**-19, 4), (1.0, 80), (1.999, 83), (2.0, 84),
     (15.9, 95), (16.0, 95), (1e9, 95)],
)  # fmt: skip
def test_gain_class(gain, expected):
    """Four of equal width in every doubling from 2^-20 to 2^4; less is in the first, more in the last."""
    assert gain_class(gain) == expected


def test_discovery_chance():
    """1 - exp(-effort (zeta decay^g science + follow seen)): none without effort, rarer later, likelier once in use.

    Without anything to follow, twice the science is worth twice the effort.
    """
    assert discovery_chance(0.2, 0.5, 0, 0.0, 1.0, 0.7, 1.0) == 0.0
    hazard = 1.5 * (0.2 * 0.125 * 1.2 + 0.7 * 0.4)
    assert discovery_chance(0.2, 0.5, 3, 1.5, 1.2, 0.7, 0.4) == approx(1.0 - np.exp(-hazard), rel=1e-12)
    assert discovery_chance(5.0, 1.0, 0, 1e4, 1.0, 0.0, 1.0) == 1.0
    assert discovery_chance(0.2, 0.5, 1, 3.0, 1.0, 0.0, 0.4) == discovery_chance(0.2, 0.5, 1, 1.5, 2.0, 0.7, 0.0)


def test_switch_to_prototype():
    """A waiting prototype is taken up when saturated, or without sales while others have shown it."""
    assert switches(0.8, 0.7, True, False) and switches(0.7, 0.7, True, False)
    assert switches(0.1, 0.7, False, True)
    assert not switches(0.1, 0.7, True, True)
    assert not switches(0.1, 0.7, False, False)


# -- spillovers
def test_visible_level():
    """x * [delta + (1 - delta) share/(share + 0.001)]: delta of it unused, half of the rest at 0.1 % of users."""
    assert visible_level(2.0, 0.3, 0.0) == approx(0.6)
    assert visible_level(2.0, 0.3, 0.001) == approx(2.0 * 0.65)
    assert visible_level(2.0, 1.0, 0.0) == 2.0
    assert visible_level(2.0, 0.0, 1e9) == approx(2.0)


def test_imitation():
    """Towards the best by imitation * absorptive capacity; never away from it, never beyond the own ceiling."""
    assert imitated(1.0, 0.25, 0.8, 2.0, 3.0) == approx(1.2)
    assert imitated(1.0, 0.25, 0.8, 0.5, 3.0) == 1.0
    assert imitated(1.0, 1.0, 1.0, 5.0, 3.0) == 3.0
    assert imitated(1.0, 0.25, 0.0, 2.0, 3.0) == 1.0


# -- suppliers and product
def test_supplier_learning():
    """z rises with the log of experience, not at all without orders."""
    assert learned(0.5, 0.1, 3.0, 4.0, 2.0) == approx(0.5 + 0.1 * np.log(2.0) * 0.75)
    assert learned(0.5, 0.1, 3.0, 0.0, 2.0) == 0.5
    assert learned(2.0, 0.1, 3.0, 4.0, 2.0) == 2.0


def test_supplier_learning_is_bounded():
    """However fast and however many orders, a supplier stays within the generation's ceiling."""
    assert learned(0.1, 1.0, 0.0, 1e5, 2.2) <= 2.2


def test_capacity():
    """Capacity moves 10 % of the way to orders, never below the smallest."""
    assert next_capacity(10.0, 20.0, 0.1, 1.0) == approx(11.0)
    assert next_capacity(10.0, 0.0, 0.1, 9.5) == 9.5


def test_congestion():
    """max(1, orders/K)^psi: nothing within capacity, nothing at psi = 0."""
    assert congestion_factor(5.0, 10.0, 0.25) == 1.0
    assert congestion_factor(160.0, 10.0, 0.25) == approx(2.0)
    assert congestion_factor(160.0, 10.0, 0.0) == 1.0


def test_effective_capability_limits():
    """CES tends to Cobb-Douglas as sigma tends to 0, lies between its inputs, and at -6 is near the weaker one."""
    x, z, mu = 2.0, 0.5, 0.3

    def ces(own: float, other: float, exponent: float) -> float:
        return ces_log(power(own, exponent), power(other, exponent), mu, exponent)

    geometric = cobb_douglas_log(np.log(x), np.log(z), mu)
    assert geometric == approx(0.7 * np.log(x) + 0.3 * np.log(z))
    assert ces(x, z, -1e-5) == approx(geometric, abs=1e-4)
    assert np.exp(ces(x, z, -1.0)) == approx(1.0 / (0.7 / x + 0.3 / z))
    assert z < np.exp(ces(x, z, -6.0)) < 1.3 * z
    assert np.exp(ces(x, x, -2.0)) == approx(x)


def test_unit_cost():
    """floor + (c0 - floor) * experience^-b_doing * knowledge^-b_research, plus the input-cost factor."""
    assert unit_cost(0.02, 0.12, 1.0, 0.3, 1.0, 0.2, 0.3, 1.0) == approx(0.12)
    assert unit_cost(0.02, 0.12, 8.0, 0.3, 1.5, 0.2, 0.3, 1.0) == approx(0.02 + 0.1 * 8.0**-0.3 * 1.5**-0.2)
    assert unit_cost(0.02, 0.12, 1e12, 0.9, 1.0, 0.0, 0.3, 1.0) == approx(0.02, rel=1e-6)
    assert unit_cost(0.02, 0.12, 1.0, 0.3, 1.0, 0.0, 0.3, 2.0) == approx(0.12 * 1.3)


def test_wright_exponent():
    """Without a floor, cost falls by 2^-b with every doubling of experience."""
    costs = [unit_cost(0.0, 0.12, 2.0**n, 0.29, 1.0, 0.0, 0.3, 1.0) for n in range(12)]
    assert np.diff(np.log2(costs)) == approx(np.full(11, -0.29), rel=1e-12)


def test_markup():
    """Follows the growth of market share (Dosi et al. 2010) within 0.05-0.6; a first or last sale changes nothing."""
    assert next_markup(0.25, 0.04, 0.11, 0.10) == approx(0.25 * (1.0 + 0.04 * 0.1))
    assert next_markup(0.25, 0.04, 0.09, 0.10) == approx(0.25 * (1.0 - 0.04 * 0.1))
    assert next_markup(0.25, 0.0, 0.11, 0.10) == 0.25
    assert next_markup(0.59, 1.0, 0.9, 0.1) == 0.6
    assert next_markup(0.06, 1.0, 0.01, 0.5) == 0.05
    assert next_markup(0.25, 1.0, 0.1, 0.0) == 0.25


# -- users
def test_utility():
    """v * val * quality * mastery less the price net of subsidy."""
    assert gross_utility(0.2, 1.5, 2.0, 0.8, 0.1) == approx(0.2 * 1.5 * 2.0 * 0.8 - 0.1)


def test_risk():
    """risk * (1 - adoption among peers), of which a lead user feels its share."""
    assert perceived_risk(0.1, 0.25, False, 0.3) == approx(0.075)
    assert perceived_risk(0.1, 0.25, True, 0.3) == approx(0.0225)
    assert perceived_risk(0.1, 1.0, False, 0.3) == 0.0


def test_taste_is_gumbel(vectorised):
    """Taste noise follows the Gumbel law: mean 0.5772 * scale, variance (pi * scale)^2 / 6."""
    u = uniforms(3, Stream.TASTE, 200, 200)[..., 0].ravel()
    drawn = vectorised(taste, 2)(0.06, u)
    law = stats.gumbel_r(scale=0.06)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-4
    assert drawn.mean() == approx(law.mean(), abs=4.0 * law.std() / np.sqrt(u.size))
    assert drawn.var() == approx(law.var(), rel=0.05)


def test_change_cost():
    """(integration + (1 - waived) * risk) * (1 - aid): the waiver takes risk alone, aid pays a share of both."""
    assert change_cost(0.08, 0.1, 0.0, 0.0) == approx(0.18)
    assert change_cost(0.08, 0.1, 1.0, 0.0) == 0.08
    assert change_cost(0.08, 0.1, 0.5, 0.0) == approx(0.13)
    assert change_cost(0.08, 0.1, 0.0, 0.5) == approx(0.09)
    assert change_cost(0.08, 0.1, 0.5, 1.0) == 0.0


def test_output():
    """size * [1 + v val (useful quality - 1)]: quality 1 gives just the size."""
    assert output(3.0, 0.2, 1.5, 1.0) == 3.0
    assert output(3.0, 0.2, 1.5, 2.0) == approx(3.0 * 1.3)


def test_mastery():
    """Rises towards 1 with use; half of what was gained survives a switch."""
    assert mastery_after_use(0.7, 0.1) == approx(0.73)
    assert mastery_after_use(1.0, 0.1) == 1.0
    assert mastery_after_switch(0.9, 0.7, 0.5) == approx(0.8)
    assert mastery_after_switch(0.7, 0.7, 0.5) == 0.7


def test_old_technology_and_reports():
    """dq0 = 0.02 * hours per size / (1 + q0); lead users meet twice as many problems.

    A user that stands for less than a unit of economic size meets fewer in proportion, a larger one no more.
    """
    assert old_quality_gain(0.02, 0.5, 1.0) == approx(0.005)
    assert report_chance(0.3, True, 1.0) == 2.0 * report_chance(0.3, False, 1.0) == 0.6
    assert report_chance(0.3, False, 0.25) == approx(0.075) and report_chance(0.3, True, 0.25) == approx(0.15)
    assert report_chance(0.3, False, 4.0) == 0.3


def test_needs():
    """Drift multiplies by exp(drift * shock); no need is below 0.003 / D, and needs sum to 1."""
    assert drifted(0.2, 0.02, 1.5) == approx(0.2 * np.exp(0.03))
    assert drifted(0.2, 0.0, 1.5) == 0.2
    assert need(0.0, 12) == approx(0.003 / 12)
    assert sum(need(latent, 4) for latent in (0.0, 0.1, 0.2, 0.7)) == approx(1.0)


# -- firms' accounts and entry
@pytest.mark.parametrize(
    ("living", "looked_at"),
    [([], 0), ([0], 16), ([15], 16), ([16], 32), ([7, 63], 64), ([64], 80), ([95], 96), ([96], 100), ([99], 100)],
)
def test_slots_to_look_at(living, looked_at):
    """Up to the highest slot in use, and on to a multiple of 32 where there are as many."""
    alive = np.zeros(100, bool)
    alive[living] = True
    assert occupied(alive) == looked_at


def test_fixed_cost():
    """base * growth^[(1 - standard) own generation + standard * frontier's]: only one of them at the ends."""
    assert fixed_cost(0.02, 2.0, 1, 3, 0.0) == approx(0.04)
    assert fixed_cost(0.02, 2.0, 1, 3, 1.0) == approx(0.16)
    assert fixed_cost(0.02, 2.0, 1, 3, 0.5) == approx(0.08)


def test_dividends():
    """Only cash above the quarters' costs and seed cash is paid out."""
    assert dividends(10.0, 1.0, 4.0, 3.0) == 3.0
    assert dividends(6.0, 1.0, 4.0, 3.0) == 0.0


def test_entry():
    """Profits attract, the lead of incumbents deters; size scales entry without profits."""
    assert entrants_mean(2.0, 0.5, 0.8, 3.0, 0.0, 5.0, 1.0) == approx(2.0 * 0.5 + 0.8 * 3.0)
    assert entrants_mean(1.0, 0.5, 0.0, 3.0, 2.0, 1.5, 1.0) == approx(0.5 * np.exp(-1.0))
    assert entrants_mean(1.0, 0.5, 0.0, 3.0, 2.0, 1.0, 1.0) == 0.5


def test_entrant():
    """Inherits part of the average but starts no lower than a founder, varies by +- spread, within the ceiling."""
    assert entrant_capability(0.25, 0.6, 1.0, 0.4, 0.5, 2.0) == approx(0.6)
    assert entrant_capability(0.25, 0.6, 0.1, 0.4, 0.5, 2.0) == approx(0.25)
    assert entrant_capability(0.25, 0.6, 1.0, 0.4, 1.0, 2.0) == approx(0.84)
    assert entrant_capability(0.25, 0.6, 1.0, 0.4, 0.0, 2.0) == approx(0.36)
    assert entrant_capability(0.25, 1.0, 3.0, 0.4, 1.0, 2.0) == 2.0


def test_progress():
    """Useful quality must rise by more than 2 %; where there is none, there is no progress."""
    assert progressed(1.03, 1.0) and not progressed(1.01, 1.0)
    assert not progressed(0.0, 0.0)


def test_refinancing():
    """f_0 + f_1 [a prototype waits] + f_2 [sales grew], at most certain; who paid for them is no argument of it."""
    assert refinancing_hazard(0.01, 0.1, False, 0.2, False) == 0.01
    assert refinancing_hazard(0.01, 0.1, True, 0.2, False) == approx(0.11)
    assert refinancing_hazard(0.01, 0.1, False, 0.2, True) == approx(0.21)
    assert refinancing_hazard(0.01, 0.1, True, 0.2, True) == approx(0.31)
    assert refinancing_hazard(0.5, 0.5, True, 0.5, True) == 1.0


# -- government
def test_subsidy_rate():
    """min(cap, purse / (1.1 * last sales)); the cap if there were none; nothing from an empty or overdrawn purse."""
    assert subsidy_rate(1.1, 10.0, 0.5) == approx(0.1)
    assert subsidy_rate(0.055, 0.5, 0.5) == approx(0.1)
    assert subsidy_rate(100.0, 10.0, 0.5) == 0.5
    assert subsidy_rate(1.0, 0.0, 0.5) == 0.5
    assert subsidy_rate(0.0, 0.0, 0.5) == 0.0
    assert subsidy_rate(-1.0, 10.0, 0.5) == 0.0


@pytest.mark.parametrize("foresight", [0.0, 0.3, 0.7, 1.0])
def test_signal(foresight):
    """The signal of a firm at theta has mean phi theta and variance phi (1 - phi): phi^2 + phi (1 - phi) over firms."""
    u = uniforms(4, Stream.SIGNAL, 150, 150).reshape(-1, 2)
    theta, error = (np.array([normal(x) for x in column]) for column in u.T)
    seen = np.array([perceived(foresight, a, b) for a, b in zip(theta, error, strict=True)])
    noise = seen - foresight * theta
    assert seen.var() == approx(foresight**2 + foresight * (1.0 - foresight), rel=0.03, abs=1e-12)
    assert noise.var() == approx(foresight * (1.0 - foresight), rel=0.03, abs=1e-12)
    if foresight > 0.0:
        assert np.corrcoef(seen, theta)[0, 1] == approx(np.sqrt(foresight), abs=0.02)


def test_plan_weight():
    """phi * true + (1 - phi) * random: the truth with perfect foresight, a guess without any."""
    assert blurred(1.0, 0.4, 0.1) == 0.4
    assert blurred(0.0, 0.4, 0.1) == 0.1
    assert blurred(0.25, 0.4, 0.1) == approx(0.175)


def test_insight():
    """phi + (1 - phi) [1 - exp(-efficacy * spending)]: phi without money, half the rest at log 2, never beyond 1."""
    assert insight(0.4, 200.0, 0.0) == 0.4
    assert insight(0.4, 200.0, log(2.0) / 200.0) == approx(0.7, rel=1e-12)
    assert insight(1.0, 200.0, 0.01) == 1.0
    assert insight(0.0, 200.0, 1.0) == approx(1.0) and insight(0.0, 200.0, 1e9) <= 1.0


def test_consensus():
    """(1 - a) * pooled reports + a * plan: a consensus of reports alone, or the plan alone, or between them."""
    assert consensus(0.3, 0.1, 0.0) == 0.3
    assert consensus(0.3, 0.1, 1.0) == 0.1
    assert consensus(0.3, 0.1, 0.25) == approx(0.25)


def test_repayment():
    """A share of dividends, at most what is outstanding; nothing without dividends or debt."""
    assert repayment(4.0, 0.5, 10.0) == 2.0
    assert repayment(4.0, 0.5, 1.5) == 1.5
    assert repayment(0.0, 0.5, 10.0) == repayment(4.0, 0.5, 0.0) == repayment(4.0, 0.0, 10.0) == 0.0


def test_patience():
    """A champion is kept until `patience` quarters after its choice or its last progress."""
    assert keeps_champion(20, 9, 0, 12)
    assert not keeps_champion(21, 9, 0, 12)
    assert keeps_champion(21, 9, 10, 12)
