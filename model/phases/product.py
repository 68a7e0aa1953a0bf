"""Products: effective capability, quality in each industry, cost, price and the share that government pays."""

import numpy as np

from agents.compiled import rule
from agents.elementary import exp, log, mean
from agents.innovator import unit_cost
from agents.supplier import ces_log, cobb_douglas_log
from model.phases.research import list_cells

_GEOMETRIC, _MINIMUM = 1e-6, -30.0
_SMALLEST = 1e-6  # of effective capability


@rule
def make_products(p, s):
    """Quality once per quarter, for living firms only."""
    cells = s.scratch.cells
    living = list_cells(p, s.innovators.alive, cells)
    _combine_with_suppliers(p, s.innovators, s.suppliers.capability, cells, living)
    _assess_quality(p, s.innovators, s.industries.needs, cells, living)
    _set_prices(p, s, cells, living)


@rule
def _combine_with_suppliers(p, innovators, suppliers, cells, living):
    """e_c = CES of x_c and the supplier's z, at least 1e-6; and e_c^(rho - 1)."""
    own, theirs, combined, domains = cells.one, cells.two, cells.three, p.domains
    count = living * domains
    weight, exponent, steepness = p.supplier_weight, p.supplier_exponent, max(p.complementarity, _MINIMUM) - 1.0
    for k in range(living):
        capability, supplier = innovators.capability[cells.firm[k]], innovators.supplier[cells.firm[k]]
        for c in range(domains):
            own[k * domains + c] = max(capability[c], _SMALLEST)
            theirs[k * domains + c] = max(suppliers[supplier[c]], _SMALLEST)
    if exponent > -1e-6:
        for m in range(count):
            combined[m] = cobb_douglas_log(log(own[m]), log(theirs[m]), weight)
    else:
        for m in range(count):
            combined[m] = ces_log(own[m], theirs[m], weight, exponent)
    for m in range(count):
        own[m] = max(exp(combined[m]), _SMALLEST)
        theirs[m] = exp(steepness * combined[m])
    for k in range(living):
        effective, marginal = innovators.effective[cells.firm[k]], innovators.marginal[cells.firm[k]]
        for c in range(domains):
            effective[c] = own[k * domains + c]
            marginal[c] = theirs[k * domains + c]


@rule
def _assess_quality(p, innovators, needs, cells, living):
    """Q_j = (sum_c n_cj e_c^rho)^(1/rho); |rho| < 1e-6: geometric mean; rho < -30: minimum over domains."""
    rho, quality, industries = p.complementarity, cells.one, p.industries
    geometric, weakest = abs(rho) < _GEOMETRIC, rho < _MINIMUM
    quality[: living * industries] = 0.0
    for k in range(living):
        effective, marginal = innovators.effective[cells.firm[k]], innovators.marginal[cells.firm[k]]
        row = quality[k * industries : (k + 1) * industries]
        for c in range(p.domains):
            term = log(effective[c]) if geometric else effective[c] * marginal[c]
            for j in range(industries):
                row[j] += needs[c, j] * term
    if geometric:
        for m in range(living * industries):
            quality[m] = exp(quality[m])
    else:
        for m in range(living * industries):
            quality[m] = exp(log(quality[m]) / rho)
    for k in range(living):
        i = cells.firm[k]
        for j in range(industries):
            innovators.quality[i, j] = quality[k * industries + j]
        if weakest:
            innovators.quality[i] = np.min(innovators.effective[i])


@rule
def _set_prices(p, s, cells, living):
    """Cost by learning, mark-up by market share; the subsidy is the sum of instruments' shares of the price."""
    innovators, factor, purchase, firm = s.innovators, s.suppliers.cost_factor, s.support.purchase, cells.firm
    experience, knowledge, congestion, cost = cells.one, cells.two, cells.three, cells.four
    sold, capability, supplier, markup = (
        innovators.experience, innovators.capability, innovators.supplier, innovators.markup
    )  # fmt: skip
    unit_costs, price, subsidy, shock = innovators.unit_cost, innovators.price, innovators.subsidy, s.market[0].cost
    for k in range(living):
        i = firm[k]
        experience[k] = 1.0 + 0.1 * sold[i] / p.market_size
        knowledge[k] = max(mean(capability[i]), _SMALLEST) / p.initial_capability
        summed = 0.0
        for c in range(p.domains):
            summed += factor[supplier[i, c]]
        congestion[k] = summed / p.domains
    for k in range(living):
        cost[k] = unit_cost(
            p.floor_cost, p.initial_cost, experience[k], p.learning_by_doing, knowledge[k], p.learning_by_research,
            p.input_share, congestion[k],
        )  # fmt: skip
    for k in range(living):
        i = firm[k]
        unit_costs[i] = cost[k] * shock
        price[i] = unit_costs[i] * (1.0 + markup[i])
        paid = 0.0
        for row in range(purchase.shape[0]):
            paid += purchase[row, i]
        subsidy[i] = min(paid, 1.0)
