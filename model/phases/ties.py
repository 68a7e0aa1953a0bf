"""Ties: users forget firms that have gone and meet others; meetings across regions are rarer."""

from agents.innovator import Innovators
from agents.kernel.arithmetic import list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import Flags, Floats, Integer, Integers, Key
from agents.user import ORPHANED, Users
from model.randomness import Stream, uniform, words, words_in_loop
from model.records import ParameterRecord
from model.state.state import BLOCK, State

_MEETING, _PARTNER, _PLATFORM = int(Stream.MEETING), int(Stream.PARTNER), int(Stream.PLATFORM)
_TRIES = 64
_Draws = tuple[float, float, float, float]  # of four tries


@phase
def renew_ties(t: int, p: ParameterRecord, seed: Key, s: State, first: int, last: int) -> None:
    """Dead contacts are replaced; with probability `meet` a user swaps one contact, with more where a platform helps.

    Platforms bring together across regions: segmentation does not dampen their meetings.
    """
    meetings, segmentation = s.support.flow[0].meetings, s.market[0].segmentation
    if s.market[0].gone > 0.0:
        replace_dead_contacts(t, p, segmentation, seed, s, first, last)
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _meet_by_chance(t, p, segmentation, seed, s, start, stop)
        if meetings > 0.0:
            _meet_on_platform(t, p, meetings, seed, s, start, stop)


@phase
def _meet_by_chance(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, start: int, stop: int
) -> None:
    """Those that meet a firm swap one contact."""
    meeting, place = s.thread_workspace.listed, s.thread_workspace.position_draw
    count = list_rare(s.users.meets_firm[start:stop], start, meeting)
    for n in range(count):
        w0, _, _, _ = words_in_loop(seed, _MEETING, t, meeting[n], 0)
        place[n] = uniform(w0)
    for n in range(count):
        _swap_contact(t, p, segmentation, seed, s.users, s.innovators, meeting[n], place[n], p.contacts)


@phase
def _meet_on_platform(t: int, p: ParameterRecord, meetings: float, seed: Key, s: State, start: int, stop: int) -> None:
    """Those that a platform brings together with a firm swap one contact more."""
    workspace = s.thread_workspace
    meeting, meets, place = workspace.listed, workspace.marked, workspace.position_draw
    for k in range(stop - start):
        w0, w1, _, _ = words_in_loop(seed, _PLATFORM, t, start + k, 0)
        meets[k] = uniform(w0) < meetings
        place[k] = uniform(w1)
    for n in range(list_rare(meets[: stop - start], start, meeting)):
        u = meeting[n]
        _swap_contact(t, p, 0.0, seed, s.users, s.innovators, u, place[u - start], p.contacts + 1)


@phase
def _swap_contact(
    t: int,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    u: int,
    place: float,
    occasion: int,
) -> None:
    """A contact at random, unless it is the provider, gives way to a firm met for the first time."""
    m = min(int(place * p.contacts), p.contacts - 1)
    if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
        partner = find_partner(t, p, segmentation, seed, users, innovators, u, occasion)
        users.contacts[u, m] = partner if partner >= 0 else users.contacts[u, m]


@phase
def replace_dead_contacts(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, first: Integer, last: int
) -> None:
    """A provider that has left in quarter t leaves its users orphaned: they must choose next quarter."""
    for start in range(first, last, BLOCK):
        _replace_in_block(t, p, segmentation, seed, s, start, min(start + BLOCK, last))


@phase
def _replace_in_block(
    t: int, p: ParameterRecord, segmentation: float, seed: Key, s: State, start: int, stop: int
) -> None:
    """The same for users `start` to `stop`."""
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
        contacts[u, m] = _search(t, p, segmentation, seed, users, innovators, u, m, luck_of_first)
        if gone >= 0 and provider[u] == gone:
            provider[u] = ORPHANED


@phase
def _list_stale(t: int, contacts: Integers, death: Integers, stale: Flags, first: int, listed: Integers) -> int:
    """Places, counted from `first`, of contacts that are nobody or have left in quarter t; returns their number.

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
def _draw_first_tries(t: Integer, seed: Key, agent: Integers, occasion: Integers, luck: Floats, count: int) -> None:
    """The luck of the first four tries of many searches, as `find_partner` would draw it for each."""
    one, two, three, four = luck[0], luck[1], luck[2], luck[3]
    for k in range(count):
        w0, w1, w2, w3 = words_in_loop(seed, _PARTNER, t, agent[k], occasion[k] * (_TRIES + 1))
        one[k], two[k], three[k], four[k] = uniform(w0), uniform(w1), uniform(w2), uniform(w3)


@phase
def meet_founders(t: Integer, p: ParameterRecord, seed: Key, s: State) -> None:
    """Every user's first contacts, one after the other, found as it will find others later."""
    users, innovators, workspace = s.users, s.innovators, s.thread_workspace
    agent, place, luck = workspace.who, workspace.option, workspace.tries
    for start in range(0, users.contacts.shape[0], BLOCK):
        count = min(BLOCK, users.contacts.shape[0] - start)
        for m in range(p.contacts):
            for k in range(count):
                agent[k], place[k] = start + k, m
            _draw_first_tries(t, seed, agent, place, luck, count)
            for k in range(count):
                first = (luck[0, k], luck[1, k], luck[2, k], luck[3, k])
                found = _search(t, p, p.segmentation, seed, users, innovators, start + k, m, first)
                users.contacts[start + k, m] = found


@phase
def find_partner(
    t: Integer,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    u: int,
    occasion: int,
) -> int:
    """A living innovator that the user does not know yet, or -1.

    Keyed slots are tried until one fits; one from another region is passed over with probability `segmentation`.
    Two arms with nearly the same firms thus meet nearly the same ones. After 64 tries, one of all that fit is drawn.
    """
    w0, w1, w2, w3 = words(seed, _PARTNER, t, u, occasion * (_TRIES + 1))
    first = (uniform(w0), uniform(w1), uniform(w2), uniform(w3))
    return _search(t, p, segmentation, seed, users, innovators, u, occasion, first)


@phase
def _search(
    t: Integer,
    p: ParameterRecord,
    segmentation: float,
    seed: Key,
    users: Users,
    innovators: Innovators,
    u: int,
    occasion: int,
    first: _Draws,
) -> int:
    """As `find_partner`, given the luck of the first four tries."""
    found = _try(p.slots, segmentation, users, innovators, u, first)
    if found < 0 and _knows_all(innovators.alive, users.contacts, u):
        return -1  # where firms are few, that is most users, in every place that is empty
    attempt, block = 1, occasion * (_TRIES + 1)
    while found < 0 and attempt < _TRIES // 4:
        w0, w1, w2, w3 = words(seed, _PARTNER, t, u, block + attempt)
        found = _try(p.slots, segmentation, users, innovators, u, (uniform(w0), uniform(w1), uniform(w2), uniform(w3)))
        attempt += 1
    if found >= 0:
        return found
    w0, w1, _, _ = words(seed, _PARTNER, t, u, block + _TRIES)
    return _draw_among_all(p.slots, users, innovators, u, uniform(w0), uniform(w1) >= segmentation)


@phase
def _try(slots: int, segmentation: float, users: Users, innovators: Innovators, u: int, luck: _Draws) -> int:
    """The first of four slots that fits, or -1.

    A uniform gives both: the whole part of uniform * slots is the slot, its fraction decides on another region.
    """
    alive, home, region, found = innovators.alive, innovators.region, users.region[u], -1
    for one in luck[::-1]:  # without branches, whose outcome cannot be foretold: the first that fits is seen last
        place = one * slots
        i = min(int(place), slots - 1)
        fits = alive[i] & ((home[i] == region) | (place - i >= segmentation)) & (not _knows(users.contacts, u, i))
        found = i if fits else found
    return found


@phase
def _draw_among_all(slots: int, users: Users, innovators: Innovators, u: int, luck: float, anywhere: bool) -> int:
    """One of all living firms that the user does not know, of its own region unless `anywhere`; -1 if there is none."""
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
    """Whether the user knows every living firm."""
    living, known = 0, 0
    for i in range(alive.shape[0]):
        living += alive[i]
    for m in range(contacts.shape[1]):
        known += (contacts[u, m] >= 0) & alive[max(contacts[u, m], 0)]
    return known == living


@phase
def _knows(contacts: Integers, u: int, i: int) -> bool:
    """Whether innovator i is among the user's contacts."""
    known = False
    for m in range(contacts.shape[1]):
        known |= contacts[u, m] == i
    return known
