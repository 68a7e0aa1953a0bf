"""Ties: users forget firms that have gone and meet others. Meetings across regions are rarer."""

import numpy as np

from agents.innovator import FEWEST_CANDIDATES, Innovators
from agents.kernel.arithmetic import list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import MOST_SLOTS, Bits, Flags, Integer, Integers, Key, Word
from agents.user import OLD_TECHNOLOGY, ORPHANED, Users
from model.randomness import Stream, uniform, words, words_in_loop
from model.records import ParameterRecord
from model.state.state import BLOCK, State

_MEETING, _PARTNER, _PLATFORM = int(Stream.MEETING), int(Stream.PARTNER), int(Stream.PLATFORM)
_TRIES = 64
_LOW = np.uint64(MOST_SLOTS - 1)  # bits of a word that pick a candidate; the others decide on another region
_HIGH = np.uint64(12)
_Draws = tuple[Word, Word, Word, Word]  # of four tries


@phase
def renew_ties(t: int, p: ParameterRecord, seed: Key, s: State, first: int, last: int) -> None:
    """Replace dead contacts. With probability `meet` a user swaps one contact, with more where a platform helps.

    Platforms bring together across regions: segmentation does not dampen their meetings.
    """
    meetings, segmentation = s.support.flow[0].meetings, s.market[0].segmentation
    if s.market[0].gone > 0.0:
        replace_dead_contacts(t, p, segmentation, seed, s, first, last)
    candidates = candidate_range(s.innovators.alive)
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _meet_by_chance(t, p, segmentation, seed, s, candidates, start, stop)
        if meetings > 0.0:
            _meet_on_platform(t, p, meetings, seed, s, candidates, start, stop)


@phase
def candidate_range(alive: Flags) -> int:
    """Return the least power of two, at least 128, above the slot of every living firm."""
    beyond = alive.shape[0]
    while beyond > 0 and not alive[beyond - 1]:
        beyond -= 1
    candidates = FEWEST_CANDIDATES
    while candidates < beyond:
        candidates *= 2
    return candidates


@phase
def _meet_by_chance(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, candidates: int, start: int, stop: int
) -> None:
    """Swap one contact of those that meet a firm, by chance or by word of mouth."""
    workspace, users = s.thread_workspace, s.users
    meeting, place = workspace.listed, workspace.position_draw
    speaks, peer = workspace.mouth_draw, workspace.peer_draw
    count = list_rare(users.meets_firm[start:stop], start, meeting)
    for n in range(count):
        w0, w1, w2, _ = words_in_loop(seed, _MEETING, t, meeting[n], 0)
        place[n], speaks[n], peer[n] = uniform(w0), uniform(w1), uniform(w2)
    for n in range(count):
        u = meeting[n]
        firm = _firm_of_peer(users, u, peer[n]) if speaks[n] < p.word_of_mouth else OLD_TECHNOLOGY
        if firm == OLD_TECHNOLOGY:
            _swap_contact(t, p, segmentation, seed, users, s.innovators, candidates, u, place[n], p.contacts)
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
    t: int, p: ParameterRecord, meetings: float, seed: Key, s: State, candidates: int, start: int, stop: int
) -> None:
    """Swap one contact more of those that a platform brings together with a firm."""
    workspace = s.thread_workspace
    meeting, meets, place = workspace.listed, workspace.marked, workspace.position_draw
    for k in range(stop - start):
        w0, w1, _, _ = words_in_loop(seed, _PLATFORM, t, start + k, 0)
        meets[k] = uniform(w0) < meetings
        place[k] = uniform(w1)
    for n in range(list_rare(meets[: stop - start], start, meeting)):
        u = meeting[n]
        _swap_contact(t, p, 0.0, seed, s.users, s.innovators, candidates, u, place[u - start], p.contacts + 1)


@phase
def _swap_contact(
    t: int,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    candidates: int,
    u: int,
    place: float,
    occasion: int,
) -> None:
    """Swap a random contact, unless it is the provider, for a firm met for the first time."""
    m = min(int(place * p.contacts), p.contacts - 1)
    if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
        partner = find_partner(t, p, segmentation, seed, users, innovators, candidates, u, occasion)
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
    candidates = candidate_range(s.innovators.alive)
    for start in range(first, last, BLOCK):
        _replace_in_block(t, p, segmentation, seed, s, candidates, start, min(start + BLOCK, last))


@phase
def _replace_in_block(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, candidates: int, start: int, stop: int
) -> None:
    """Replace dead contacts of users `start` to `stop`."""
    users, innovators, provider, contacts = s.users, s.innovators, s.users.provider, s.users.contacts
    workspace, known = s.thread_workspace, contacts.shape[1]
    agent, place, luck = workspace.who, workspace.option, workspace.tries
    among, first = contacts.ravel()[start * known : stop * known], start * known
    count = _list_stale(t, among, innovators.death, workspace.stale, first, place)
    for k in range(count):
        agent[k] = place[k] // known
    for k in range(count):
        place[k] -= agent[k] * known
    _draw_first_tries(t, seed, agent, place, luck, count)
    for k in range(count):
        u, m = agent[k], place[k]
        gone = contacts[u, m]
        contacts[u, m] = -1
        luck_of_first = (luck[0, k], luck[1, k], luck[2, k], luck[3, k])
        contacts[u, m] = _search(t, p, segmentation, seed, users, innovators, candidates, u, m, luck_of_first)
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
def _draw_first_tries(t: Integer, seed: Key, agent: Integers, occasion: Integers, luck: Bits, count: int) -> None:
    """Draw the words of the first four tries of many searches, as `find_partner` would draw them for each."""
    one, two, three, four = luck[0], luck[1], luck[2], luck[3]
    for k in range(count):
        w0, w1, w2, w3 = words_in_loop(seed, _PARTNER, t, agent[k], occasion[k] * (_TRIES + 1))
        one[k], two[k], three[k], four[k] = w0, w1, w2, w3


@phase
def meet_founders(t: Integer, p: ParameterRecord, seed: Key, s: State) -> None:
    """Find every user's first contacts, one after the other, as it will find others later."""
    users, innovators, workspace = s.users, s.innovators, s.thread_workspace
    agent, place, luck = workspace.who, workspace.option, workspace.tries
    candidates = candidate_range(innovators.alive)
    for start in range(0, users.contacts.shape[0], BLOCK):
        count = min(BLOCK, users.contacts.shape[0] - start)
        for m in range(p.contacts):
            for k in range(count):
                agent[k], place[k] = start + k, m
            _draw_first_tries(t, seed, agent, place, luck, count)
            for k in range(count):
                first = (luck[0, k], luck[1, k], luck[2, k], luck[3, k])
                found = _search(t, p, p.segmentation, seed, users, innovators, candidates, start + k, m, first)
                users.contacts[start + k, m] = found


@phase
def find_partner(
    t: Integer,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    candidates: int,
    u: int,
    occasion: int,
) -> int:
    """Return a living innovator that the user does not know yet, or -1.

    Keyed slots below `candidates` are tried until one fits; one from another region is passed over with probability
    `segmentation`. Two arms with nearly the same firms thus meet nearly the same ones. After 64 tries, one of all that
    fit is drawn.
    """
    first = words(seed, _PARTNER, t, u, occasion * (_TRIES + 1))
    return _search(t, p, segmentation, seed, users, innovators, candidates, u, occasion, first)


@phase
def _search(
    t: Integer,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    candidates: int,
    u: int,
    occasion: int,
    first: _Draws,
) -> int:
    """Search as `find_partner`, given the words of the first four tries."""
    found = _try(candidates, segmentation, users, innovators, u, first)
    if found < 0 and _knows_all(innovators.alive, users.contacts, u):
        return -1  # where firms are few, that is most users, in every place that is empty
    attempt, block = 1, occasion * (_TRIES + 1)
    while found < 0 and attempt < _TRIES // 4:
        found = _try(candidates, segmentation, users, innovators, u, words(seed, _PARTNER, t, u, block + attempt))
        attempt += 1
    if found >= 0:
        return found
    w0, w1, _, _ = words(seed, _PARTNER, t, u, block + _TRIES)
    return _draw_among_all(p.slots, users, innovators, u, uniform(w0), uniform(w1) >= segmentation)


@phase
def _try(candidates: int, segmentation: float, users: Users, innovators: Innovators, u: int, luck: _Draws) -> int:
    """Return the first of four slots that fits, or -1.

    A word gives both: its low bits the slot, so that half of the candidates stay when their range doubles, and its
    high bits a uniform that decides on another region.
    """
    alive, home, region = innovators.alive, innovators.region, users.region[u]
    for word in luck:
        i = int(np.int64(word & _LOW) & (candidates - 1))
        if i < alive.shape[0] and alive[i]:  # most slots are empty: to look further at those takes longer than a branch
            anywhere = (np.float64(word >> _HIGH) + 0.5) * 2.0**-20 >= segmentation
            if (home[i] == region or anywhere) and not _knows(users.contacts, u, i):
                return i
    return -1


@phase
def _draw_among_all(slots: int, users: Users, innovators: Innovators, u: int, luck: float, anywhere: bool) -> int:
    """Draw one of all living firms that the user does not know, of its region unless `anywhere`, or -1."""
    alive, home, contacts, region = innovators.alive, innovators.region, users.contacts, users.region[u]
    fitting = 0
    for i in range(slots):
        fitting += (anywhere or home[i] == region) and alive[i] and not _knows(contacts, u, i)
    left = int(luck * fitting)
    for i in range(slots):
        if (anywhere or home[i] == region) and alive[i] and not _knows(contacts, u, i):
            if left == 0:
                return i
            left -= 1
    return -1


@phase
def _knows_all(alive: Flags, contacts: Integers, u: int) -> bool:
    """Return whether the user knows every living firm."""
    living, known = 0, 0
    for i in range(alive.shape[0]):
        living += alive[i]
    for m in range(contacts.shape[1]):
        known += (contacts[u, m] >= 0) & alive[max(contacts[u, m], 0)]
    return known == living


@phase
def _knows(contacts: Integers, u: int, i: int) -> bool:
    """Return whether innovator i is among the user's contacts."""
    known = False
    for m in range(contacts.shape[1]):
        known |= contacts[u, m] == i
    return known
