"""A run as a recording: all that is drawn of every quarter, made once and played in a browser.

Frame k is the economy after k quarters, frame 0 its start. Arrays, with U users, T quarters, L lives of firms:

    size, region, lead           (U,)       a user's economic size, region and lead-user flag
    industry_first               (J + 1,)   users of industry j are first_j ... first_(j+1) - 1
    industry_layer               (J,)       place in `words.layers`
    start                        (U,)       provider at frame 0, in the code of `switch_to`
    switches                     (T,)       number of users whose provider changed from frame k to k + 1
    switch_user, switch_to       (all,)     these users, in order, and their provider's slot + 2. 1 is the old
                                            technology, 0 none, since the provider has left
    life_slot, life_first, life_last (L,)   a firm's slot and its frames, the last not included
    life_foreign, life_region    (L,)       its flag, and its region + 1, 0 abroad
    units, generation, support   (frames of all lives, one life after another)   units sold in the quarter past,
                                            generation of the product, and how policy supports the firm: SUPPORT
    series                       (S, T)     every indicator of `words.series` per quarter
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from agents.industry import LAYERS
from agents.kernel.types import MOST_SLOTS
from experiments.recording.layout import Coded, pack
from model.declaration.errors import BadInput
from model.indicators.summary import SERIES_NAMES
from model.parameters import Parameters
from model.policy.policy import Policy, withdrawn
from model.simulation import Run, Simulation, finish
from model.state.state import State

SUPPORT = {"chosen": 1, "backed": 2, "research": 4, "price": 8}
"""Bits of `support`: chosen by government, backed by its region, public R&D money, and a subsidy of its price."""

_FIRM_ARRAYS = {"units": ("b2", False), "generation": ("u1", True), "support": ("u1", False)}


MOST_PLACES = 12 * 1024
"""Slots times domains of a run that is recorded, at most: a visitor waits for it."""


class Turn(NamedTuple):
    """A change of policy in mid-run: another policy from a quarter on."""

    policy: Policy
    quarter: int


class Recorded(NamedTuple):
    """A finished run, and its recording as bytes."""

    run: Run
    packed: bytes


def record_run(parameters: Parameters, policy: Policy, seed: int, turn: Turn | None = None) -> Recorded:
    """Run the economy to its horizon and record it, from a quarter on under another policy if there is a turn.

    The run is `simulate`'s to the last bit, or that of a branch. Raises BadInput for too many firms.
    """
    simulation, film = _recorded(parameters, policy, seed, turn)
    while simulation.refused:  # as `model.simulation.run_out`
        simulation, film = _recorded(with_more_slots(simulation.parameters), policy, seed, turn)
    run = finish(simulation)
    return Recorded(run, pack(_words(run, policy, turn), {**_fixed(run.state), **film.arrays(), **_series(run)}))


def with_more_slots(parameters: Parameters) -> Parameters:
    """Return the parameters with twice the slots. Raise BadInput where these would be too many."""
    if 2 * parameters.slots * parameters.domains > MOST_PLACES:
        raise BadInput(
            f"more firms enter than a recording holds, {MOST_PLACES // parameters.domains:,}. Run it instead"
        )
    return parameters.replace(slots=min(MOST_SLOTS, 2 * parameters.slots))


def _recorded(parameters: Parameters, policy: Policy, seed: int, turn: Turn | None) -> tuple[Simulation, "_Film"]:
    """Return a simulation at its horizon, and what was recorded on the way."""
    simulation = Simulation(parameters, policy, seed)
    film = _Film(simulation.state)
    for t in range(parameters.horizon):
        if turn and turn.quarter == t:
            simulation = simulation.branch(turn.policy)
        simulation.advance(t + 1)
        film.take(simulation.state, simulation.policy, t + 1)
    return simulation, film


class _Film:
    """The changes from frame to frame."""

    def __init__(self, state: State) -> None:
        self.start = state.users.provider + 2
        self.provider = state.users.provider.copy()
        self.switched: list[np.ndarray] = []
        self.switched_to: list[np.ndarray] = []
        self.born = np.full(state.innovators.alive.shape, -2, np.int64)  # quarter of birth; nobody lives where -2
        self.lives: list[tuple[int, int, int, int]] = []  # slot, first frame, foreign, region + 1
        self.ends: list[int] = []
        self.life_of = np.full(self.born.shape, -1)
        self.frames: list[tuple[np.ndarray, ...]] = []  # life and values of the living firms of each frame
        self.take_firms(state, None, 0)

    def take(self, state: State, policy: Policy, frame: int) -> None:
        """Record a frame."""
        changed = np.flatnonzero(state.users.provider != self.provider)
        self.switched.append(changed)
        self.switched_to.append(state.users.provider[changed] + 2)
        self.provider[changed] = state.users.provider[changed]
        self.take_firms(state, policy, frame)

    def take_firms(self, state: State, policy: Policy | None, frame: int) -> None:
        """Record who lives, and what the living firms do."""
        firms = state.innovators
        born = np.where(firms.alive, firms.birth, -2)
        for slot in np.flatnonzero(born != self.born).tolist():
            if self.life_of[slot] >= 0:
                self.ends[self.life_of[slot]] = frame
                self.life_of[slot] = -1
            if born[slot] != -2:
                self.life_of[slot] = len(self.lives)
                self.lives.append((slot, frame, int(firms.foreign[slot]), int(firms.region[slot]) + 1))
                self.ends.append(-1)
        self.born = born
        living = np.flatnonzero(firms.alive)
        support = _support(state, policy, living) if policy else np.zeros(living.shape, np.uint8)
        self.frames.append((self.life_of[living], firms.units[living], firms.generation[living], support))

    def arrays(self) -> dict[str, Coded]:
        """Return what was recorded."""
        whole = [np.concatenate(parts) for parts in zip(*self.frames, strict=True)]
        order = np.argsort(whole[0], kind="stable")  # one life after another, each in order of frames
        slot, first, foreign, region = np.array(self.lives).reshape(-1, 4).T
        last = np.where(np.array(self.ends) < 0, len(self.frames), self.ends)
        counts = np.array([users.shape[0] for users in self.switched])
        return {
            "start": Coded(self.start, "u2"),
            "switches": Coded(counts, "u2"),
            "switch_user": Coded(np.concatenate([np.zeros(0, int), *self.switched]), "u2", delta=True),
            "switch_to": Coded(np.concatenate([np.zeros(0, int), *self.switched_to]), "u2"),
            "life_slot": Coded(slot, "u2"),
            "life_first": Coded(first, "u2", delta=True),
            "life_last": Coded(last, "u2"),
            "life_foreign": Coded(foreign, "u1"),
            "life_region": Coded(region, "u1"),
            **{
                name: Coded(values[order], kind, delta)
                for (name, (kind, delta)), values in zip(_FIRM_ARRAYS.items(), whole[1:], strict=True)
            },
        }


def _support(state: State, policy: Policy, living: np.ndarray) -> np.ndarray:
    """Return the bits of SUPPORT of firms in the quarter just past."""
    firms, government = state.innovators, state.government
    found = np.zeros(living.shape, np.uint8)
    for name, holds in {
        "chosen": government.chosen[living] & policy.uses(chooser="government"),
        "backed": government.backed[living] & policy.uses(chooser="regions"),
        "research": firms.public_research[living] > 0.0,
        "price": firms.subsidy[living] > 0.0,
    }.items():
        found |= SUPPORT[name] * holds.astype(np.uint8)
    return found


def _fixed(state: State) -> dict[str, Coded]:
    """Return what stays as it is over a run."""
    users, industries = state.users, state.industries
    return {
        "size": Coded(users.size, "f4"),
        "region": Coded(users.region, "u1"),
        "lead": Coded(users.lead, "u1"),
        "industry_first": Coded(industries.first, "i4"),
        "industry_layer": Coded(industries.layer, "u1"),
    }


def _series(run: Run) -> dict[str, Coded]:
    return {"series": Coded(np.array([run.series[name] for name in SERIES_NAMES], np.float32), "f4")}


def _words(run: Run, policy: Policy, turn: Turn | None) -> Mapping[str, Any]:
    """Return the words of a recording: names, calendar and shocks."""
    p = run.parameters
    return {
        "users": p.users,
        "horizon": p.horizon,
        "seed": run.seed,
        "policy": policy.name,
        "turn": {"policy": turn.policy.name, "quarter": turn.quarter} if turn else None,
        "calendar": _calendar(withdrawn(policy, p.withdrawal), 0, turn.quarter if turn else p.horizon)
        + (_calendar(run.policy, turn.quarter, p.horizon) if turn else []),
        "shocks": p.shocks,
        "layers": LAYERS,
        "industries": p.industry_names,
        "output": float(run.state.market[0].initial_output),
        "series": SERIES_NAMES,
        "warnings": run.warnings,
    }


def _calendar(policy: Policy, first: int, last: int) -> list[list[int]]:
    """Return the frames between which policy has money, if any: at most one pair."""
    start, end = max(policy.start, first), min(policy.end, last)
    return [[start, end]] if policy.mix and policy.budget > 0.0 and start < end else []
