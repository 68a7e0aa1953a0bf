"""Record: the quarter's raw counts, read from the state after the last phase; indicators are made of them."""

import math

import numpy as np

from agents.compiled import rule
from agents.elementary import log, mean
from agents.industry import EMERGING, TRADITIONAL

_DEPENDENT = 1.0 / 3.0
_SUPPORTED = 0.01


@rule
def record_quarter(t, p, policy, s):
    """Fill the quarter's row of tallies."""
    tally, market = s.tallies[t], s.market[0]
    tally.wage, tally.hours = market.wage, market.hours
    level = s.stocks.level[0]
    tally.science, tally.infrastructure, tally.engineers = level.science, level.infrastructure, level.engineers
    tally.common = mean(s.stocks.common)
    _record_users(p, s.users, s.industries, tally)
    _record_firms(p, s.innovators, tally)
    _record_directions(p, s.innovators, s.scratch.domain, tally)
    _record_scope(p, s.users, s.innovators, s.scratch.firm_industry, tally)
    _record_productivity(p, s.innovators, s.market[0], tally)
    if t == policy.end - 1:
        _watch(p, s.innovators, tally)


@rule
def _record_users(p, users, industries, tally):
    """Output, adoption and qualities of users, by layer."""
    layer, industry, size, provider = industries.layer, users.industry, users.size, users.provider
    outputs, used, old = users.output, users.quality_used, users.old_quality
    total, useful, old_quality, traditional_output = 0.0, 0.0, 0.0, 0.0
    sizes, adopted = np.zeros(3), np.zeros(3)
    for u in range(size.shape[0]):
        kind = layer[industry[u]]
        sizes[kind] += size[u]
        adopted[kind] += size[u] if provider[u] >= 0 else 0.0
        total += outputs[u]
        traditional_output += outputs[u] if kind == TRADITIONAL else 0.0
        useful += size[u] * used[u]
        old_quality += size[u] * old[u]
    tally.output, tally.output_traditional = total, traditional_output
    tally.useful, tally.old_quality = useful, old_quality
    tally.size_traditional, tally.size_emerging, tally.size_future = sizes[0], sizes[EMERGING], sizes[2]
    tally.adopted_traditional, tally.adopted_emerging, tally.adopted_future = adopted[0], adopted[EMERGING], adopted[2]


@rule
def _record_firms(p, innovators, tally):
    """Firms, sales, prices, concentration and dependence on public money."""
    units = 0.0
    for i in range(p.slots):
        units += innovators.units[i] if innovators.alive[i] else 0.0
    for i in range(p.slots):
        tally.imports += innovators.revenue[i] if innovators.foreign[i] else 0.0
        if not innovators.alive[i]:
            continue
        sold = innovators.units[i]
        public, own = innovators.public_recent[i], innovators.payments_recent[i]
        tally.firms += 1.0
        tally.lab = max(tally.lab, mean(innovators.capability[i]))
        tally.frontier_generation = max(tally.frontier_generation, float(innovators.generation[i]))
        tally.public_recent += public
        tally.payments_recent += own
        tally.dependent_firms += 1.0 if public > _DEPENDENT * (public + own) else 0.0
        if sold > 0.0:
            tally.units += sold
            tally.domestic_units += 0.0 if innovators.foreign[i] else sold
            tally.generation += sold / units * innovators.generation[i]
            tally.price += sold * innovators.price[i]
            tally.unit_cost += sold * innovators.unit_cost[i]
            tally.share_squares += (sold / units) ** 2
    tally.crowding = tally.firms / p.slots


@rule
def _record_directions(p, innovators, mean_direction, tally):
    """Similarity of firms' R&D directions, and the entropy of the direction of all hours."""
    summed, hours, count = np.zeros(p.domains), 0.0, 0
    mean_direction[:] = 0.0
    for i in range(p.slots):
        if innovators.alive[i] and innovators.hours[i] > 0.0:
            direction = innovators.direction[i]
            length = 0.0
            for c in range(p.domains):
                length += direction[c] * direction[c]
            length = math.sqrt(length)
            hours += innovators.hours[i]
            count += 1
            for c in range(p.domains):
                summed[c] += direction[c] / length
                mean_direction[c] += innovators.hours[i] * direction[c]
    if count > 1:
        square = 0.0
        for c in range(p.domains):
            square += summed[c] * summed[c]
        tally.similarity = (square - count) / (count * (count - 1))
    for c in range(p.domains):
        share = mean_direction[c] / hours if hours > 0.0 else 0.0
        tally.direction_entropy -= share * log(share) if share > 0.0 else 0.0


@rule
def _record_scope(p, users, innovators, served, tally):
    """Industries and economic size that each selling firm serves."""
    served[:] = 0.0
    for u in range(users.provider.shape[0]):
        if users.provider[u] >= 0:
            served[users.provider[u], users.industry[u]] += users.size[u]
    for i in range(p.slots):
        if innovators.alive[i] and innovators.units[i] > 0.0:
            tally.selling_firms += 1.0
            for j in range(p.industries):
                tally.industries_served += 1.0 if served[i, j] > 0.0 else 0.0
                tally.users_served += served[i, j]


@rule
def _record_productivity(p, innovators, market, tally):
    """Quality units delivered per real resource, and its change by Foster, Haltiwanger & Krizan (2001).

    phi_i = delivered / (production + fixed and research cost at w_0); weights are shares of quality delivered.
    With last quarter's aggregate Phi: within = sum s_old dphi; between = sum ds (phi_old - Phi) + sum ds dphi;
    entry = sum s_new (phi_new - Phi); exit = -sum s_old (phi_old - Phi). The four sum to the change of Phi.
    """
    total, before, had = 0.0, 0.0, 0.0
    for i in range(p.slots):
        total += innovators.delivered[i] if innovators.alive[i] else 0.0
        before += innovators.weight[i] * innovators.productivity[i]
        had += innovators.weight[i]
    for i in range(p.slots):
        old_weight, old = innovators.weight[i], innovators.productivity[i]
        weight, new = 0.0, 0.0
        if innovators.alive[i] and innovators.delivered[i] > 0.0:
            weight = innovators.delivered[i] / total
            real = innovators.units[i] * innovators.unit_cost[i]
            real += innovators.hours[i] * market.initial_wage + innovators.fixed_real[i]
            new = innovators.delivered[i] / real
            tally.productivity_frontier = max(tally.productivity_frontier, new)
        tally.productivity += weight * new
        if had > 0.0 and total > 0.0:
            if old_weight > 0.0 and weight > 0.0:
                tally.productivity_within += old_weight * (new - old)
                tally.productivity_between += (weight - old_weight) * (new - before)
            elif weight > 0.0:
                tally.productivity_entry += weight * (new - before)
            elif old_weight > 0.0:
                tally.productivity_exit -= old_weight * (old - before)
        innovators.weight[i], innovators.productivity[i] = weight, new


@rule
def _watch(p, innovators, tally):
    """When policy ends, remember who is there, and who had more than 1 % of recent income from public money."""
    for i in range(p.slots):
        innovators.watched[i] = 0
        if innovators.alive[i] and not innovators.foreign[i]:
            public, own = innovators.public_recent[i], innovators.payments_recent[i]
            supported = public > _SUPPORTED * (public + own)
            innovators.watched[i] = 2 if supported else 1
            tally.present += 1.0
            tally.supported += 1.0 if supported else 0.0
