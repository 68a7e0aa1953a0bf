"""What a government sees: prospects of firms and problems to come (step 2c of model/ODD.md)."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.agents import Innovator
from tests.reference.draws import exponential, normal
from tests.reference.environment import drifted, need
from tests.reference.research import research_effort, solutions_mean


def perceived(economy: Any, phi: float, purpose: Stream, plan_quarter: int) -> list[float]:
    """What a government believes of each slot's firm: prospects, error and biases."""
    policy, firms, luck = economy.policy, economy.innovators, economy.draws.U52
    theta = z_scores(economy, prospects(economy))
    size = z_scores(economy, [firm.revenue for firm in firms])
    past = z_scores(economy, [firm.public_total for firm in firms])
    error = math.sqrt(phi * (1.0 - phi)) + 1e-9
    return [
        phi * theta[i]
        + error * normal(luck(purpose, plan_quarter, i, firm.birth + 1))
        + policy.bias_size * size[i]
        + policy.bias_past * past[i]
        + policy.bias_connection * normal(luck(Stream.CONNECTION, 0, i, firm.birth + 1))
        for i, firm in enumerate(firms)
    ]


def z_scores(economy: Any, values: list[float]) -> list[float]:
    """Values by mean and standard deviation of living domestic firms; 0 for all if they are all alike."""
    own = [v for v, firm in zip(values, economy.innovators, strict=True) if firm.alive and not firm.foreign]
    if not own:
        return values
    mean = sum(own) / len(own)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in own) / len(own))
    if deviation <= 1e-12 * max(1.0, abs(mean)):
        return [0.0] * len(values)
    return [(v - mean) / deviation for v in values]


def prospects(economy: Any) -> list[float]:
    """What the criterion values in each firm, before standardisation."""
    firms = economy.innovators
    if economy.policy.criterion == "young":
        return [float(firm.birth) for firm in firms]
    if economy.policy.criterion == "leader":
        return [sum(firm.quality) / len(firm.quality) / firm.idiosyncratic_factor for firm in firms]
    worth = value_of_quality_by_firm(economy)
    return [marginal_value(economy, firm, worth[firm.index]) for firm in firms]


def value_of_quality_by_firm(economy: Any) -> list[list[float]]:
    """V_ij: what a unit of the firm's quality is worth to an industry's users, would-be users in part."""
    p = economy.p
    worth = [[0.0] * p.industries for _ in range(p.slots)]
    for user in economy.users:
        value = user.size * p.value_of_quality * user.valuation * user.mastery
        if user.adopts:
            worth[user.provider.index][user.industry.index] += value
        else:
            for firm in filter(None, user.contacts):
                worth[firm.index][user.industry.index] += value / p.contacts
    return worth


def marginal_value(economy: Any, firm: Innovator, worth: list[float]) -> float:
    """The gain in useful output from a further hour at planned own R&D, in the direction of belief."""
    p, rho = economy.p, max(economy.p.complementarity, -30.0)
    hours = firm.plan_research / economy.market.wage
    if hours <= 0.0:
        return 0.0
    ceiling = economy.ceiling[min(firm.generation, 63)]
    effort = research_effort(economy, hours)
    usual = [max(quality / firm.idiosyncratic_factor, 1e-6) for quality in firm.quality]
    gain = 0.0
    for c, direction in enumerate(firm.belief_shares):
        x = max(firm.capability[c], 1e-6)
        needed = sum(worth[j.index] * usual[j.index] ** (1.0 - rho) * j.needs[c] for j in economy.industries)
        relative = max(firm.effective[c], 1e-6) / x
        slope = (1.0 - p.supplier_weight) * relative ** (1.0 - p.supplier_exponent)
        step = p.solution_step * math.exp(0.5) * max(0.0, 1.0 - x / ceiling)
        mean = solutions_mean(economy, effort, direction, firm.backlog[c])
        gain += needed * firm.marginal[c] * slope * step * p.concentration * mean / hours
    return gain


def random_weights(economy: Any) -> list[float]:
    """What a government without foresight takes for the problems to come."""
    drawn = [exponential(economy.draws.U52(Stream.PLAN, economy.t, c)) for c in range(economy.p.domains)]
    return [b / sum(drawn) for b in drawn]


def true_weights(economy: Any) -> list[float]:
    """Where problems will come from at mid-plan, industries weighted by last quarter's output."""
    domains = range(economy.p.domains)
    value = marginal_values_of_domains(economy)
    weights = [0.0] * economy.p.domains
    total = sum(user.output for user in economy.users)
    for industry in economy.industries:
        latent = industry.latent
        for quarter in range(economy.t + 1, economy.t + economy.policy.plan_period // 2 + 1):
            latent = drifted(economy, industry, latent, quarter)
        output = sum(user.output for user in economy.users if user.industry is industry)
        share = output / total if total > 0.0 else industry.share
        problems = [need(latent[c], economy.p.domains) * value[c] for c in domains]
        for c in domains:
            weights[c] += share * problems[c] / sum(problems)
    return weights


def marginal_values_of_domains(economy: Any) -> list[float]:
    """m_c: marginal value of a domain at the mean effective capability of firms, weighted by units sold."""
    sold = sum(firm.units for firm in economy.innovators) > 0.0
    values = []
    for c in range(economy.p.domains):
        weight = total = 0.0
        for firm in economy.innovators:
            if firm.alive and firm.effective[c] > 0.0:
                weight += firm.units if sold else 1.0
                total += (firm.units if sold else 1.0) * firm.effective[c]
        rho = max(economy.p.complementarity, -30.0)
        values.append(max(total / weight, 1e-6) ** (rho - 1.0) if weight > 0.0 and total > 0.0 else 1.0)
    return values
