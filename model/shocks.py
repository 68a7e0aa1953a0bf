"""Shocks: each is a function of the name of the parameter that says when it strikes, and strikes in that quarter.

The withdrawal of policy is a shock to its calendar: `model.simulation.Simulation` ends the policy then.
"""

from collections.abc import Callable

import numpy as np

from agents.kernel.decorators import phase
from agents.kernel.types import Key
from agents.supplier import Suppliers
from model.parameters import SHOCKS
from model.phases.ties import replace_dead_contacts
from model.randomness import Stream, fine_uniform, uniform, words
from model.records import ParameterRecord
from model.state.ledger import OUTSIDE, Entry, transfer
from model.state.state import State

_LIQUIDATION = int(Entry.LIQUIDATION)
_DECOUPLING, _PARADIGM = int(Stream.DECOUPLING), int(Stream.PARADIGM)

STRIKING = tuple(name for name in SHOCKS if name != "withdrawal")


@phase
def decoupling(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Make foreign rivals leave and foreign suppliers stop deliveries, each with probability `decoupling_share`."""
    if t != p.decoupling:
        return
    innovators = s.innovators
    for i in range(p.slots):
        w0, w1, _, _ = words(seed, _DECOUPLING, 0, i, 0)
        if innovators.alive[i] and innovators.foreign[i] and fine_uniform(w0, w1) < p.decoupling_share:
            transfer(t, s.ledger, i, OUTSIDE, _LIQUIDATION, s.ledger.cash[i])
            innovators.alive[i] = False
            innovators.death[i] = t
            innovators.fixed_real[i], innovators.income_abroad[i] = 0.0, 0.0
            s.tallies[t].exits += 1.0
    replace_dead_contacts(t, p, s.market[0].segmentation, seed, s, np.int64(0), p.users)
    for i in range(p.slots):
        for c in range(p.domains):
            supplier = innovators.supplier[i, c]
            w0, w1, _, _ = words(seed, _DECOUPLING, 1, supplier, 0)
            if s.suppliers.foreign[supplier] and fine_uniform(w0, w1) < p.decoupling_share:
                innovators.supplier[i, c] = _domestic_supplier(p, seed, s.suppliers, i, c)


@phase
def _domestic_supplier(p: ParameterRecord, seed: Key, suppliers: Suppliers, i: int, c: int) -> int:
    """Return one of the domain's domestic suppliers, at random."""
    w0, _, _, _ = words(seed, _DECOUPLING, 2, i, c)
    domestic = 0
    for k in range(c, suppliers.domain.shape[0], p.domains):
        domestic += not suppliers.foreign[k]
    left = min(int(uniform(w0) * domestic), domestic - 1)
    for k in range(c, suppliers.domain.shape[0], p.domains):
        if not suppliers.foreign[k]:
            if left == 0:
                return k
            left -= 1
    return c


@phase
def demand_shock(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Lower users' activity, and with it their purchases, by `demand_depth` for `demand_duration` quarters."""
    strikes = 0 <= p.demand_shock <= t < p.demand_shock + p.demand_duration
    s.market[0].demand = 1.0 - p.demand_depth if strikes else 1.0


@phase
def cost_shock(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Raise unit costs by `cost_rise` for `cost_duration` quarters."""
    strikes = 0 <= p.cost_shock <= t < p.cost_shock + p.cost_duration
    s.market[0].cost = 1.0 + p.cost_rise if strikes else 1.0


@phase
def paradigm_break(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Raise ceilings beyond the frontier by `paradigm_jump` and move needs to other domains.

    latent_jc = (1 - shift) * latent_jc + shift * latent_j,permuted(c), one keyed permutation for all industries: what
    firms believe and have heard then points to problems of the past.
    """
    if t != p.paradigm_break:
        return
    ceiling, latent, moved = s.ceiling, s.industries.latent, s.phase_workspace.shifted_latent
    for g in range(int(s.market[0].frontier) + 1, ceiling.shape[0]):
        ceiling[g] += p.paradigm_jump
    order = s.phase_workspace.order
    for c in range(p.domains):
        order[c] = c
    for c in range(p.domains - 1, 0, -1):
        w0, _, _, _ = words(seed, _PARADIGM, 0, c, 0)
        k = min(int(uniform(w0) * (c + 1)), c)
        order[c], order[k] = order[k], order[c]
    for j in range(p.industries):
        for c in range(p.domains):
            moved[j, c] = (1.0 - p.paradigm_shift) * latent[j, c] + p.paradigm_shift * latent[j, order[c]]
    for j in range(p.industries):
        for c in range(p.domains):
            latent[j, c] = moved[j, c]


@phase
def entry_surge(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Let `surge_size` firms more than usual enter."""
    s.market[0].surge = p.surge_size if t == p.entry_surge else 0.0


def _striker() -> Callable[[int, ParameterRecord, Key, State], None]:
    """Return strike(t, p, seed, s), which lets every shock check whether its quarter has come."""
    lines = [f"    {name}(t, p, seed, s)" for name in STRIKING]
    scope = {name: globals()[name] for name in STRIKING}
    exec("\n".join(["def strike(t, p, seed, s):", *lines]), scope)
    compiled: Callable[[int, ParameterRecord, Key, State], None] = phase(scope["strike"])
    return compiled


strike_shocks = _striker()
