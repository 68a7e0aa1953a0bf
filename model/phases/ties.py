"""Ties: users forget firms that have gone and meet others. Meetings across regions are rarer."""

import numpy as np

from agents.innovator import Innovators
from agents.kernel.arithmetic import list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import Bits, Flags, Integer, Integers, Key, Word
from agents.user import OLD_TECHNOLOGY, ORPHANED, Users
from model.randomness import Stream, exponential, subword, uniform, words_in_loop
from model.records import ParameterRecord
from model.state.state import BLOCK, State

_MEETING, _PARTNER, _PLATFORM = int(Stream.MEETING), int(Stream.PARTNER), int(Stream.PLATFORM)
_EMPTY = -2  # the region of a slot without a living firm
_SLOT_BITS = 12  # below the 32 bits of a firm's draw
_NOBODY = -1


@phase
def renew_ties(t: int, p: ParameterRecord, seed: Key, s: State, first: int, last: int) -> None:
    """Replace dead contacts. With probability `meet` a user swaps one contact, with more where a platform helps.

    Platforms bring together across regions: segmentation does not dampen their meetings.
    """
    meetings, segmentation = s.support.flow[0].meetings, s.market[0].segmentation
    if s.market[0].gone > 0.0:
        replace_dead_contacts(t, p, segmentation, seed, s, first, last)
    homes = _homes(s.innovators, s.thread_workspace.home)
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _meet_by_chance(t, p, segmentation, seed, s, homes, start, stop)
        if meetings > 0.0:
            _meet_on_platform(t, p, meetings, seed, s, homes, start, stop)


@phase
def _homes(innovators: Innovators, homes: Integers) -> Integers:
    """Return regions of slots up to the last living firm's, _EMPTY where none lives, in the working space `homes`."""
    beyond = 0
    for i in range(innovators.alive.shape[0]):
        homes[i] = innovators.region[i] if innovators.alive[i] else _EMPTY
        beyond = i + 1 if innovators.alive[i] else beyond
    return homes[:beyond]


@phase
def _meet_by_chance(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, homes: Integers, start: int, stop: int
) -> None:
    """Swap one contact of those that meet a firm, by chance or by word of mouth."""
    workspace, users = s.thread_workspace, s.users
    meeting, place = workspace.listed, workspace.position_draw
    speaks, peer, luck = workspace.mouth_draw, workspace.peer_draw, workspace.luck
    count = list_rare(users.meets_firm[start:stop], start, meeting)
    workspace.option[:count] = p.contacts
    _draw(t, seed, meeting, workspace.option, luck, count)
    for n in range(count):
        w0, w1, w2, _ = words_in_loop(seed, _MEETING, t, meeting[n], 0)
        place[n], speaks[n], peer[n] = uniform(w0), uniform(w1), uniform(w2)
    for n in range(count):
        u = meeting[n]
        firm = _firm_of_peer(users, u, peer[n]) if speaks[n] < p.word_of_mouth else OLD_TECHNOLOGY
        if firm == OLD_TECHNOLOGY:
            _swap_contact(segmentation, users, homes, workspace.draw, u, place[n], luck[n])
        elif s.innovators.alive[firm] and not _knows(users.contacts, u, firm):
            _take_up_contact(users, u, place[n], firm)


@phase
def _firm_of_peer(users: Users, u: int, draw: float) -> int:
    """Return the firm whose product a random peer used in the quarter, OLD_TECHNOLOGY if none or without peers."""
    first, peers = users.peer_start[u], users.peer_start[u + 1] - users.peer_start[u]
    if peers == 0:
        return OLD_TECHNOLOGY
    return users.technology[users.peers[first + min(int(draw * peers), peers - 1)]]


@phase
def _meet_on_platform(
    t: int, p: ParameterRecord, meetings: float, seed: Key, s: State, homes: Integers, start: int, stop: int
) -> None:
    """Swap one contact more of those that a platform brings together with a firm."""
    workspace = s.thread_workspace
    meeting, meets, place, luck = workspace.listed, workspace.marked, workspace.position_draw, workspace.luck
    for k in range(stop - start):
        w0, w1, _, _ = words_in_loop(seed, _PLATFORM, t, start + k, 0)
        meets[k] = uniform(w0) < meetings
        place[k] = uniform(w1)
    count = list_rare(meets[: stop - start], start, meeting)
    workspace.option[:count] = p.contacts + 1
    _draw(t, seed, meeting, workspace.option, luck, count)
    for n in range(count):
        u = meeting[n]
        _swap_contact(0.0, s.users, homes, workspace.draw, u, place[u - start], luck[n])


@phase
def _swap_contact(
    segmentation: float, users: Users, homes: Integers, draw: Integers, u: int, place: float, luck: Word
) -> None:
    """Swap a random contact, unless it is the provider, for a firm met for the first time."""
    m = min(int(place * users.contacts.shape[1]), users.contacts.shape[1] - 1)
    if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
        partner = find_partner(segmentation, users, homes, draw, u, luck)
        users.contacts[u, m] = partner if partner >= 0 else users.contacts[u, m]


@phase
def _take_up_contact(users: Users, u: int, place: float, firm: int) -> None:
    """Put a firm in the place of a random contact, unless that is the provider."""
    m = min(int(place * users.contacts.shape[1]), users.contacts.shape[1] - 1)
    if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
        users.contacts[u, m] = firm


@phase
def replace_dead_contacts(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, first: Integer, last: int
) -> None:
    """Replace contacts that have left. A provider that left in quarter t orphans its users: they choose next."""
    homes = _homes(s.innovators, s.thread_workspace.home)
    for start in range(first, last, BLOCK):
        _replace_in_block(t, segmentation, seed, s, homes, start, min(start + BLOCK, last))


@phase
def _replace_in_block(t: int, segmentation: float, seed: Key, s: State, homes: Integers, start: int, stop: int) -> None:
    """Replace dead contacts of users `start` to `stop`."""
    users, innovators, provider, contacts = s.users, s.innovators, s.users.provider, s.users.contacts
    workspace, known = s.thread_workspace, contacts.shape[1]
    agent, place, luck = workspace.who, workspace.option, workspace.luck
    among, first = contacts.ravel()[start * known : stop * known], start * known
    count = _list_stale(t, among, innovators.death, workspace.stale, first, place)
    for k in range(count):
        agent[k] = place[k] // known
    for k in range(count):
        place[k] -= agent[k] * known
    _draw(t, seed, agent, place, luck, count)
    for k in range(count):
        u, m = agent[k], place[k]
        gone = contacts[u, m]
        contacts[u, m] = -1
        contacts[u, m] = find_partner(segmentation, users, homes, workspace.draw, u, luck[k])
        if gone >= 0 and provider[u] == gone:
            provider[u] = ORPHANED


@phase
def _list_stale(t: int, contacts: Integers, death: Integers, stale: Flags, first: int, listed: Integers) -> int:
    """List positions, from `first`, of contacts that are nobody or have left in quarter t, and return their number.

    `stale` (positions,) is working space. Whoever left earlier has been replaced: a pass for each that left now
    suffices.
    """
    for k in range(contacts.shape[0]):
        stale[k] = contacts[k] < 0
    for i in range(death.shape[0]):
        if death[i] == t:
            gone = contacts.dtype.type(i)
            for k in range(contacts.shape[0]):
                stale[k] |= contacts[k] == gone
    return list_rare(stale[: contacts.shape[0]], first, listed)


@phase
def _draw(t: Integer, seed: Key, agent: Integers, occasion: Integers, luck: Bits, count: int) -> None:
    """Draw the word of many searches: together that is faster than one after the other."""
    for k in range(count):
        luck[k], _, _, _ = words_in_loop(seed, _PARTNER, t, agent[k], occasion[k])


@phase
def meet_founders(t: Integer, p: ParameterRecord, seed: Key, s: State) -> None:
    """Find every user's first contacts, one after the other, as it will find others later."""
    users, workspace = s.users, s.thread_workspace
    agent, place, luck = workspace.who, workspace.option, workspace.luck
    homes = _homes(s.innovators, workspace.home)
    for start in range(0, users.contacts.shape[0], BLOCK):
        count = min(BLOCK, users.contacts.shape[0] - start)
        for m in range(p.contacts):
            for k in range(count):
                agent[k], place[k] = start + k, m
            _draw(t, seed, agent, place, luck, count)
            for k in range(count):
                found = find_partner(p.segmentation, users, homes, workspace.draw, start + k, luck[k])
                users.contacts[start + k, m] = found


@phase
def find_partner(segmentation: float, users: Users, homes: Integers, draw: Integers, u: int, luck: Word) -> int:
    """Return a living innovator that the user does not know yet, or -1: the winner of an exponential race.

    wait_i = -ln(U_i) / weight_i, weight 1 for a firm of the user's region, 1 - segmentation for one of another; the
    firm with the shortest wait is met. So each firm's chance is its weight's share, and two arms with nearly the same
    firms meet nearly the same ones. `homes` (slots,): see `_homes`. `draw` (slots,) is working space.
    """
    region, contacts = users.region[u], users.contacts
    for i in range(homes.shape[0]):
        draw[i] = (np.int64(subword(luck, i)) << _SLOT_BITS) | i
    for m in range(contacts.shape[1]):
        if contacts[u, m] >= 0:
            draw[contacts[u, m]] = _NOBODY
    near, far = _NOBODY, _NOBODY  # where weights are the same, the largest draw has the shortest wait
    for i in range(homes.shape[0]):
        near = max(near, draw[i] if homes[i] == region else _NOBODY)
        far = max(far, draw[i] if (homes[i] != region) & (homes[i] != _EMPTY) else _NOBODY)
    first = near if _is_first(near, far, 1.0 - segmentation) else far
    return first & ((1 << _SLOT_BITS) - 1) if first != _NOBODY else -1


@phase
def _is_first(near: int, far: int, weight: float) -> bool:
    """Return whether the firm of the user's region, or nobody, wins against one of another region with this weight."""
    if near == _NOBODY or far == _NOBODY:
        return far == _NOBODY or weight <= 0.0
    return near >= far or weight * _wait(near) <= _wait(far)


@phase
def _wait(draw: int) -> float:
    """Return -ln(U) of a draw."""
    return exponential(uniform(np.uint64(draw >> _SLOT_BITS)))


@phase
def _knows(contacts: Integers, u: int, i: int) -> bool:
    """Return whether innovator i is among the user's contacts."""
    known = False
    for m in range(contacts.shape[1]):
        known |= contacts[u, m] == i
    return known
