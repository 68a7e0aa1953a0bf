"""The choice of firms and of directions by a fallible government, and by the local governments of the regions."""

import numpy as np

from agents.government import GovernmentState, blurred, consensus, keeps_champion, perceived
from agents.innovator import Innovators
from agents.kernel.arithmetic import total
from agents.kernel.decorators import phase
from agents.kernel.types import Flags, Floats, Integer, Integers, Key
from model.phases.foresight import firm_prospects, standardise, true_problem_weights
from model.randomness import Stream, exponential, fine_uniform, normal, words
from model.records import ParameterRecord, PolicyRecord
from model.state.state import State

_PLAN, _CONNECTION = int(Stream.PLAN), int(Stream.CONNECTION)
_SIGNAL, _LOCAL = np.int64(Stream.SIGNAL), np.int64(Stream.LOCAL)
_NATION = np.int64(-1)


@phase
def renew_plan_and_choice(t: int, p: ParameterRecord, policy: PolicyRecord, seed: Key, s: State) -> None:
    """Each plan period a plan and a roadmap; each quarter open seats of champions and of backed firms are filled."""
    if t < policy.start or t >= policy.end:
        return
    government = s.government
    foresight = max(policy.foresight, s.support.flow[0].foresight)
    plan_quarter = t - (t - policy.start) % policy.plan_period
    if policy.plans == 1 and t == plan_quarter:
        _renew_plan(t, p, policy, foresight, seed, s)
    if policy.chooses == 1 and policy.champions == 0:
        for i in range(p.slots):
            government.chosen[i] = _eligible(t, policy, s.innovators, i)
    elif policy.chooses == 1:
        _drop(t, policy, s, government.chosen, government.since, policy.max_age)
        seats = policy.champions - _count(s.innovators, government.chosen, _NATION)
        if seats > 0:
            _score(t, p, policy, foresight, seed, s, _SIGNAL, plan_quarter)
            _fill(t, policy, s, government.chosen, government.since, seats, plan_quarter, _NATION)
    if policy.backs == 1:
        _back_locally(t, p, policy, foresight, seed, s, plan_quarter)


@phase
def _renew_plan(t: int, p: ParameterRecord, policy: PolicyRecord, foresight: float, seed: Key, s: State) -> None:
    """Plan = phi * true problem weights at mid-plan + (1 - phi) * random ones (flat Dirichlet); then the roadmap."""
    truth = true_problem_weights(t, p, seed, s, policy.plan_period // 2)
    guess, government = s.phase_workspace.guess, s.government
    guessed = 0.0
    for c in range(p.domains):
        w0, w1, _, _ = words(seed, _PLAN, t, c, 0)
        guess[c] = exponential(fine_uniform(w0, w1))
        guessed += guess[c]
    reports = total(government.reported)
    for c in range(p.domains):
        government.plan[c] = blurred(foresight, truth[c], guess[c] / guessed)
        pooled = government.reported[c] / reports if reports > 0.0 else 1.0 / p.domains
        government.roadmap[c] = consensus(pooled, government.plan[c], policy.roadmap_plan)


@phase
def _eligible(t: int, policy: PolicyRecord, innovators: Innovators, i: int) -> bool:
    """A living domestic firm that is young enough."""
    return innovators.alive[i] and not innovators.foreign[i] and t - innovators.birth[i] <= policy.max_age


@phase
def _drop(t: int, policy: PolicyRecord, s: State, held: Flags, since: Integers, max_age: int) -> None:
    """Firms that died, grew too old or made no progress for too long lose their seats."""
    innovators = s.innovators
    for i in range(held.shape[0]):
        if held[i]:
            stays = innovators.alive[i] and t - innovators.birth[i] <= max_age
            if not (stays and keeps_champion(t, since[i], innovators.progress[i], policy.patience)):
                held[i] = False
                since[i] = t


@phase
def _count(innovators: Innovators, held: Flags, region: Integer) -> int:
    """Number of seats taken, in a region or the nation."""
    taken = 0
    for i in range(held.shape[0]):
        taken += held[i] and (region == _NATION or innovators.region[i] == region)
    return taken


@phase
def _score(
    t: int,
    p: ParameterRecord,
    policy: PolicyRecord,
    foresight: float,
    seed: Key,
    s: State,
    luck: Integer,
    plan_quarter: int,
) -> None:
    """What a government believes of each firm: its signal, plus its biases to size, past money and connections."""
    innovators, score = s.innovators, s.government.score
    prospects = firm_prospects(t, p, policy, s)
    size, past = innovators.revenue.copy(), innovators.public_total.copy()
    standardise(innovators, size)
    standardise(innovators, past)
    for i in range(p.slots):
        w0, w1, _, _ = words(seed, luck, plan_quarter, i, innovators.birth[i] + 1)
        score[i] = perceived(foresight, prospects[i], normal(fine_uniform(w0, w1)))
        w0, w1, _, _ = words(seed, _CONNECTION, 0, i, innovators.birth[i] + 1)
        connection = normal(fine_uniform(w0, w1))
        score[i] += policy.bias_size * size[i] + policy.bias_past * past[i] + policy.bias_connection * connection


@phase
def _fill(
    t: int, policy: PolicyRecord, s: State, held: Flags, since: Integers, seats: int, plan_quarter: int, region: Integer
) -> None:
    """The best-looking firms take the open seats; a firm dropped since the last plan waits for the next one."""
    innovators, score = s.innovators, s.government.score
    for _ in range(seats):
        best = -1
        for i in range(held.shape[0]):
            here = region == _NATION or innovators.region[i] == region
            open_to = here and not held[i] and _eligible(t, policy, innovators, i)
            if open_to and since[i] < plan_quarter and (best < 0 or score[i] > score[best]):
                best = i
        if best < 0:
            return
        held[best] = True
        since[best] = t


@phase
def _back_locally(
    t: int, p: ParameterRecord, policy: PolicyRecord, foresight: float, seed: Key, s: State, plan_quarter: int
) -> None:
    """One local government after the other fills its seats, seeing whom the others back already.

    Its score of a firm adds herding * fit, fit = D * sum_c (belief share)_c * fashion_c - 1: 0 for a firm or a fashion
    without direction; fashion is the mean belief of all firms backed so far.
    """
    government, innovators = s.government, s.innovators
    _drop(t, policy, s, government.backed, government.backed_since, policy.max_age)
    scored = False
    for r in range(p.regions):
        seats = policy.local_champions - _count(innovators, government.backed, r)
        if seats > 0 and not scored:
            scored = True
            _score(t, p, policy, foresight, seed, s, _LOCAL, plan_quarter)
        if seats > 0:
            _follow_fashion(p, innovators, government)
            for i in range(p.slots):
                if innovators.alive[i] and innovators.region[i] == r:
                    government.score[i] += policy.herding * _fit(innovators.belief[i], government.fashion)
            _fill(t, policy, s, government.backed, government.backed_since, seats, plan_quarter, r)


@phase
def _fit(belief: Floats, fashion: Floats) -> float:
    """D * sum_c (belief share)_c * fashion_c - 1."""
    shared = 0.0
    for c in range(belief.shape[0]):
        shared += belief[c] * fashion[c]
    return belief.shape[0] * shared / total(belief) - 1.0


@phase
def _follow_fashion(p: ParameterRecord, innovators: Innovators, government: GovernmentState) -> None:
    """Mean belief of the firms backed now; even where none is."""
    fashion, backed = government.fashion, 0
    fashion[:] = 0.0
    for i in range(p.slots):
        if government.backed[i] and innovators.alive[i]:
            backed += 1
            counts = total(innovators.belief[i])
            for c in range(p.domains):
                fashion[c] += innovators.belief[i, c] / counts
    for c in range(p.domains):
        fashion[c] = fashion[c] / backed if backed > 0 else 1.0 / p.domains
