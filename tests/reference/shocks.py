"""Shocks: step 1a of model/ODD.md. (The withdrawal of policy is in government.py.)"""

from typing import Any

from model.randomness import Stream
from tests.reference.accounts import OUTSIDE
from tests.reference.draws import index
from tests.reference.ties import replace_dead_contacts


def strike_shocks(economy: Any) -> None:
    """Step 1a: what the calendar of shocks says, in this order."""
    p, t, market = economy.p, economy.t, economy.market
    if t == p.decoupling:
        decoupling(economy)
    market.demand = 1.0 - p.demand_depth if strikes(p.demand_shock, p.demand_duration, t) else 1.0
    market.cost = 1.0 + p.cost_rise if strikes(p.cost_shock, p.cost_duration, t) else 1.0
    if t == p.paradigm_break:
        paradigm_break(economy)
    market.surge = p.surge_size if t == p.entry_surge else 0


def strikes(start: int, duration: int, t: int) -> bool:
    """Whether a shock that lasts is at work."""
    return 0 <= start <= t < start + duration


def decoupling(economy: Any) -> None:
    """Foreign firms leave, and domestic suppliers take the places of foreign ones."""
    share, luck = economy.p.decoupling_share, economy.draws.U52
    for firm in economy.innovators:
        if firm.alive and firm.foreign and luck(Stream.DECOUPLING, 0, firm.index) < share:
            economy.ledger.transfer(firm.index, OUTSIDE, "LIQUIDATION", economy.ledger.cash[firm.index])
            firm.alive, firm.death = False, economy.t
            firm.fixed_real = firm.income_abroad = 0.0
            economy.quarter.exits += 1
    replace_dead_contacts(economy)
    lost = [s for s in economy.suppliers if s.foreign and luck(Stream.DECOUPLING, 1, s.index) < share]
    for c in range(economy.p.domains):
        domestic = [s for s in economy.suppliers if s.domain == c and not s.foreign]
        for firm in economy.innovators:
            if firm.supplier[c] in lost:
                place = economy.draws.U32(Stream.DECOUPLING, 2, firm.index, c)
                firm.supplier[c] = domestic[index(place, len(domestic))]


def paradigm_break(economy: Any) -> None:
    """Ceilings of generations to come rise, and needs move over to other domains."""
    p, domains = economy.p, economy.p.domains
    for g in range(economy.market.frontier + 1, len(economy.ceiling)):
        economy.ceiling[g] += p.paradigm_jump
    order = list(range(domains))
    for c in range(domains - 1, 0, -1):
        k = index(economy.draws.U32(Stream.PARADIGM, 0, c), c + 1)
        order[c], order[k] = order[k], order[c]
    for industry in economy.industries:
        old = industry.latent
        industry.latent = [(1.0 - p.paradigm_shift) * old[c] + p.paradigm_shift * old[order[c]] for c in range(domains)]
