"""A run: its seed, the withdrawal of its policy, its warnings, and the run without policy that it is compared with."""

import pickle
from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agents.innovator import SELLING, SUPPORTED
from model import Economy, simulation
from model.declaration.errors import BadInput
from model.declaration.numbers import valid_seed
from model.opening import build_world
from model.parameters import Parameters
from model.policy.policy import Policy, withdrawn
from model.policy.presets import policies
from model.simulation import _Baselines, simulate, simulate_many
from model.state.references import reference_to
from model.views.agent import Innovator
from tests.phases import close

TINY: dict[str, Any] = {
    "users": 20, "horizon": 6, "slots": 10, "founders": 9, "suppliers": 3, "domains": 2, "industries": 2, "entry": 0.0,
    "entry_profit": 0.0,
}  # fmt: skip
CROWDED = Parameters(**{**TINY, "founders": 9, "entry": 4.0})
"""More firms enter than there are slots for."""


@pytest.mark.parametrize(("quarter", "end", "phase_out"), [(-1, 20, 4), (0, 3, 0), (2, 3, 0), (19, 19, 0), (20, 20, 4)])
def test_withdrawal(quarter, end, phase_out):
    """A policy ends at once, not before its start; where it has ended or is not withdrawn, it stays as it was."""
    found = withdrawn(Policy(mix={"grants": 1.0}, start=3, end=20, phase_out=4), quarter)
    assert (found.start, found.end, found.phase_out) == (3, end, phase_out)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "one", None])
def test_bad_seeds(seed):
    """A seed is a whole number of 63 bits."""
    with pytest.raises(BadInput, match=rf"seed = .*whole number from 0 to {2**63 - 1}"):
        valid_seed(seed)


def test_seeds():
    """The least, the largest, and one that was typed."""
    assert [valid_seed(seed) for seed in (0, 2**63 - 1, "7", 7.0)] == [0, 2**63 - 1, 7, 7]


@pytest.mark.parametrize("threads", [0, -1, True, 1.5, "2", None])
def test_bad_numbers_of_threads(threads):
    """Threads are counted in whole numbers, from one."""
    with pytest.raises(BadInput, match=r"threads = .*: must be a whole number of at least 1"):
        simulate(Parameters(**TINY), threads=threads)


def test_frame_of_a_run():
    """A row per quarter and a column per indicator, with the numbers of the series."""
    run = simulate(Parameters(**TINY), "grants", 3)
    frame = run.to_frame()
    assert frame.index.name == "period" and list(frame.index) == list(range(TINY["horizon"]))
    assert list(frame) == list(run.series)
    assert all(np.array_equal(frame[name], values, equal_nan=True) for name, values in run.series.items())


def test_many_runs_are_the_same_runs():
    """Seed by seed, policy by policy, from one world per seed: what each would have been alone."""
    p, names = Parameters(**TINY), ["grants", "vouchers"]
    many = list(simulate_many(p, names, [3, 4]))
    assert [(run.policy.name, run.seed) for run in many] == [(name, seed) for seed in (3, 4) for name in names]
    for run in many:
        alone = simulate(p, run.policy, run.seed)
        assert all(np.array_equal(series, alone.series[name], equal_nan=True) for name, series in run.series.items())


@pytest.mark.parametrize(
    ("at_once", "check", "calls"),
    [(1000, False, [(4, 3), (4, 6)]), (720, False, [(3, 3), (3, 6), (1, 3), (1, 6)]), (1, True, [(1, 1)] * 4 * 6)],
)
def test_a_chunk_is_one_call_of_compiled_code(at_once, check, calls, monkeypatch):
    """As many runs as go through so many places, 40 in each of 6 quarters; to the end of policy and to the horizon.

    A quarter with `check`.
    """
    made, real = [], simulation.run_cases

    def counted(first, last, cases, one):
        made.append((len(cases), int(last[0]) if not check else int(last[0] - first[0])))
        real(first, last, cases, one)

    monkeypatch.setattr(simulation, "run_cases", counted)
    monkeypatch.setattr(simulation, "_AT_ONCE", at_once)
    arms = [Policy(name=name, mix={name: 1.0}, end=3) for name in ("grants", "vouchers")]
    list(simulate_many(Parameters(**TINY), arms, [3, 4], check=check))
    assert made == calls


def test_a_provider_is_not_swapped_for_another_firm():
    """However often users meet firms, they go on knowing the one whose product they use, whichever its slot."""
    eager = {
        "users": 60, "contacts": 3, "meet": 1.0, "reconsider": 1.0, "risk": 0.0, "integration": 0.0,
        "initial_cost": 0.05, "floor_cost": 0.05,
    }  # fmt: skip
    users = simulate(Parameters(**{**TINY, **eager}), check=True).state.users
    assert 0 in users.provider and np.unique(users.provider).size > 3
    adopters = users.provider >= 0
    assert (users.contacts[adopters] == users.provider[adopters, None]).any(axis=1).all()


@pytest.mark.parametrize(("t", "counted"), [(9, False), (10, True), (17, True), (18, False)])
def test_exits_within_eight_quarters_of_withdrawal_are_counted(t, counted, simulation, arm):
    """Of firms that were there when policy ended, by whether they were supported and whether they sold."""
    under_way = simulation(arm("grants", end=10), horizon=24)
    p, policy, s = under_way.parameters.record, under_way.policy.record, under_way.state
    leaving = np.flatnonzero(s.innovators.alive)[:7]
    s.innovators.watched[leaving] = [0, 1, 1, 1 + SUPPORTED, 1 + SELLING, 1 + SELLING, 1 + SUPPORTED + SELLING]
    s.ledger.cash[leaving] = 0.0
    close(t, p, policy, reference_to(s))
    tally = s.tallies[t]
    found = [tally.present_exits, tally.supported_exits, tally.present_selling_exits, tally.supported_selling_exits]
    assert tally.exits == 7
    assert found == ([6, 2, 3, 1] if counted else [0, 0, 0, 0])


@pytest.mark.parametrize("sold", [0.0, 0.01])
def test_a_product_that_sells_at_all_stays_on_sale(sold, simulation):
    """Short of saturation, a prototype is taken up where nothing is sold while others have shown it, and only there."""
    under_way = simulation(switch_saturation=1.0, until=20)
    innovators = under_way.state.innovators
    firms = np.flatnonzero(innovators.alive)
    innovators.generation[firms[::2]] = innovators.generation.max() + 1
    innovators.prototype[firms], innovators.units[firms] = True, sold
    generation = innovators.generation.copy()
    under_way.advance(21)
    stayed = firms[innovators.birth[firms] < 20]
    late = generation[stayed] < generation.max()
    assert late.any() and not late.all()
    np.testing.assert_array_equal(innovators.generation[stayed] - generation[stayed], late * (sold == 0.0))


def test_a_run_is_what_was_asked_for():
    """By default the first seed, and no policy; a run cannot be changed afterwards, and options have names."""
    run = simulate(Parameters(**TINY))
    assert run.seed == 0 and run.policy == policies["laissez_faire"]
    with pytest.raises(FrozenInstanceError):
        run.seed = 1
    with pytest.raises(TypeError):
        simulate(Parameters(**TINY), "laissez_faire", 0, True)


def test_what_founders_show_at_first():
    """Before the first quarter a unit costs c0, nobody having learnt, and the price is a mark-up on it."""
    p = Parameters(**TINY, learning_by_research=0.0)
    innovators = build_world(p, 0).innovators
    assert innovators.unit_cost[: p.founders] == pytest.approx(p.initial_cost, rel=1e-12)
    assert innovators.price[: p.founders] == pytest.approx(p.initial_cost * (1.0 + p.markup_start), rel=1e-12)


@pytest.mark.parametrize("panel", [False, True])
def test_identities_are_checked_on_request(panel, monkeypatch):
    """In every quarter, with a panel of firms or without."""
    checked = []
    monkeypatch.setattr(simulation, "check_identities", lambda state, t: checked.append(t))
    simulate(Parameters(**TINY), panel=panel)
    assert checked == []
    simulate(Parameters(**TINY), check=True, panel=panel)
    assert checked == list(range(TINY["horizon"]))


def test_a_run_for_which_slots_were_too_few_is_made_again_with_more(monkeypatch):
    """It is the run that more slots give from the start, to the bit, and says nothing: slots never bind."""
    few = CROWDED
    tried = []
    monkeypatch.setattr(
        simulation, "_run_out", lambda s, *how, made=simulation._run_out: tried.append(s) or made(s, *how)
    )
    run, many = simulate(few, "grants", 3), simulate(few.replace(slots=320), "grants", 3)
    assert [s.parameters.slots for s in tried[:-1]] == [10, 20, 40, 80, 160, 320][: len(tried) - 1]
    assert len(tried) > 3 and run.parameters == few and run.warnings == ()
    assert all(run.series[name].tobytes() == many.series[name].tobytes() for name in run.series)
    np.testing.assert_equal(run.summary, many.summary)


def test_a_simulation_that_is_stepped_says_that_slots_were_too_few():
    """Whoever steps it decides whether it is made again."""
    under_way = simulation.Simulation(CROWDED, policies["rebate"], 3)
    under_way.advance(TINY["horizon"])
    assert f"{under_way.refused} entrants found no place" in under_way.warnings()[0] and under_way.refused > 0


def test_an_economy_that_is_stepped_takes_more_slots_as_it_needs_them():
    """Its series and views are those of an economy with enough slots from the start, also after a change of policy."""
    few, many = (Economy("grants", seed=3, parameters=CROWDED.replace(slots=slots)) for slots in (10, 320))
    assert len(few.agents) == len(many.agents)
    for quarter in range(TINY["horizon"]):
        few.step(), many.step()
        if quarter == TINY["horizon"] // 2:
            few, many = few.branch("vouchers"), many.branch("vouchers")
    assert few.simulation.parameters.slots > 10 and few.parameters == CROWDED
    assert all(few.series[name].tobytes() == values.tobytes() for name, values in many.series.items())
    np.testing.assert_equal(few.summary, many.summary)
    firms = [[(one.row, one.cash) for one in e.agents_by_type[Innovator]] for e in (few, many)]
    assert firms[0] == firms[1] and len(firms[0]) > 10


def test_a_saved_economy_takes_more_slots_too():
    """What it has followed so far is saved with it."""
    first, saved = Economy("grants", seed=3, parameters=CROWDED), Economy("grants", seed=3, parameters=CROWDED)
    saved = pickle.loads(pickle.dumps(saved.branch("vouchers")))
    first = first.branch("vouchers")
    while first.running:
        first.step(), saved.step()
    assert all(first.series[name].tobytes() == values.tobytes() for name, values in saved.series.items())


def test_comparison_with_no_policy():
    """Gain over the same seed's run without policy per money placed; there is none without policy."""
    p, policy = Parameters(**TINY, market_size=0.1), policies["rebate"].replace(end=4, budget=0.001)
    own = simulate(p, policy, 3).summary
    other = simulate(p, policies["laissez_faire"].replace(end=4), 3).summary
    gain = (own["welfare"] - other["welfare"]) / own["budget_placed"]
    assert own["welfare_per_unit"] == pytest.approx(gain, rel=1e-12) and gain != 0.0
    assert np.isnan(other["welfare_per_unit"])


def test_runs_without_policy_are_kept():
    """The last 64 of them."""
    kept, p = _Baselines(), Parameters(**TINY)
    policy = policies["laissez_faire"]
    for seed in range(70):
        kept.keep(SimpleNamespace(parameters=p, policy=policy, seed=seed, own_summary={"seed": seed}))
    assert [seed for _, seed, _ in kept._kept] == list(range(6, 70))
    assert kept.of(p, 69, policy.end) == {"seed": 69}


def test_the_baseline_of_a_run_that_needed_more_slots_is_whole():
    """A run without policy for which slots were too few is made again before anything is compared with it."""
    few = Parameters(**{**TINY, "slots": 10, "founders": 8, "entry": 3.0})
    crowded = simulation.Simulation(few, policies["laissez_faire"], 1)
    crowded.advance(few.horizon)
    assert crowded.refused > 0
    simulate(few, "laissez_faire", 1)
    gains = [simulate(p, "vouchers", 1).summary["welfare_gain_pv_0"] for p in (few, few.replace(slots=128))]
    assert gains[0] == gains[1]
