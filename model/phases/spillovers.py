"""Spillovers: what firms learn from members of a mission, from visible rivals and from common technology."""

from agents.compiled import rule
from agents.innovator import imitated, visible_level
from model.state import LAST_GENERATION


@rule
def imitate(p, s):
    """Capability moves towards the best visible rival and the common technology, all firms reading the same state."""
    innovators, seen = s.innovators, s.scratch.firm_domain
    alive, capability, absorption = innovators.alive, innovators.capability, innovators.absorption
    best, second, leader, common = s.scratch.domain, s.scratch.second, s.scratch.leader, s.stocks.common
    speed, disclosure = p.imitation * (1.0 - p.ip_protection), p.disclosure
    _join_forces(p.mission_efficacy, s, best)
    best[:] = 0.0
    second[:] = 0.0
    leader[:] = -1
    for i in range(alive.shape[0]):
        if alive[i]:
            served = innovators.units[i] / (1000.0 * p.market_size)
            for c in range(best.shape[0]):
                seen[i, c] = visible_level(capability[i, c], disclosure, served)
                if seen[i, c] > best[c]:
                    best[c], second[c], leader[c] = seen[i, c], best[c], i
                elif seen[i, c] > second[c]:
                    second[c] = seen[i, c]
    for i in range(alive.shape[0]):
        if alive[i]:
            ceiling = s.ceiling[min(innovators.generation[i], LAST_GENERATION)]
            for c in range(best.shape[0]):
                rival = second[c] if leader[c] == i else best[c]
                from_rival = imitated(capability[i, c], speed, absorption[i], rival, ceiling)
                from_common = imitated(capability[i, c], p.imitation, absorption[i], common[c], ceiling)
                capability[i, c] = max(from_rival, from_common)


@rule
def _join_forces(efficacy, s, best):
    """Members of a mission take over the best of each other without delay, for the share of R&D that it pays for.

    x moves by min(1, efficacy * mission's money / all own and public R&D money) * absorptive capacity towards the best
    member's.
    """
    innovators, shared = s.innovators, s.support.shared
    best[:] = 0.0
    for i in range(shared.shape[0]):
        if shared[i] > 0.0:
            for c in range(best.shape[0]):
                best[c] = max(best[c], innovators.capability[i, c])
    for i in range(shared.shape[0]):
        if shared[i] > 0.0:
            paid_for = min(1.0, efficacy * shared[i] / (innovators.own_research[i] + innovators.public_research[i]))
            ceiling = s.ceiling[min(innovators.generation[i], LAST_GENERATION)]
            for c in range(best.shape[0]):
                innovators.capability[i, c] = imitated(
                    innovators.capability[i, c], paid_for, innovators.absorption[i], best[c], ceiling
                )
