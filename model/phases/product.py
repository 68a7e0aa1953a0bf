"""Products: effective capability, quality in each industry, cost, price and the share that government pays."""

from agents.innovator import (
    experience_counted,
    idiosyncratic_factor,
    idiosyncratic_step,
    occupied,
    unit_cost,
)
from agents.kernel.arithmetic import exp, log, power, row_means
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from agents.supplier import ces_log, cobb_douglas_log
from model.randomness import Stream, fine_uniform, normals, words_in_loop
from model.records import ParameterRecord
from model.state.state import State

_IDIOSYNCRATIC = int(Stream.IDIOSYNCRATIC)
_GEOMETRIC, _MINIMUM = 1e-6, -30.0
_SMALLEST = 1e-6  # of effective capability


@phase
def vary_quality(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Let every firm have a better or worse quarter than the last, all of its customers alike."""
    a, factor = s.innovators.idiosyncratic, s.innovators.idiosyncratic_factor
    luck, shock = s.phase_workspace.idiosyncratic_draw, s.phase_workspace.idiosyncratic_shock
    memory, deviation = p.idiosyncratic_memory, p.idiosyncratic_sd
    if deviation <= 0.0:
        return  # all factors are 1
    for i in range(a.shape[0]):
        w0, w1, _, _ = words_in_loop(seed, _IDIOSYNCRATIC, t, i, 0)
        luck[i] = fine_uniform(w0, w1)
    normals(luck, shock, a.shape[0])
    for i in range(a.shape[0]):
        a[i] = idiosyncratic_step(a[i], memory, deviation, shock[i])
    for i in range(a.shape[0]):
        factor[i] = idiosyncratic_factor(a[i], deviation)


@phase
def make_products(p: ParameterRecord, s: State) -> None:
    """Make products: quality once per quarter, for living firms only."""
    slots = occupied(s.innovators.alive)
    _combine_with_suppliers(p, s, slots)
    _assess_quality(p, s, slots)
    _set_prices(p, s, slots)


@phase
def _combine_with_suppliers(p: ParameterRecord, s: State, slots: int) -> None:
    """Set e_c = CES of x_c and the supplier's z, at least 1e-6, and e_c^(rho - 1)."""
    innovators, suppliers, workspace = s.innovators, s.suppliers.capability, s.phase_workspace
    supplied, theirs, combined = workspace.supplied, workspace.supplied_here, workspace.combined
    alive, capability, supplier = innovators.alive, innovators.capability, innovators.supplier
    effective, marginal = innovators.effective, innovators.marginal
    weight, exponent, steepness = p.supplier_weight, p.supplier_exponent, max(p.complementarity, _MINIMUM) - 1.0
    cobb_douglas = exponent > -1e-6
    for k in range(suppliers.shape[0]):
        supplied[k] = max(suppliers[k], _SMALLEST)
        supplied[k] = log(supplied[k]) if cobb_douglas else power(supplied[k], exponent)
    for c in range(p.domains):
        for i in range(slots):
            theirs[i, c] = supplied[supplier[i, c]]
        if cobb_douglas:
            for i in range(slots):
                own = log(max(capability[i, c], _SMALLEST))
                combined[i, c] = cobb_douglas_log(own, theirs[i, c], weight)
        else:
            for i in range(slots):
                own = power(max(capability[i, c], _SMALLEST), exponent)
                combined[i, c] = ces_log(own, theirs[i, c], weight, exponent)
        for i in range(slots):
            value = max(exp(combined[i, c]), _SMALLEST)
            effective[i, c] = value if alive[i] else effective[i, c]
        for i in range(slots):
            value = exp(steepness * combined[i, c])
            marginal[i, c] = value if alive[i] else marginal[i, c]


@phase
def _assess_quality(p: ParameterRecord, s: State, slots: int) -> None:
    """Set Q_j = (sum_c n_cj e_c^rho)^(1/rho). |rho| < 1e-6: geometric mean. rho < -30: minimum over domains."""
    innovators, needs = s.innovators, s.industries.needs
    term, fresh = s.phase_workspace.quality_term, s.phase_workspace.fresh_quality
    alive, effective = innovators.alive, innovators.effective
    marginal, quality = innovators.marginal, innovators.quality
    rho, domains, factor = p.complementarity, p.domains, innovators.idiosyncratic_factor
    geometric, weakest = abs(rho) < _GEOMETRIC, rho < _MINIMUM
    inverse = 0.0 if geometric else 1.0 / rho
    for c in range(domains):
        if geometric:
            for i in range(slots):
                term[i, c] = log(max(effective[i, c], _SMALLEST))
        else:
            for i in range(slots):
                term[i, c] = effective[i, c] * marginal[i, c]
    for j in range(p.industries):
        _weigh_terms(needs, j, term, slots, fresh)
        if weakest:
            _take_minimum(effective, slots, fresh)
        elif geometric:
            for i in range(slots):
                fresh[i] = exp(fresh[i])
        else:
            for i in range(slots):
                fresh[i] = exp(log(fresh[i]) * inverse)
        for i in range(slots):
            quality[i, j] = fresh[i] * factor[i] if alive[i] else quality[i, j]


@phase
def _weigh_terms(needs: Floats, j: int, term: Floats, slots: int, out: Floats) -> None:
    """Set sum_c n_cj * term_ic per firm. Four domains at a time, so that `out` is read and written less often."""
    domains = term.shape[1]
    whole = domains - domains % 4
    for i in range(slots):
        out[i] = 0.0
    for c in range(0, whole, 4):
        n0, n1, n2, n3 = needs[c, j], needs[c + 1, j], needs[c + 2, j], needs[c + 3, j]
        for i in range(slots):
            out[i] += (n0 * term[i, c] + n1 * term[i, c + 1]) + (n2 * term[i, c + 2] + n3 * term[i, c + 3])
    for c in range(whole, domains):
        need = needs[c, j]
        for i in range(slots):
            out[i] += need * term[i, c]


@phase
def _take_minimum(table: Floats, slots: int, least: Floats) -> None:
    """Set the least entry of every row."""
    for i in range(slots):
        least[i] = table[i, 0]
    for c in range(1, table.shape[1]):
        for i in range(slots):
            least[i] = min(least[i], table[i, c])


@phase
def _set_prices(p: ParameterRecord, s: State, slots: int) -> None:
    """Set cost by learning, mark-up by market share and the subsidy, which sums instruments' shares of the price."""
    innovators, factor, purchase = s.innovators, s.suppliers.cost_factor, s.support.purchase
    alive, sold, supplier, markup = innovators.alive, innovators.experience, innovators.supplier, innovators.markup
    unit_costs, price, subsidy, shock = innovators.unit_cost, innovators.price, innovators.subsidy, s.market[0].cost
    floor, first, doing, searching = p.floor_cost, p.initial_cost, p.learning_by_doing, p.learning_by_research
    inputs, size, initial, domains = p.input_share, p.market_size, p.initial_capability, p.domains
    workspace = s.phase_workspace
    knowledge, congestion, paid = workspace.knowledge, workspace.congestion, workspace.price_paid
    everybody, spillover = s.market[0].sold, p.learning_spillover
    row_means(innovators.capability, slots, knowledge)
    for i in range(slots):
        congestion[i] = 0.0
    for c in range(domains):
        for i in range(slots):
            congestion[i] += factor[supplier[i, c]]
    for i in range(slots):
        known, counted = max(knowledge[i], _SMALLEST) / initial, experience_counted(sold[i], everybody, spillover)
        experience = 1.0 + 0.1 * counted / size
        cost = shock * unit_cost(floor, first, experience, doing, known, searching, inputs, congestion[i] / domains)
        unit_costs[i] = cost if alive[i] else unit_costs[i]
    for i in range(slots):
        price[i] = unit_costs[i] * (1.0 + markup[i]) if alive[i] else price[i]
    for i in range(slots):
        paid[i] = 0.0
    for row in range(purchase.shape[0]):
        for i in range(slots):
            paid[i] += purchase[row, i]
    for i in range(slots):
        subsidy[i] = min(paid[i], 1.0) if alive[i] else subsidy[i]
