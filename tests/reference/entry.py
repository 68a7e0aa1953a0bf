"""Entry of firms: step 13a of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.accounts import GOVERNMENT, OUTSIDE
from tests.reference.agents import ABROAD, Innovator
from tests.reference.draws import index, normal, poisson
from tests.reference.setup import dirichlet_counts


def admit_entrants(economy: Any) -> None:
    """Step 13a: entrants, whom profits attract, take the lowest free slots; one freed this quarter rests."""
    incumbents = economy.living
    free = [firm for firm in economy.innovators if not firm.alive and firm.death < economy.t]
    means = [mean([firm.capability[c] for firm in incumbents]) for c in range(economy.p.domains)]
    common = most_common_generation(incumbents)
    newest = newest_generation(economy, incumbents, common)
    drawn = poisson(entrants_mean(economy, incumbents, means), economy.draws.U52(Stream.ENTRY, economy.t, 0))
    economy.market.entrants = 0
    for k, firm in enumerate(free[: economy.market.surge + drawn]):
        found(economy, firm, k, means, common, newest)


def mean(values: list[float]) -> float:
    """The mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def most_common_generation(firms: list[Innovator]) -> int:
    """The most common generation, the lowest among equals, all beyond 63 counted as 63; 0 without firms."""
    generations = [min(firm.generation, 63) for firm in firms]
    return max(sorted(set(generations)), key=generations.count, default=0)


def newest_generation(economy: Any, firms: list[Innovator], common: int) -> int:
    """Return the highest generation that sells a thousandth of all users' size, or the most common one."""
    units = [0.0] * 64
    for firm in firms:
        units[min(firm.generation, 63)] += firm.units
    return max((g for g in range(64) if units[g] >= 0.001 * 1000.0 * economy.p.market_size), default=common)


def entrants_mean(economy: Any, incumbents: list[Innovator], means: list[float]) -> float:
    """Mean number of entrants: profits attract, the lead of incumbents deters."""
    p = economy.p
    best = max((mean(firm.capability) for firm in incumbents), default=0.0)
    expected = max(p.initial_capability, p.inherit * mean(means))
    lead = max(best, expected)
    attracted = p.market_size * p.entry + p.entry_profit * economy.market.profits
    return float(attracted * math.exp(-p.deterrence * (lead / expected - 1.0)))


def found(economy: Any, firm: Innovator, k: int, means: list[float], common: int, newest: int) -> None:
    """The k-th entrant of the quarter in a free slot, with seed cash and perhaps a subsidy."""
    p, t, draws = economy.p, economy.t, economy.draws
    decoupled = p.decoupling_share if 0 <= p.decoupling <= t else 0.0
    for_foreign, for_newest = draws.pair(Stream.FOREIGN, t, k)
    foreign = for_foreign < p.foreign_entrants * (1.0 - decoupled)
    generation = newest if for_newest < p.entrant_newest else common
    region = ABROAD if foreign else index(draws.U32(Stream.ENTRANT, t, k, p.domains), p.regions)
    initial = p.initial_capability * (1.0 + p.foreign_lead if foreign else 1.0)
    luck = [draws.pair(Stream.ENTRANT, t, k, c) for c in range(p.domains)]
    capability = [
        min(
            economy.ceiling[generation],
            max(initial, p.inherit * average) * (1.0 + p.initial_spread * (2.0 * first - 1.0)),
        )
        for average, (first, _) in zip(means, luck, strict=True)
    ]
    belief = dirichlet_counts([second for _, second in luck])
    idiosyncratic = p.idiosyncratic_sd * normal(draws.U52(Stream.ENTRANT, t, k, p.domains + 1))
    firm.start_afresh(t, foreign, region, capability, belief, idiosyncratic)
    firm.generation, firm.alive = generation, True
    economy.ledger.transfer(OUTSIDE, firm.index, "SEED", p.seed_cash)
    economy.quarter.entries += 1
    if not foreign:
        subsidise(economy, firm)


def subsidise(economy: Any, firm: Innovator) -> None:
    """What government adds to a domestic entrant's seed cash."""
    subsidy = economy.support.entrant
    economy.ledger.transfer(GOVERNMENT, firm.index, "ENTRY", subsidy)
    firm.public_total = firm.public_recent = subsidy
    firm.endowment += subsidy
    economy.support.spent["entry_subsidy"] += subsidy
    economy.market.entrants += 1
