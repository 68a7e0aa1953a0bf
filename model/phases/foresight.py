"""Perfect foresight, as government would have it: where problems will lie, and where an engineer helps most."""

import math

import numpy as np

from agents.industry import need
from agents.innovator import MEAN_SHOCK, Innovators, half_saturated, research_effort, solution_size, solutions_mean
from agents.kernel.arithmetic import power, total
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from agents.user import Users
from model.phases.environment import drift_needs
from model.records import ParameterRecord, PolicyRecord
from model.state.state import LAST_GENERATION, State

MARGINAL, LEADER = 0, 1


@phase
def true_problem_weights(t: int, p: ParameterRecord, seed: Key, s: State, ahead: int) -> Floats:
    """Return output-weighted problem weights p_c ~ n_jc e_c^(rho - 1) as they will be `ahead` quarters on.

    The keyed drift of needs is known to nature; e is the capability of products in use now, weighted by units,
    or of all living firms where nothing is in use. Shape (domains,), sums to 1.
    """
    latent, needs = s.phase_workspace.shifted_latent, s.phase_workspace.future_needs
    for j in range(p.industries):
        for c in range(p.domains):
            latent[j, c] = s.industries.latent[j, c]
    for quarter in range(t + 1, t + 1 + ahead):
        drift_needs(quarter, p, seed, latent, needs, s.phase_workspace)
    for j in range(p.industries):
        for c in range(p.domains):
            needs[c, j] = need(latent[j, c], p.domains)
    marginal = _mean_marginal(p, s.innovators)
    weights = np.zeros(p.domains)
    output = np.zeros(p.industries)
    for u in range(s.users.industry.shape[0]):
        output[s.users.industry[u]] += s.users.output[u]
    for j in range(p.industries):
        share = output[j] / total(output) if total(output) > 0.0 else s.industries.share[j]
        mass = 0.0
        for c in range(p.domains):
            mass += needs[c, j] * marginal[c]
        for c in range(p.domains):
            weights[c] += share * needs[c, j] * marginal[c] / mass
    return weights


@phase
def _mean_marginal(p: ParameterRecord, innovators: Innovators) -> Floats:
    """Return e_c^(rho - 1) of the mean effective capability in use. Shape (domains,)."""
    units = innovators.units.sum()
    marginal = np.ones(p.domains)
    for c in range(p.domains):
        summed, weight = 0.0, 0.0
        for i in range(p.slots):
            if innovators.alive[i] and innovators.effective[i, c] > 0.0:
                w = innovators.units[i] if units > 0.0 else 1.0
                summed += w * innovators.effective[i, c]
                weight += w
        if weight > 0.0 and summed > 0.0:
            marginal[c] = power(max(summed / weight, 1e-6), max(p.complementarity, -30.0) - 1.0)
    return marginal


@phase
def firm_prospects(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> Floats:
    """Return z-scores over living domestic firms of the government's criterion. Shape (slots,)."""
    innovators = s.innovators
    value = np.zeros(p.slots)
    if policy.criterion == MARGINAL:
        _marginal_gain(p, s, value)
    for i in range(p.slots):
        if policy.criterion == LEADER:
            value[i] = innovators.quality[i].mean() / innovators.idiosyncratic_factor[i]
        elif policy.criterion != MARGINAL:
            value[i] = innovators.birth[i]
    standardise(innovators, value)
    return value


@phase
def standardise(innovators: Innovators, value: Floats) -> None:
    """Turn values of firms into z-scores over living domestic firms, 0 where all are alike. Shape (slots,)."""
    alive, foreign = innovators.alive, innovators.foreign
    count, mean, square = 0, 0.0, 0.0
    for i in range(value.shape[0]):
        if alive[i] and not foreign[i]:
            count += 1
            mean += value[i]
    if count == 0:
        return
    mean /= count
    for i in range(value.shape[0]):
        square += (value[i] - mean) ** 2 if alive[i] and not foreign[i] else 0.0
    deviation = math.sqrt(square / count)
    for i in range(value.shape[0]):
        value[i] = (value[i] - mean) / deviation if deviation > 1e-12 * max(1.0, abs(mean)) else 0.0


@phase
def _marginal_gain(p: ParameterRecord, s: State, value: Floats) -> None:
    """Set the gain in useful output per further hour at each firm, in the direction of its belief.

    sum_j V_ij * sum_c dQ_ij/dx_ic * step * (1 - x/ceiling)+ * d mean_c / d hours. V_ij sums size * v * val * mastery
    over the firm's users in industry j, and over users of the old technology that know the firm, divided by the
    number of their contacts: without these nothing could be told apart before anybody uses anything.
    """
    innovators, users = s.innovators, s.users
    worth = s.phase_workspace.user_worth
    _user_value(p, users, worth)
    for i in range(p.slots):
        value[i] = 0.0
        hours = innovators.plan_research[i] / s.market[0].wage
        if not innovators.alive[i] or hours <= 0.0:
            continue
        ceiling = s.ceiling[min(innovators.generation[i], LAST_GENERATION)]
        for j in range(p.industries):
            quality = max(innovators.quality[i, j] / innovators.idiosyncratic_factor[i], 1e-6)
            worth[i, j] *= power(quality, 1.0 - max(p.complementarity, -30.0))
        effort = research_effort(hours, p.engineers, p.concentration)
        counts = total(innovators.belief[i])
        for c in range(p.domains):
            x = max(innovators.capability[i, c], 1e-6)
            e = innovators.effective[i, c]
            slope = (1.0 - p.supplier_weight) * power(max(e, 1e-6) / x, 1.0 - p.supplier_exponent)
            pressure = half_saturated(innovators.backlog[i, c], p.backlog_half)
            mean = solutions_mean(p.solution_rate, effort, innovators.belief[i, c] / counts, p.own_problems, pressure)
            per_hour = p.concentration * mean / hours
            step = solution_size(p.solution_step, MEAN_SHOCK) * max(0.0, 1.0 - x / ceiling)
            rise = 0.0
            for j in range(p.industries):
                rise += worth[i, j] * s.industries.needs[c, j]
            value[i] += rise * innovators.marginal[i, c] * slope * step * per_hour


@phase
def _user_value(p: ParameterRecord, users: Users, worth: Floats) -> None:
    """Set V, the worth of a unit of quality at each firm to its users, present and prospective. Shape (N, J)."""
    worth[:] = 0.0
    known = users.contacts.shape[1]
    for u in range(users.provider.shape[0]):
        j, i = users.industry[u], users.provider[u]
        gain = users.size[u] * p.value_of_quality * users.valuation[u] * users.mastery[u]
        if i >= 0:
            worth[i, j] += gain
        else:
            for m in range(known):
                if users.contacts[u, m] >= 0:
                    worth[users.contacts[u, m], j] += gain / known
