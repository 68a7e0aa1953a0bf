"""Record: the quarter's raw counts, read from the state after the last phase. Indicators are made of them."""

import math

import numpy as np

from agents.industry import EMERGING, FUTURE, TRADITIONAL, Industries
from agents.innovator import SELLING, SUPPORTED, Innovators, firm_number, occupied
from agents.kernel.arithmetic import dot, log, mean, row_means, total, total_where
from agents.kernel.decorators import phase
from agents.kernel.types import Flags, Floats, Integers, Row
from agents.user import Users
from model.records import ParameterRecord, PolicyRecord
from model.state.state import State
from model.state.workspace import PhaseWorkspace

_DEPENDENT = 1.0 / 3.0
_PUBLIC = 0.01  # share of recent income above which a firm is supported


@phase
def record_quarter(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Fill the quarter's row of tallies."""
    tally, market, level, slots = s.tallies[t], s.market[0], s.stocks.level[0], occupied(s.innovators.alive)
    tally.wage, tally.hours = market.wage, market.hours
    tally.science, tally.infrastructure, tally.engineers = level.science, level.infrastructure, level.engineers
    tally.common = mean(s.stocks.common)
    _record_users(p, s.users, s.industries, tally)
    _record_firms(p, s.innovators, s.phase_workspace.level, tally)
    _record_directions(p, s.innovators, s.phase_workspace, slots, tally)
    _record_scope(s.users, s.industries.first, s.innovators, s.phase_workspace.serves, tally)
    _record_productivity(s.innovators, s.support.lost, s.market[0], s.phase_workspace, tally)
    if t == policy.end - 1:
        _watch(p, s.innovators, tally)


@phase
def _record_users(p: ParameterRecord, users: Users, industries: Industries, tally: Row) -> None:
    """Record output, adoption and qualities of users, by layer. Users stand in the order of their industries."""
    layer, first, size = industries.layer, industries.first, users.size
    provider, outputs = users.provider, users.output
    made, sizes, on_old = np.zeros(3), np.zeros(3), np.zeros(3)
    for j in range(layer.shape[0]):
        start, stop = first[j], first[j + 1]
        made[layer[j]] += total(outputs[start:stop])
        sizes[layer[j]] += total(size[start:stop])
        on_old[layer[j]] += total_where(size[start:stop], provider[start:stop])
    tally.output, tally.output_traditional = made[0] + made[1] + made[2], made[TRADITIONAL]
    tally.useful, tally.old_quality = dot(size, users.quality_used), dot(size, users.old_quality)
    tally.size_traditional, tally.size_emerging, tally.size_future = sizes[TRADITIONAL], sizes[EMERGING], sizes[FUTURE]
    tally.adopted_traditional = sizes[TRADITIONAL] - on_old[TRADITIONAL]
    tally.adopted_emerging = sizes[EMERGING] - on_old[EMERGING]
    tally.adopted_future = sizes[FUTURE] - on_old[FUTURE]


@phase
def _record_firms(p: ParameterRecord, innovators: Innovators, level: Floats, tally: Row) -> None:
    """Record firms, sales, prices, concentration and dependence on public money. `level` (N,) is working space."""
    alive, foreign, sold, revenue = innovators.alive, innovators.foreign, innovators.units, innovators.revenue
    generation, price, cost = innovators.generation, innovators.price, innovators.unit_cost
    public, own, birth = innovators.public_recent, innovators.payments_recent, innovators.birth
    row_means(innovators.capability, p.slots, level)
    units = 0.0
    for i in range(p.slots):
        units += sold[i] if alive[i] else 0.0
    firms, dependent, lab, latest = 0, 0, 0.0, 0
    imports, of_public, of_own, domestic = 0.0, 0.0, 0.0, 0.0
    generations, prices, costs, squares = 0.0, 0.0, 0.0, 0.0
    entrants, most, leader = 0.0, 0.0, -1
    for i in range(p.slots):
        imports += revenue[i] if foreign[i] else 0.0
        if not alive[i]:
            continue
        firms += 1
        lab, latest = max(lab, level[i]), max(latest, generation[i])
        of_public += public[i]
        of_own += own[i]
        dependent += public[i] > _DEPENDENT * (public[i] + own[i])
        if sold[i] > 0.0:
            domestic += 0.0 if foreign[i] else sold[i]
            entrants += sold[i] if birth[i] >= 0 else 0.0
            if sold[i] > most:
                most, leader = sold[i], firm_number(i, birth[i])
            generations += sold[i] / units * generation[i]
            prices += sold[i] * price[i]
            costs += sold[i] * cost[i]
            squares += (sold[i] / units) ** 2
    tally.firms, tally.dependent_firms = firms, dependent
    tally.lab, tally.frontier_generation, tally.generation = lab, latest, generations
    tally.imports, tally.public_recent, tally.payments_recent = imports, of_public, of_own
    tally.units, tally.domestic_units, tally.share_squares = units, domestic, squares
    tally.sales = total(innovators.sales)
    tally.price, tally.unit_cost = prices, costs
    tally.entrant_units, tally.leader = entrants, leader


@phase
def _record_directions(
    p: ParameterRecord, innovators: Innovators, workspace: PhaseWorkspace, slots: int, tally: Row
) -> None:
    """Record the similarity of firms' R&D directions, and the entropy of the direction of all hours."""
    alive, hours, direction = innovators.alive, innovators.hours, innovators.direction
    per_length, working, product = workspace.per_length, workspace.working, workspace.weighed
    for i in range(slots):
        per_length[i], working[i] = 0.0, hours[i] if alive[i] else 0.0
    for c in range(p.domains):
        for i in range(slots):
            per_length[i] += direction[i, c] * direction[i, c]
    count = 0
    for i in range(slots):
        count += working[i] > 0.0
        per_length[i] = 1.0 / math.sqrt(per_length[i]) if working[i] > 0.0 else 0.0
    everyone, square, entropy = total(working[:slots]), 0.0, 0.0
    for c in range(p.domains):
        for i in range(slots):
            product[i] = direction[i, c] * per_length[i]
        square += total(product[:slots]) ** 2
        for i in range(slots):
            product[i] = direction[i, c] * working[i]
        share = total(product[:slots]) / everyone if everyone > 0.0 else 0.0
        entropy -= share * log(share) if share > 0.0 else 0.0
    tally.direction_entropy = entropy
    if count > 1:
        tally.similarity = (square - count) / (count * (count - 1))


@phase
def _record_scope(users: Users, first: Integers, innovators: Innovators, served: Flags, tally: Row) -> None:
    """Record industries and economic size that selling firms serve. `served` (J, N + 2) is working space.

    Positions 0 and 1 of a row are for users without a firm: no branch, whose outcome could not be predicted.
    """
    provider, alive, units = users.provider, innovators.alive, innovators.units
    served[:] = False
    for j in range(served.shape[0]):
        serves = served[j]
        for u in range(first[j], first[j + 1]):
            serves[np.uint16(provider[u] + 2)] = True
    sellers, pairs = 0, 0
    for i in range(alive.shape[0]):
        if alive[i] and units[i] > 0.0:
            sellers += 1
            for j in range(served.shape[0]):
                pairs += served[j, i + 2]
    tally.selling_firms, tally.industries_served = sellers, pairs
    tally.users_served = tally.adopted_traditional + tally.adopted_emerging + tally.adopted_future


@phase
def _record_productivity(
    innovators: Innovators, lost: Floats, market: Row, workspace: PhaseWorkspace, tally: Row
) -> None:
    """Record quality units delivered per real resource, and its change by Foster, Haltiwanger & Krizan (2001).

    phi_i = delivered / (production + fixed and research cost at w_0); weights are shares of quality delivered. Research
    cost includes hours lost to coordination.
    With last quarter's aggregate Phi: within = sum s_old dphi; between = sum ds (phi_old - Phi) + sum ds dphi;
    entry = sum s_new (phi_new - Phi); exit = -sum s_old (phi_old - Phi). The four sum to the change of Phi.
    """
    alive, delivered = innovators.alive, innovators.delivered
    units, unit_cost = innovators.units, innovators.unit_cost
    hours, fixed = innovators.hours, innovators.fixed_real
    weight, productivity = innovators.weight, innovators.productivity
    share, new = workspace.delivered_share, workspace.new_productivity
    slots, wage, initial_wage = alive.shape[0], market.wage, market.initial_wage
    for i in range(slots):
        share[i] = delivered[i] if alive[i] else 0.0
    everything, before, had = total(share), dot(weight, productivity), total(weight)
    for i in range(slots):
        real = units[i] * unit_cost[i] + (hours[i] + lost[i] / wage) * initial_wage + fixed[i]
        new[i] = share[i] / real if share[i] > 0.0 else 0.0
    within, between, entry, leaving, highest = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(slots):
        now, was = share[i] / everything if share[i] > 0.0 else 0.0, weight[i]
        share[i] = now
        highest = max(highest, new[i])
        within += was * (new[i] - productivity[i]) if now > 0.0 else 0.0
        between += (now - was) * (new[i] - before) if now > 0.0 and was > 0.0 else 0.0
        entry += now * (new[i] - before) if was == 0.0 else 0.0
        leaving -= was * (productivity[i] - before) if now == 0.0 else 0.0
    tally.productivity, tally.productivity_frontier = dot(share, new), highest
    if had > 0.0 and everything > 0.0:
        tally.productivity_within, tally.productivity_between = within, between
        tally.productivity_entry, tally.productivity_exit = entry, leaving
    for i in range(slots):
        weight[i], productivity[i] = share[i], new[i]


@phase
def _watch(p: ParameterRecord, innovators: Innovators, tally: Row) -> None:
    """Mark, when policy ends, who is there, who sells, and whose recent income was public by more than 1 %."""
    for i in range(p.slots):
        innovators.watched[i] = 0
        if innovators.alive[i] and not innovators.foreign[i]:
            public, own = innovators.public_recent[i], innovators.payments_recent[i]
            supported, selling = public > _PUBLIC * (public + own), innovators.units[i] > 0.0
            innovators.watched[i] = 1 + (SUPPORTED if supported else 0) + (SELLING if selling else 0)
            tally.present += 1.0
            tally.present_selling += 1.0 if selling else 0.0
            tally.supported += 1.0 if supported else 0.0
            tally.supported_selling += 1.0 if supported and selling else 0.0
