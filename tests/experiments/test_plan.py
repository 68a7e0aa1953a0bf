"""The plan: points are validated once, each run is asked for once, and shards part the runs."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from experiments.analysis.sweep import run_sweep
from experiments.study.design import Design
from experiments.study.digests import run_id
from experiments.study.plan import Plan, Shard
from experiments.study.points import Point, Points
from experiments.study.study import Study
from model.declaration.settings import Declared
from model.parameters import Parameters
from model.policy.presets import find_policy
from tests.economies import TINY_SIZES
from tests.experiments.test_sweep import STUDY


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often settings are validated, by kind."""
    count: Counter[str] = Counter()
    whole, part = Declared.__init__, Declared.replace
    inside: list[None] = []

    def counted(self: Any, **values: Any) -> None:
        if not inside:
            count[type(self).__name__] += 1
        whole(self, **values)

    def counted_part(self: Any, **changes: Any) -> Any:
        count[type(self).__name__] += 1
        inside.append(None)
        try:
            return part(self, **changes)
        finally:
            inside.pop()

    monkeypatch.setattr(Declared, "__init__", counted)
    monkeypatch.setattr(Declared, "replace", counted_part)
    return count


def test_each_point_is_validated_once(validated: Counter[str]) -> None:
    """Once for its parameters and once for each policy, whether it is planned, counted, run or read."""
    plan = Plan.of(STUDY, "m")
    for _ in range(2):
        assert len(list(plan)) == len(list(plan.arms())) == 4 * 3 * 3
    assert validated == {"Parameters": 4, "Policy": 4 * 3}


def test_a_sweep_validates_each_point_once(validated: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.running.runner.prepare", lambda quiet: None)
    monkeypatch.setattr("experiments.running.runner._run_groups", no_runs)
    with pytest.raises(OSError, match="runs were lost"):  # none of them is made here
        run_sweep(STUDY)
    assert validated == {"Parameters": 4, "Policy": 4 * 3}


def no_runs(tasks: Any, *given: Any) -> Iterator[Any]:
    list(tasks)
    yield from ()


DESIGNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "numbers": ({"risk": {"range": [0, 1]}, "policy.foresight": {"range": [0, 1]}}, {"kind": "sobol", "samples": 7}),
    "whole numbers given as ranges": ({"users": {"range": [50, 90]}}, {"kind": "lhs", "samples": 5, "seed": 3}),
    "words": ({"peer_network": {"values": ["community", "barabasi_albert"]}}, {"kind": "grid"}),
    "mixes": ({"policy.mix": {"values": [{"grants": 1.0}, {"rebate": 0.5, "vouchers": 0.5}]}}, {"kind": "grid"}),
    "values that validation changes": ({"policy.champions": {"values": ["all", 3]}}, {"kind": "grid"}),
    "points by name": ({}, {"kind": "list", "points": [{"risk": 0}, {"risk": 1}, {"risk": 0}]}),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize("case", DESIGNS)
def test_points_come_back_as_the_design_makes_them(case: str) -> None:
    uncertain, design = DESIGNS[case]
    made = Design(replace(STUDY, uncertain=uncertain, design=design))
    kept = Points(made, len(made))
    assert list(kept) == list(made)
    assert [repr(point) for point in kept] == [repr(point) for point in made], "with types and all"
    assert kept[-1] == list(made)[-1]
    assert kept[1:] == list(made)[1:]


def test_a_file_of_industries_changes_their_number_too(tmp_path: Path) -> None:
    """A point differs from the first also in settings that follow from the one that was set."""
    names = []
    for number in (2, 4):
        rows = [f"i{row},{1 / number},traditional,1.0,1,1,1" for row in range(number)]
        text = "\n".join(["name,share,layer,old_quality,need_1,need_2,need_3", *rows, ""])
        (tmp_path / f"{number}.csv").write_text(text)
        names.append(str(tmp_path / f"{number}.csv"))
    plain = Parameters(**{**TINY_SIZES, "industries": Parameters().industries})
    study = replace(
        STUDY, parameters=plain, uncertain={"industries_file": {"values": ["", *names]}}, design={"kind": "grid"}
    )
    points = Plan.of(study, "m").points
    assert [point.parameters.industries for point in points] == [plain.industries, 2, 4]


def test_a_run_has_the_id_of_its_settings() -> None:
    plan = Plan.of(STUDY, "m")
    for task in plan:
        assert task.run_id == run_id(task.parameters, task.policy, task.seed, "m")


def test_equal_runs_are_asked_for_once_by_the_first_point() -> None:
    twice = replace(
        STUDY, uncertain={}, design={"kind": "list", "points": [{"risk": 0.1}, {"risk": 0.2}, {"risk": 0.1}]}
    )
    plan = Plan.of(twice, "m")
    assert Counter(task.point for task in plan) == {0: 9, 1: 9}
    assert Counter(task.point for task in plan.arms()) == {0: 9, 1: 9, 2: 9}
    assert plan.asked == 27


def test_shards_part_the_runs_and_stay_the_same() -> None:
    whole = [task.run_id for task in Plan.of(STUDY, "m")]
    parts = [[task.run_id for task in Plan.of(STUDY, "m", Shard(number, 4))] for number in range(1, 5)]
    assert sorted(chain(*parts)) == sorted(whole)
    assert len(set(whole)) == len(whole)
    assert all(parts)
    assert parts[1] == [task.run_id for task in Plan.of(STUDY, "m", Shard(2, 4))]


def test_plans_of_equal_studies_are_equal() -> None:
    plan = Plan.of(STUDY, "m")
    assert plan == Plan.of(STUDY, "m") != Plan.of(STUDY, "n")
    assert plan == replace(plan, points=tuple(plan.points))
    assert plan != Plan.of(replace(STUDY, seeds=(0, 1)), "m")
    assert plan != Plan.of(replace(STUDY, design={"kind": "grid", "levels": 3}), "m")


def test_other_policies_under_a_seed_make_another_plan_and_the_same_ones_the_same() -> None:
    arms = (find_policy("rebate"), find_policy("grants"))
    plan = Plan.of(Study(parameters=Parameters(**TINY_SIZES), policies=arms, seeds=(0, 1, 2)), "m")
    assert plan.with_policies(dict.fromkeys([(0, 0), (0, 1), (0, 2)], arms)) is plan
    less = tuple(policy.replace(budget=0.001) for policy in arms)
    changed = plan.with_policies({(0, 0): arms, (0, 1): less, (0, 2): less})
    assert changed.by_pair == {(0, 0): arms, (0, 1): less, (0, 2): less}
    assert changed == changed.with_policies({(0, 0): arms, (0, 1): less, (0, 2): less})
    assert [(task.seed, task.policy.budget) for task in changed] == [
        (seed, policy.budget) for (_, seed), policies in changed.by_pair.items() for policy in policies
    ]
    assert {task.run_id for task in plan} & {task.run_id for task in changed} == {
        task.run_id for task in plan if task.seed == 0
    }


def test_joined_plans_ask_for_a_shared_run_once() -> None:
    plan = Plan.of(STUDY, "m")
    assert [task.run_id for task in Plan.joined([plan, plan], "m")] == [task.run_id for task in plan]


def test_a_point_takes_a_few_bytes() -> None:
    """A million points over two factors must fit into memory: 8 bytes a number, in each setting that has it."""
    base = Parameters()
    policies = (find_policy("rebate"), find_policy("grants"))
    count = 10_000
    points = Points(
        (
            Point(
                number,
                base.replace(risk=number / count),
                tuple(p.replace(foresight=number / count) for p in policies),
                (0,),
            )
            for number in range(count)
        ),
        count,
    )
    columns = [column for kept in (points._parameters, *points._policies) for column in kept._columns.values()]
    assert len(columns) == 3
    assert sum(map(sys.getsizeof, columns)) < 30 * count


@pytest.mark.parametrize("shard", [Shard(), Shard(2, 3)])
def test_ids_without_tasks_are_those_of_the_tasks(shard: Shard) -> None:
    plan = Plan.of(STUDY, "m", shard)
    assert list(plan.run_ids()) == [task.run_id for task in plan]
    assert set(plan.run_ids(Shard())) == {task.run_id for task in plan.arms()}


def test_ids_of_a_plan_are_those_of_each_run_alone() -> None:
    """Numbers, whole numbers, words, truth values, mixes and lists may vary between points and policies."""
    factors = {
        "policy.foresight": {"range": [0, 1]},
        "industries": {"values": [1, 3]},
        "peer_network": {"values": ["watts_strogatz", "random_regular"]},
        "policy.calendar": {"values": [[], [1.0, 2.0]]},
        "policy.champions": {"values": [1, "all"]},
    }
    study = replace(STUDY, uncertain=factors, design={"kind": "lhs", "samples": 12})
    for task in Plan.of(study, "m").arms():
        assert task.run_id == run_id(task.parameters, task.policy, task.seed, "m")


@pytest.mark.parametrize("of", [2, 5, 12, 50])
def test_shards_are_even_and_keep_the_policies_of_a_seed_together(of: int) -> None:
    """Each part has the same number of pairs of point and seed, or one more. Policies of a pair share its world."""
    plan = Plan.of(replace(STUDY, seeds=tuple(range(7))), "m")
    parts = [list(replace(plan, shard=Shard(number, of))) for number in range(1, of + 1)]
    pairs = [{(task.point, task.seed) for task in part} for part in parts]
    assert max(map(len, pairs)) - min(map(len, pairs)) <= 1
    assert sum(map(len, pairs)) == len(set().union(*pairs)) == 4 * 7
    assert sum(map(len, parts)) == len(list(plan))


def test_more_seeds_leave_the_runs_of_a_shard_where_they_were() -> None:
    few, many = ({*Plan.of(replace(STUDY, seeds=seeds), "m", Shard(2, 3)).run_ids()} for seeds in ((0, 1), (0, 1, 2)))
    assert few < many
