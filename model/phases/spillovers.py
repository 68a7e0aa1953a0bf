"""Spillovers: what firms learn from members of a mission, from visible rivals and from common technology."""

from agents.innovator import imitated, occupied, visible_level
from agents.kernel.arithmetic import highest
from agents.kernel.decorators import phase
from agents.kernel.types import Floats
from model.records import ParameterRecord
from model.state.state import LAST_GENERATION, State


@phase
def imitate(p: ParameterRecord, s: State) -> None:
    """Capability moves towards the best visible rival and the common technology, all firms reading the same state."""
    innovators, slots = s.innovators, occupied(s.innovators.alive)
    ceiling = s.phase_workspace.own_ceiling
    for i in range(slots):
        ceiling[i] = s.ceiling[min(innovators.generation[i], LAST_GENERATION)]
    _join_forces(p.mission_efficacy, s, ceiling, slots)
    _look_around(p, s, slots)
    _follow(p, s, ceiling, slots)


@phase
def _look_around(p: ParameterRecord, s: State, slots: int) -> None:
    """The highest level that any firm shows, per domain, into `domain`. The firm itself learns nothing from that.

    What a firm shows is at most what it knows, so that nobody has to be left out of what others show.
    """
    innovators, seen, served = s.innovators, s.phase_workspace.visible, s.phase_workspace.served_share
    alive, capability, units = innovators.alive, innovators.capability, innovators.units
    best, disclosure, everyone = s.phase_workspace.best, p.disclosure, 1000.0 * p.market_size
    for i in range(slots):
        served[i] = units[i] / everyone
    for c in range(best.shape[0]):
        for i in range(slots):
            shown = visible_level(capability[i, c], disclosure, served[i])
            seen[i] = shown if alive[i] else 0.0
        best[c] = highest(seen[:slots])


@phase
def _follow(p: ParameterRecord, s: State, ceiling: Floats, slots: int) -> None:
    """Capability after imitation of the best rival, or of common technology where that teaches more."""
    alive, capability, absorption = s.innovators.alive, s.innovators.capability, s.innovators.absorption
    best, common = s.phase_workspace.best, s.stocks.common
    speed, in_common = p.imitation * (1.0 - p.ip_protection), p.imitation
    for c in range(best.shape[0]):
        rival, open_to_all = best[c], common[c]
        for i in range(slots):
            from_rival = imitated(capability[i, c], speed, absorption[i], rival, ceiling[i])
            from_common = imitated(capability[i, c], in_common, absorption[i], open_to_all, ceiling[i])
            capability[i, c] = max(from_rival, from_common) if alive[i] else capability[i, c]


@phase
def _join_forces(efficacy: float, s: State, ceiling: Floats, slots: int) -> None:
    """Members of a mission take over the best of each other without delay, for the share of R&D that it pays for.

    x moves by min(1, efficacy * mission's money / all own and public R&D money) * absorptive capacity towards the best
    member's.
    """
    innovators, shared, best = s.innovators, s.support.shared, s.phase_workspace.best
    capability, absorption = innovators.capability, innovators.absorption
    best[:] = 0.0
    for i in range(slots):
        if shared[i] > 0.0:
            for c in range(best.shape[0]):
                best[c] = max(best[c], capability[i, c])
    for i in range(slots):
        if shared[i] > 0.0:
            paid_for = min(1.0, efficacy * shared[i] / (innovators.own_research[i] + innovators.public_research[i]))
            for c in range(best.shape[0]):
                capability[i, c] = imitated(capability[i, c], paid_for, absorption[i], best[c], ceiling[i])
