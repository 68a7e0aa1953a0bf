"""Entry: profits attract firms, incumbents' lead deters them; an entrant builds on what the industry knows."""

import numpy as np

from agents.innovator import Innovators, entrants_mean
from agents.kernel.arithmetic import mean, row_means
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from model.phases.public_research import mean_capability
from model.policy.instruments import NUMBER
from model.randomness import Stream, fine_uniform, poisson, words
from model.records import ParameterRecord
from model.start.firms import found_entrant
from model.state.ledger import GOVERNMENT, OUTSIDE, Entry, transfer
from model.state.state import LAST_GENERATION, State

_SEED, _ADDED = int(Entry.SEED), int(Entry.ENTRY)
_ENTRY, _FOREIGN = int(Stream.ENTRY), int(Stream.FOREIGN)
_ENTRY_SUBSIDY = NUMBER["entry_subsidy"]
_IN_USE = 0.001  # of all users' size: with units of as much a generation is in use


@phase
def admit_entrants(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Admit entrants, drawn by profits and deterred by incumbents' lead. A slot freed this quarter rests."""
    innovators, market, workspace = s.innovators, s.market[0], s.phase_workspace
    average = workspace.average
    mean_capability(innovators, average)
    frontier, common = _frontier(p, innovators, workspace.generations, workspace.level)
    newest = _newest(p, innovators, workspace.generation_units, common)
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
            s.tallies[t].refused = entrants - k
            return
        w0, w1, w2, w3 = words(seed, _FOREIGN, t, k, 0)
        foreign = fine_uniform(w0, w1) < p.foreign_entrants * (1.0 - decoupled)
        generation = newest if fine_uniform(w2, w3) < p.entrant_newest else common
        found_entrant(t, p, seed, s, slot, k, foreign, average, generation)
        transfer(t, s.ledger, OUTSIDE, slot, _SEED, p.seed_cash)
        if not foreign:
            _add_to_seed(t, s, slot, s.support.flow[0].entrant)
        s.tallies[t].entries += 1.0


@phase
def _add_to_seed(t: int, s: State, i: int, amount: float) -> None:
    """Add the entry subsidy of a domestic entrant to its seed cash."""
    transfer(t, s.ledger, GOVERNMENT, i, _ADDED, amount)
    s.support.spent[_ENTRY_SUBSIDY] += amount
    s.innovators.endowment[i] += amount
    s.innovators.public_total[i] = amount
    s.innovators.public_recent[i] = amount
    s.market[0].entrants += 1.0


@phase
def _frontier(p: ParameterRecord, innovators: Innovators, generations: Floats, level: Floats) -> tuple[float, int]:
    """Return the best mean capability of living firms, and the generation that most of them use."""
    generations[:] = 0.0
    frontier = 0.0
    row_means(innovators.capability, p.slots, level)
    for i in range(p.slots):
        if innovators.alive[i]:
            frontier = max(frontier, level[i])
            generations[min(innovators.generation[i], generations.shape[0] - 1)] += 1.0
    return frontier, int(np.argmax(generations))


@phase
def _newest(p: ParameterRecord, innovators: Innovators, units: Floats, otherwise: int) -> int:
    """Return the newest generation whose units are at least 0.1 % of all users' size, `otherwise` if there is none."""
    units[:] = 0.0
    for i in range(p.slots):
        if innovators.alive[i]:
            units[min(innovators.generation[i], LAST_GENERATION)] += innovators.units[i]
    for g in range(LAST_GENERATION, -1, -1):
        if units[g] >= _IN_USE * 1000.0 * p.market_size:
            return g
    return otherwise
