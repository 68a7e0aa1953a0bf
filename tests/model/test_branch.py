"""Copies, saved economies and branches: the same numbers as the economy that nobody has touched, to the last bit."""

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import BadInput, Economy, Policy, policies, simulate
from model.check import check_identities
from model.economy import User
from model.parameters import Parameters
from model.simulation import Simulation

SIZE: dict[str, Any] = {"users": 60, "horizon": 24, "slots": 64, "founders": 9, "suppliers": 12}
HALF = 12
OWN = {
    "vouchers": policies["vouchers"].replace(end=20),
    "starts later": policies["grants"].replace(start=16, end=22),
    "fades": policies["feng"].replace(end=20, phase_out=10),
    "changes its mix": policies["sequenced"].replace(end=20, later_from=14),
    "on a calendar": policies["mission"].replace(end=20, calendar=(0.0, 2.0) * 10),
    "has ended": policies["guidance_fund"].replace(end=8),
}


def half_way(policy: Policy = OWN["vouchers"]) -> Economy:
    economy = Economy(policy, seed=3, **SIZE)
    for _ in range(HALF):
        economy.step()
    return economy


def finished(economy: Economy) -> dict[str, bytes]:
    """All series at the horizon, by name."""
    while economy.running:
        economy.step()
    return {name: values.tobytes() for name, values in economy.series.items()}


def never_copied(policy: Policy = OWN["vouchers"]) -> dict[str, bytes]:
    run = simulate(Parameters(**SIZE), policy, seed=3)
    return {name: values.tobytes() for name, values in run.series.items()}


@pytest.mark.parametrize("how", ["deepcopy", "copy", "pickle"])
def test_a_copy_and_its_original_go_on_as_if_alone(how: str) -> None:
    original = half_way()
    twin = pickle.loads(pickle.dumps(original)) if how == "pickle" else getattr(copy, how)(original)
    assert finished(twin) == never_copied()
    assert finished(original) == never_copied()


def test_a_saved_economy_goes_on_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "economy").write_bytes(pickle.dumps(half_way()))
    program = (
        "import pickle, sys; economy = pickle.loads(open(sys.argv[1], 'rb').read()); economy.run_model();"
        "print(economy.series['output'].tobytes().hex())"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "economy"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert bytes.fromhex(done.stdout.strip()) == never_copied()["output"]


def test_an_economy_of_other_sources_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = pickle.dumps(half_way())
    monkeypatch.setattr("model.simulation.source_hash", lambda: "other")
    with pytest.raises(BadInput, match="other sources"):
        pickle.loads(saved)


@pytest.mark.parametrize("name", OWN)
def test_a_branch_under_its_own_policy_is_the_unbranched_economy(name: str) -> None:
    economy = half_way(OWN[name])
    assert finished(economy.branch(OWN[name].replace(name="by another name"))) == never_copied(OWN[name])
    assert finished(economy) == never_copied(OWN[name])


@pytest.mark.parametrize("name", [*OWN, "laissez_faire", "rebate"])
def test_a_branch_keeps_the_past_and_all_money(name: str) -> None:
    """The new policy spends what the old one had not, or taxpayers get it back. Identities hold throughout."""
    simulation = Simulation(Parameters(**SIZE), OWN["vouchers"], 3)
    simulation.advance(HALF)
    carried = simulation.state.government.purse.sum()
    assert carried > 0.0
    branch = simulation.branch(OWN.get(name) or policies[name])
    past = {entry: simulation.record().tallies[entry].copy() for entry in ("output", "wage", "units")}
    for quarter in range(HALF, SIZE["horizon"]):
        branch.advance(quarter + 1)
        check_identities(branch.state, quarter)
    assert all(np.array_equal(branch.record().tallies[entry][:HALF], values) for entry, values in past.items())
    assert abs(branch.state.government.purse.sum()) < 1e-9


def test_a_branch_does_what_its_policy_says() -> None:
    economy = half_way()
    other = economy.branch("grants")
    finished(economy), finished(other)
    assert other.summary["placed_grants"] > 0.0 == economy.summary["placed_grants"]
    assert other.policy.name == "grants" and economy.policy == OWN["vouchers"]


def test_agents_have_the_same_numbers_in_a_copy() -> None:
    """Whoever looks at agents first: a number belongs to an agent, and no two agents ever share one."""
    looked, unlooked = half_way(), half_way()
    assert len({agent.unique_id for agent in looked.agents}) == len(looked.agents)
    twin = copy.deepcopy(looked)
    finished(looked), finished(twin), finished(unlooked)
    numbers = [sorted(agent.unique_id for agent in economy.agents) for economy in (looked, twin, unlooked)]
    assert numbers[0] == numbers[1] == numbers[2]
    assert all(agent.model is twin for agent in twin.agents_by_type[User])


@pytest.mark.parametrize("name", ["policy", "seed", "parameters", "period"])
def test_what_an_economy_is_made_of_cannot_be_reassigned(name: str) -> None:
    with pytest.raises(AttributeError, match=f"{name} cannot be changed"):
        setattr(half_way(), name, 1)
