"""Entry: profits attract firms, incumbents' lead deters them; an entrant builds on what the industry knows."""

import numpy as np

from agents.compiled import rule
from agents.elementary import mean
from agents.government import NEVER
from agents.innovator import ceiling_of, entrant_capability, entrants_mean
from model.ledger import OUTSIDE, Purpose, transfer
from model.randomness import Purpose as Luck
from model.randomness import exponential, fine_uniform, poisson, uniform, words

_SEED = int(Purpose.SEED)
_ENTRY, _ENTRANT = int(Luck.ENTRY), int(Luck.ENTRANT)


@rule
def admit_entrants(t, p, seed, s):
    """Profits attract entrants and the lead of incumbents deters them; a slot freed this quarter rests."""
    innovators = s.innovators
    average = s.scratch.domain
    frontier, generation = _industry_average(p, innovators, average, s.scratch.generations)
    ceiling = ceiling_of(p.ceiling, p.ceiling_growth, generation)
    expected = max(p.initial_capability, p.inherit * mean(average))
    lead = max(frontier, expected)
    w0, w1, _, _ = words(seed, _ENTRY, t, 0, 0)
    expected_entrants = entrants_mean(
        p.market_size, p.entry, p.entry_profit, max(s.market[0].profits, 0.0), p.deterrence, lead, expected
    )
    entrants = poisson(expected_entrants, fine_uniform(w0, w1))
    slot = 0
    for k in range(entrants):
        while slot < p.slots and (innovators.alive[slot] or innovators.death[slot] == t):
            slot += 1
        if slot == p.slots:
            return
        _found(t, p, seed, s, slot, k, average, generation, ceiling)
        transfer(t, s.ledger, OUTSIDE, slot, _SEED, p.seed_cash)
        s.tallies[t].entries += 1.0


@rule
def _industry_average(p, innovators, average, generations):
    """Mean capability per domain of living firms, their best mean capability, and the generation most firms use."""
    average[:] = 0.0
    generations[:] = 0.0
    living, frontier = 0, 0.0
    for i in range(p.slots):
        if innovators.alive[i]:
            living += 1
            capability = innovators.capability[i]
            frontier = max(frontier, mean(capability))
            generations[min(innovators.generation[i], generations.shape[0] - 1)] += 1.0
            for c in range(capability.shape[0]):
                average[c] += capability[c]
    for c in range(average.shape[0]):
        average[c] /= max(living, 1)
    return frontier, np.argmax(generations)


@rule
def _found(t, p, seed, s, i, k, average, generation, ceiling):
    """A new firm in slot i: the k-th entrant of the quarter, whose luck does not depend on the slot."""
    innovators = s.innovators
    innovators.alive[i] = True
    innovators.birth[i] = t
    innovators.generation[i] = generation
    innovators.prototype[i] = False
    innovators.markup[i] = p.markup_start
    w0, _, _, _ = words(seed, _ENTRANT, t, k, p.domains)
    innovators.region[i] = min(int(uniform(w0) * p.regions), p.regions - 1)
    total = 0.0
    for c in range(p.domains):
        w0, w1, w2, w3 = words(seed, _ENTRANT, t, k, c)
        innovators.capability[i, c] = entrant_capability(
            p.initial_capability, p.inherit, average[c], p.initial_spread, fine_uniform(w0, w1), ceiling
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
        innovators.productivity,
        innovators.unit_cost,
        innovators.price,
        innovators.subsidy, innovators.weight,
    ):  # fmt: skip
        state[i] = 0.0
    innovators.watched[i] = 0
    innovators.progress[i] = t
    innovators.useful_mark[i] = 0.0
    s.government.since[i] = NEVER
