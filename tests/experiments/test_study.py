"""Studies: reading, options, and what a run's identity depends on."""

from pathlib import Path
from typing import Any

import pytest

from experiments.commands.options import study_from
from experiments.study.addresses import ADDRESSES, parse_settings
from experiments.study.digests import digest, run_digest, run_id
from experiments.study.file import read_study
from experiments.study.policy_file import named_policy
from experiments.study.study import DEFAULT_POLICIES, Study, seeds_from, with_reference
from model.declaration.errors import BadInput
from model.declaration.settings import is_file
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policy

WHOLE = """
name: frontier
parameters: {users: 300, horizon: 40}
uncertain:
  policy.foresight: {range: [0, 1]}
  industries: {values: [1, 2, 5]}
  risk: {range: [0.01, 0.1], log: true}
policies:
  - rebate
  - name: half
    mix: {grants: 0.5, vouchers: 0.5}
    champions: all
    budget: 0.01
reference: half
design: {kind: sobol, samples: 16}
seeds: [3, 5]
outcomes: [welfare, adoption_at_withdrawal]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(text)
    return path


def options(**given: Any) -> Study:
    defaults: dict[str, Any] = {
        "file": None,
        "policies": None,
        "seeds": None,
        "seed": None,
        "settings": (),
        "reference": None,
    }
    return study_from(**{**defaults, "quick": False, **given})


def test_a_whole_study_is_read(tmp_path: Path) -> None:
    study = read_study(written(tmp_path, WHOLE))
    assert study.name == "frontier"
    assert study.parameters == Parameters(users=300, horizon=40)
    half = Policy(name="half", mix={"grants": 0.5, "vouchers": 0.5}, champions=0, budget=0.01)
    assert study.policies == (find_policy("rebate"), half)
    assert study.uncertain["industries"] == {"values": [1, 2, 5]}
    assert study.uncertain["risk"] == {"range": [0.01, 0.1], "log": True}
    assert (study.reference, study.seeds) == ("half", (3, 5))
    assert study.design == {"kind": "sobol", "samples": 16}
    assert study.outcomes == ("welfare", "adoption_at_withdrawal")


def test_a_study_without_a_name_has_its_files(tmp_path: Path) -> None:
    assert read_study(written(tmp_path, "seeds: 2")).name == "study"


def test_the_default_study_is_the_six_arms_on_a_hundred_seeds() -> None:
    study = options()
    assert tuple(policy.name for policy in study.policies) == DEFAULT_POLICIES
    assert study.seeds == tuple(range(100))
    assert study.reference == "rebate"


def test_options_win_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, WHOLE)
    study = options(file=file, policies="grants", seeds=3, seed=7, settings=["users=99", "policy.foresight=0.25"])
    assert study.parameters == Parameters(users=99, horizon=40)
    assert [policy.name for policy in study.policies] == ["half", "grants"]
    assert study.seeds == (7, 8, 9)
    assert {policy.foresight for policy in study.policies} == {0.25}


def test_settings_need_to_fit_only_when_all_are_made(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mix: {grants: 1}\nchampions: 200\n")
    study = options(policies=str(path), settings=["slots=300"])
    assert [policy.name for policy in study.policies] == ["rebate", "mine"]
    with pytest.raises(BadInput, match="champions = 200: must be at most slots = 128"):
        options(policies=str(path))


def test_the_reference_that_joins_takes_settings_too() -> None:
    assert {policy.budget for policy in options(policies="grants", settings=["policy.budget=0.01"]).policies} == {0.01}


def test_seed_moves_a_number_of_seeds_but_not_a_list(tmp_path: Path) -> None:
    assert options(file=written(tmp_path, "seeds: 3"), seed=10).seeds == (10, 11, 12)
    with pytest.raises(BadInput, match="lists its seeds"):
        options(file=written(tmp_path, "seeds: [1, 5]"), seed=10)


def test_quick_is_smaller_and_never_larger() -> None:
    assert (options(quick=True).parameters.users, len(options(quick=True).seeds)) == (250, 10)
    small = options(quick=True, settings=["users=100"], seeds=3)
    assert (small.parameters.users, len(small.seeds)) == (100, 3)


def test_the_reference_joins_the_arms_once() -> None:
    alone = with_reference(Study(policies=(find_policy("grants"),), seeds=(0,)))
    assert [policy.name for policy in alone.policies] == ["rebate", "grants"]
    assert with_reference(alone) == alone


def test_a_policy_file_takes_its_name_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mix: {grants: 1}\nbudget: 0.002\n")
    assert named_policy(str(path)) == Policy(name="mine", mix={"grants": 1.0}, budget=0.002)


def test_settings_have_the_type_that_they_look_like() -> None:
    parsed = parse_settings(["users=50", "risk=1e-2", "policy.champions=all", "policy.mix={grants: 1}"])
    assert parsed == {"users": 50, "risk": 0.01, "policy.champions": "all", "policy.mix": {"grants": 1}}


def test_a_hint_finds_a_trait_by_its_bare_name() -> None:
    with pytest.raises(BadInput, match=r"did you mean 'policy\.foresight'"):
        parse_settings(["foresight=1"])


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_numbers_of_seeds_are_bounded(count: int) -> None:
    with pytest.raises(BadInput, match="must be a whole number from 1 to"):
        seeds_from(count)


def changed(value: float, low: float, high: float) -> float:
    """Another admissible number near the given one."""
    if isinstance(value, int):
        return value + 1 if value < high else value - 1
    if value:
        return value * 0.9 if value * 0.9 >= low else value * 1.1
    return max(low, -0.5) if low < 0.0 else high / 2


def test_a_run_is_identified_by_every_parameter_and_trait_but_no_name() -> None:
    parameters, policy = Parameters(), Policy(mix={"grants": 0.5, "vouchers": 0.5})
    known = {run_id(parameters, policy, 0, "m")}
    for address, (kind, name) in ADDRESSES.items():
        entry = next(entry for entry in kind.declarations() if entry["name"] == name)
        value, span = getattr(policy if kind is Policy else parameters, name), entry["range"]
        if is_file(kind, name):
            continue  # tests/model/test_inputs.py
        if name in ("mix", "later_mix"):
            other: object = {"grants": 1.0}
        elif name == "calendar":
            other = [1.0, 2.0]
        elif isinstance(value, str):
            other = next(word for word in span if word != value)
        else:
            other = changed(value, span[0], span[1])
        changes = {name: other}
        if kind is Policy:
            identity = run_id(parameters, policy.replace(**changes), 0, "m")
        else:
            identity = run_id(parameters.replace(**changes), policy, 0, "m")
        assert identity not in known, address
        known.add(identity)
    assert run_id(parameters, policy, 1, "m") not in known
    assert run_id(parameters, policy, 0, "n") not in known
    assert run_id(parameters, policy.replace(name="other"), 0, "m") in known


def test_a_study_carried_further_is_the_same_study() -> None:
    study = Study(policies=(find_policy("grants"),), seeds=(0, 1))
    further = Study(policies=study.policies, seeds=(0, 1, 2), outcomes=("welfare",))
    other = Study(policies=study.policies, seeds=(0, 1), parameters=Parameters(users=999))
    assert study.identity("m") == further.identity("m")
    assert len({study.identity("m"), other.identity("m"), study.identity("n")}) == 3


def test_the_id_of_a_run_is_the_digest_of_all_four() -> None:
    four = {"parameters": "a" * 64, "policy": "0" * 64, "seed": 2**64 - 1, "model": "m"}
    assert run_digest(**four) == digest(four)
