"""Spillovers: what firms learn from members of a mission, from visible rivals and from common technology."""

from agents.compiled import phase
from agents.innovator import imitated, occupied, visible_level
from model.state import LAST_GENERATION


@phase
def imitate(p, s):
    """Capability moves towards the best visible rival and the common technology, all firms reading the same state."""
    innovators, slots = s.innovators, occupied(s.innovators.alive)
    ceiling = s.scratch.firms[0]
    for i in range(slots):
        ceiling[i] = s.ceiling[min(innovators.generation[i], LAST_GENERATION)]
    _join_forces(p.mission_efficacy, s, ceiling, slots)
    _look_around(p, s, slots)
    _follow(p, s, ceiling, slots)


@phase
def _look_around(p, s, slots):
    """What firms show, per domain: the highest level into `domain`, the second highest into `second`, and whose."""
    innovators, seen, served = s.innovators, s.scratch.one, s.scratch.firms[1]
    alive, capability, units = innovators.alive, innovators.capability, innovators.units
    best, second, leader, disclosure = s.scratch.domain, s.scratch.second, s.scratch.leader, p.disclosure
    everyone = 1000.0 * p.market_size
    for i in range(slots):
        served[i] = units[i] / everyone
    for c in range(best.shape[0]):
        for i in range(slots):
            shown = visible_level(capability[i, c], disclosure, served[i])
            seen[i, c] = shown if alive[i] else 0.0
        highest, next_highest, of = 0.0, 0.0, -1
        for i in range(slots):
            if seen[i, c] > highest:
                next_highest, highest, of = highest, seen[i, c], i
            elif seen[i, c] > next_highest:
                next_highest = seen[i, c]
        best[c], second[c], leader[c] = highest, next_highest, of


@phase
def _follow(p, s, ceiling, slots):
    """Capability after imitation of the best rival, or of common technology where that teaches more."""
    alive, capability, absorption = s.innovators.alive, s.innovators.capability, s.innovators.absorption
    best, second, leader, common = s.scratch.domain, s.scratch.second, s.scratch.leader, s.stocks.common
    speed, in_common = p.imitation * (1.0 - p.ip_protection), p.imitation
    for c in range(best.shape[0]):
        first, runner_up, of, open_to_all = best[c], second[c], leader[c], common[c]
        for i in range(slots):
            rival = runner_up if i == of else first
            from_rival = imitated(capability[i, c], speed, absorption[i], rival, ceiling[i])
            from_common = imitated(capability[i, c], in_common, absorption[i], open_to_all, ceiling[i])
            capability[i, c] = max(from_rival, from_common) if alive[i] else capability[i, c]


@phase
def _join_forces(efficacy, s, ceiling, slots):
    """Members of a mission take over the best of each other without delay, for the share of R&D that it pays for.

    x moves by min(1, efficacy * mission's money / all own and public R&D money) * absorptive capacity towards the best
    member's.
    """
    innovators, shared, best = s.innovators, s.support.shared, s.scratch.domain
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
