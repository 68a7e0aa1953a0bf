"""Entry: profits attract firms, incumbents' lead deters them; an entrant builds on what the industry knows."""

import numpy as np

from agents.government import NEVER
from agents.innovator import ABROAD, Innovators, entrant_capability, entrants_mean
from agents.kernel.arithmetic import mean, row_means
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from model.phases.public_research import mean_capability
from model.policy.instruments import NUMBER
from model.randomness import Stream, exponential, fine_uniform, poisson, uniform, words
from model.records import ParameterRecord
from model.state.ledger import GOVERNMENT, OUTSIDE, Entry, transfer
from model.state.state import State

_SEED, _ADDED = int(Entry.SEED), int(Entry.ENTRY)
_ENTRY, _ENTRANT, _FOREIGN = int(Stream.ENTRY), int(Stream.ENTRANT), int(Stream.FOREIGN)
_ENTRY_SUBSIDY = NUMBER["entry_subsidy"]


@phase
def admit_entrants(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Profits attract entrants and the lead of incumbents deters them; a slot freed this quarter rests."""
    innovators, market = s.innovators, s.market[0]
    average = s.scratch.domain
    mean_capability(innovators, average)
    frontier, generation = _frontier(p, innovators, s.scratch.generations, s.scratch.firms[0])
    ceiling = s.ceiling[generation]
    expected = max(p.initial_capability, p.inherit * mean(average))
    lead = max(frontier, expected)
    w0, w1, _, _ = words(seed, _ENTRY, t, 0, 0)
    expected_entrants = entrants_mean(
        p.market_size, p.entry, p.entry_profit, market.profits, p.deterrence, lead, expected
    )
    entrants = poisson(expected_entrants, fine_uniform(w0, w1)) + int(market.surge)
    decoupled = p.decoupling_share if 0 <= p.decoupling <= t else 0.0
    market.entrants = 0.0
    slot = 0
    for k in range(entrants):
        while slot < p.slots and (innovators.alive[slot] or innovators.death[slot] == t):
            slot += 1
        if slot == p.slots:
            return
        w0, w1, _, _ = words(seed, _FOREIGN, t, k, 0)
        foreign = fine_uniform(w0, w1) < p.foreign_entrants * (1.0 - decoupled)
        _found(t, p, seed, s, slot, k, foreign, average, generation, ceiling)
        transfer(t, s.ledger, OUTSIDE, slot, _SEED, p.seed_cash)
        if not foreign:
            _add_to_seed(t, s, slot, s.support.flow[0].entrant)
        s.tallies[t].entries += 1.0


@phase
def _add_to_seed(t: int, s: State, i: int, amount: float) -> None:
    """The entry subsidy of a domestic entrant."""
    transfer(t, s.ledger, GOVERNMENT, i, _ADDED, amount)
    s.support.spent[_ENTRY_SUBSIDY] += amount
    s.innovators.endowment[i] += amount
    s.innovators.public_total[i] = amount
    s.innovators.public_recent[i] = amount
    s.market[0].entrants += 1.0


@phase
def _frontier(p: ParameterRecord, innovators: Innovators, generations: Floats, level: Floats) -> tuple[float, int]:
    """Best mean capability of living firms, and the generation that most of them use."""
    generations[:] = 0.0
    frontier = 0.0
    row_means(innovators.capability, p.slots, level)
    for i in range(p.slots):
        if innovators.alive[i]:
            frontier = max(frontier, level[i])
            generations[min(innovators.generation[i], generations.shape[0] - 1)] += 1.0
    return frontier, int(np.argmax(generations))


@phase
def _found(
    t: int,
    p: ParameterRecord,
    seed: Key,
    s: State,
    i: int,
    k: int,
    foreign: bool,
    average: Floats,
    generation: int,
    ceiling: float,
) -> None:
    """A new firm in slot i: the k-th entrant of the quarter, whose luck does not depend on the slot."""
    innovators = s.innovators
    innovators.alive[i] = True
    innovators.birth[i] = t
    innovators.generation[i] = generation
    innovators.prototype[i] = False
    innovators.markup[i] = p.markup_start
    w0, _, _, _ = words(seed, _ENTRANT, t, k, p.domains)
    innovators.region[i] = ABROAD if foreign else min(int(uniform(w0) * p.regions), p.regions - 1)
    innovators.foreign[i] = foreign
    innovators.endowment[i] = p.seed_cash
    innovators.income_abroad[i] = p.foreign_income if foreign else 0.0
    initial = p.initial_capability * (1.0 + p.foreign_lead if foreign else 1.0)
    total = 0.0
    for c in range(p.domains):
        w0, w1, w2, w3 = words(seed, _ENTRANT, t, k, c)
        innovators.capability[i, c] = entrant_capability(
            initial, p.inherit, average[c], p.initial_spread, fine_uniform(w0, w1), ceiling
        )
        innovators.belief[i, c] = exponential(fine_uniform(w2, w3))
        total += innovators.belief[i, c]
    for c in range(p.domains):
        innovators.belief[i, c] *= p.domains / total
    for rows in (innovators.backlog, innovators.effective, innovators.marginal, innovators.direction):
        rows[i] = 0.0
    innovators.heard[i] = 0.0
    innovators.quality[i] = 0.0  # nothing to show before the first product
    for state in (
        innovators.revenue, innovators.subsidised, innovators.units, innovators.delivered, innovators.share,
        innovators.experience, innovators.public_recent, innovators.payments_recent, innovators.public_total,
        innovators.own_research, innovators.public_research, innovators.hours, innovators.absorption,
        innovators.productivity, innovators.unit_cost, innovators.price, innovators.subsidy, innovators.weight,
        innovators.equity, innovators.usual_units,
    ):  # fmt: skip
        state[i] = 0.0
    innovators.watched[i] = 0
    innovators.progress[i] = t
    innovators.useful_mark[i] = 0.0
    s.government.since[i] = NEVER
    s.government.backed_since[i] = NEVER
