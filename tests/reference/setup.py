"""The economy at t = 0: section 5 of model/ODD.md."""

import math
from types import SimpleNamespace
from typing import Any

from scipy.special import gammaincinv

from model.randomness import Stream
from tests.reference.agents import ABROAD, Industry, Innovator, Supplier, User
from tests.reference.draws import index, normal
from tests.reference.environment import need
from tests.reference.networks import choose_suppliers, tie_peers


def set_up(economy: Any) -> None:
    """All agents, their ties and the market, before anybody has met anybody."""
    economy.market = SimpleNamespace()
    economy.ceiling = [economy.p.ceiling + economy.p.ceiling_growth * g for g in range(64)]
    found_industries(economy)
    place_users(economy)
    tie_peers(economy)
    place_suppliers(economy)
    found_innovators(economy)
    choose_suppliers(economy)
    open_market(economy)


def layer_shares(economy: Any) -> dict[int, float]:
    """The layers that are present, with their shares of output; 0 traditional, 1 emerging, 2 future."""
    p = economy.p
    outputs = [p.traditional_share, p.emerging_share, 1.0 - p.traditional_share - p.emerging_share]
    with_output = [layer for layer in range(3) if outputs[layer] >= 1e-9]
    largest = sorted(with_output, key=lambda layer: -outputs[layer])[: p.industries]
    total = sum(outputs[layer] for layer in sorted(largest))
    return {layer: outputs[layer] / total for layer in sorted(largest)}


def allot(n: int, shares: list[float]) -> list[int]:
    """n units by shares: one each, then by whole parts of what is left, then one more to the largest fractions."""
    wanted = [share * (n - len(shares)) for share in shares]
    given = [1 + math.floor(part) for part in wanted]
    by_fraction = sorted(range(len(shares)), key=lambda k: math.floor(wanted[k]) - wanted[k])
    for k in by_fraction[: n - sum(given)]:
        given[k] += 1
    return given


def evenly(n: int, share: float) -> list[bool]:
    """A share of n rows, spread evenly."""
    return [math.floor((k + 1) * share + 1e-9) > math.floor(k * share + 1e-9) for k in range(n)]


def found_industries(economy: Any) -> None:
    """Industries layer by layer, with latent needs that are partly common to all."""
    p = economy.p
    shares = layer_shares(economy)
    numbers = allot(p.industries, list(shares.values()))
    layers = [layer for layer, number in zip(shares, numbers, strict=True) for _ in range(number)]
    common = needs_of_row(economy, p.industries)
    economy.industries = []
    for j, layer in enumerate(layers):
        own = needs_of_row(economy, j)
        latent = [p.generality * common[c] + (1.0 - p.generality) * own[c] for c in range(p.domains)]
        economy.industries.append(Industry(j, layer, shares[layer] / layers.count(layer), latent))
    for industry in economy.industries:
        industry.needs = [need(latent, p.domains) for latent in industry.latent]


def needs_of_row(economy: Any, row: int) -> list[float]:
    """Dirichlet shares of domains, out of gamma quantiles."""
    p, draws = economy.p, economy.draws
    gammas = [
        max(float(gammaincinv(p.needs_concentration, draws.U52(Stream.NEEDS, 0, row, c))), 1e-12)
        for c in range(p.domains)
    ]
    return [gamma / sum(gammas) for gamma in gammas]


def place_users(economy: Any) -> None:
    """Users industry by industry, with size, valuation, region and old technology; `regions` lists them by region."""
    p, draws = economy.p, economy.draws
    by_layer = [p.old_quality_traditional, p.old_quality_emerging, p.old_quality_future]
    numbers = allot(p.users, [industry.share for industry in economy.industries])
    economy.users, economy.regions = [], [[] for _ in range(p.regions)]
    for industry, number in zip(economy.industries, numbers, strict=True):
        for _ in range(number):
            user = User(economy, len(economy.users), industry, by_layer[industry.layer])
            for_size, for_valuation = draws.pair(Stream.USERS, 0, user.index, 0)
            for_region, for_lead = draws.pair(Stream.USERS, 0, user.index, 1)
            user.size = math.exp(p.size_dispersion * normal(for_size))
            user.valuation = math.exp(p.valuation_dispersion * normal(for_valuation) - p.valuation_dispersion**2 / 2.0)
            user.region = index(for_region, p.regions)
            user.lead = for_lead < p.lead_users
            industry.users.append(user)
            economy.regions[user.region].append(user)
            economy.users.append(user)
        total = sum(user.size for user in industry.users)
        for user in industry.users:
            user.size = user.size * industry.share * 1000.0 * p.market_size / total
    for user in economy.users:
        gain = p.value_of_quality * user.valuation * (user.old_quality - 1.0)
        user.output = user.size * (1.0 + gain)
        user.productivity = 1.0 + gain - p.old_price


def place_suppliers(economy: Any) -> None:
    """Suppliers domain by domain in turn; the first of every domain is domestic."""
    p, draws = economy.p, economy.draws
    economy.market.smallest_capacity = p.supplier_capacity * 1000.0 * p.market_size * p.domains / p.suppliers
    others = p.suppliers - p.domains
    foreign = [False] * p.domains
    if others > 0:
        foreign += evenly(others, min(1.0, p.foreign_suppliers * p.suppliers / others))
    economy.suppliers = []
    for s in range(p.suppliers):
        for_capability, for_region = draws.pair(Stream.SUPPLIERS, 0, s)
        capability = p.supplier_low + (p.supplier_high - p.supplier_low) * for_capability
        capability *= 1.0 + p.foreign_lead if foreign[s] else 1.0
        economy.suppliers.append(Supplier(economy, s, foreign[s], index(for_region, p.regions), capability))


def found_innovators(economy: Any) -> None:
    """All slots are drawn; the founders live."""
    p, draws = economy.p, economy.draws
    foreign = evenly(p.founders, p.foreign_founders) + [False] * (p.slots - p.founders)
    economy.innovators = []
    for i in range(p.slots):
        firm = Innovator(economy, i)
        luck = [draws.pair(Stream.FOUNDERS, 0, i, c) for c in range(p.domains)]
        initial = p.initial_capability * (1.0 + p.foreign_lead if foreign[i] else 1.0)
        capability = [
            min(p.ceiling, initial * (1.0 + p.initial_spread * (2.0 * first - 1.0))) for first, second in luck
        ]
        belief = dirichlet_counts([second for first, second in luck])
        for_region, for_quality = draws.pair(Stream.LAYOUT, 0, i)
        region = ABROAD if foreign[i] else index(for_region, p.regions)
        firm.start_afresh(-1, foreign[i], region, capability, belief, p.idiosyncratic_sd * normal(for_quality))
        firm.alive, firm.marginal = i < p.founders, [1.0] * p.domains
        economy.innovators.append(firm)


def dirichlet_counts(uniforms: list[float]) -> list[float]:
    """A belief drawn evenly among all: exponentials, scaled to sum to their number."""
    exponentials = [-math.log(u) for u in uniforms]
    return [len(uniforms) * b / sum(exponentials) for b in exponentials]


def open_market(economy: Any) -> None:
    """Output, wage and supply of engineers before anything happens."""
    p, market = economy.p, economy.market
    market.initial_output = sum(user.output for user in economy.users)
    if market.initial_output <= 0.0:
        raise ValueError("refused: output at t = 0 is not above 0")
    market.initial_supply = p.engineers * p.market_size
    domestic = sum(1 for firm in economy.innovators if firm.alive and not firm.foreign)
    engineering = p.users_engineering * sum(max(0.0, user.output) for user in economy.users)
    money = domestic * min(p.burn * p.seed_cash, p.seed_cash) + engineering
    market.initial_wage = money / market.initial_supply if money > 0.0 else 1.0
    market.wage, market.hours, market.profits, market.sold = market.initial_wage, 0.0, 0.0, 0.0
    market.frontier = market.gone = market.entrants = market.surge = 0
    market.demand = market.cost = 1.0
    market.segmentation, market.integration, market.adoption_cost = p.segmentation, p.integration, 0.0
