"""Designs: the points that a study asks for, the same ones every time, and one line for what cannot be made."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.frontier.search import FrontierSearch
from experiments.inquiries.frontier import prepared
from experiments.study.design import Design
from experiments.study.factors import value_at
from experiments.study.file import read_study, shipped_studies
from experiments.study.study import Study, with_reference
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.presets import find_policy

FORESIGHT = {"policy.foresight": {"range": [0.0, 1.0]}}


def study(uncertain: dict[str, Any], design: dict[str, Any], **parameters: Any) -> Study:
    return Study(
        parameters=Parameters(**parameters),
        policies=(find_policy("rebate"), find_policy("grants")),
        seeds=(0,),
        uncertain=uncertain,
        design=design,
    )


def values(design: Design, name: str) -> list[Any]:
    """What a parameter or a trait (of the last policy) is at each point."""
    if name.startswith("policy."):
        return [getattr(point.policies[-1], name.removeprefix("policy.")) for point in design]
    return [getattr(point.parameters, name) for point in design]


def test_without_factors_there_is_one_point() -> None:
    (point,) = Design(study({}, {}, users=77, industries=3))
    assert (point.number, point.parameters.users, len(point.policies)) == (0, 77, 2)


def test_a_grid_is_the_full_product() -> None:
    factors = {"policy.foresight": {"range": [0, 1]}, "industries": {"values": [1, 5]}, "risk": {"range": [0.1, 0.2]}}
    design = Design(study(factors, {"kind": "grid", "levels": 3}))
    found = list(zip(*(values(design, name) for name in factors), strict=True))
    assert len(design) == len(found) == len(set(found)) == 3 * 2 * 3
    assert {row[0] for row in found} == {0.0, 0.5, 1.0}
    assert {row[1] for row in found} == {1, 5}
    assert sorted({row[2] for row in found}) == pytest.approx([0.1, 0.15, 0.2])


def test_a_grid_in_logs_is_even_in_logs() -> None:
    factors = {"choice_noise": {"range": [0.01, 1.0], "log": True, "levels": 3}}
    assert values(Design(study(factors, {"kind": "grid"})), "choice_noise") == pytest.approx([0.01, 0.1, 1.0])


def test_a_grid_over_whole_numbers_has_each_once() -> None:
    factors = {"industries": {"range": [1, 3], "levels": 9}}
    assert values(Design(study(factors, {"kind": "grid"})), "industries") == [1, 2, 3]


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_factor() -> None:
    factors = {**FORESIGHT, "risk": {"range": [0.1, 0.5]}}
    design = Design(study(factors, {"kind": "lhs", "samples": 20}))
    for name, low, high in (("policy.foresight", 0.0, 1.0), ("risk", 0.1, 0.5)):
        slices = np.floor((np.array(values(design, name)) - low) / (high - low) * 20)
        assert sorted(slices) == list(range(20))


def test_a_sobol_sequence_fills_the_square_evenly() -> None:
    """A digital (0, m, 2)-net: each of the 8 x 8 elementary boxes of 64 points holds exactly one."""
    factors = {**FORESIGHT, "generality": {"range": [0.0, 1.0]}}
    design = Design(study(factors, {"kind": "sobol", "samples": 64}))
    cells = zip(*(np.floor(8 * np.array(values(design, name))) for name in factors), strict=True)
    assert set(Counter(cells).values()) == {1}
    assert len(design) == 64


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_a_design_is_reproducible_and_its_seed_matters(kind: str) -> None:
    def drawn(**more: Any) -> list[float]:
        return values(Design(study(FORESIGHT, {"kind": kind, "samples": 5, **more})), "policy.foresight")

    assert drawn() == drawn() == drawn(seed=0)
    assert drawn(seed=1) != drawn()
    assert len(drawn()) == 5


def test_log_ranges_are_drawn_log_uniformly_and_end_where_they_say() -> None:
    factor = {"range": [0.01, 1.0], "log": True}
    assert [value_at("risk", factor, share) for share in (0.0, 0.5)] == pytest.approx([0.01, 0.1])
    assert value_at("risk", factor, 1.0 - 1e-16) <= 1.0


@pytest.mark.parametrize("log", [False, True])
def test_whole_numbers_stay_whole_and_within_range(log: bool) -> None:
    drawn = [value_at("industries", {"range": [2, 5], "log": log}, share) for share in np.linspace(0, 1 - 1e-12, 4001)]
    assert set(map(type, drawn)) == {int}
    assert set(drawn) == {2, 3, 4, 5}
    if not log:
        assert Counter(drawn)[2] == pytest.approx(1000, abs=1), "the ends of a range are as likely as the others"


def test_lists_of_values_have_equal_cells() -> None:
    drawn = [value_at("industries", {"values": [1, 2, 5, 10]}, share) for share in np.arange(0, 1, 1 / 400)]
    assert Counter(drawn) == {1: 100, 2: 100, 5: 100, 10: 100}


def test_a_list_gives_its_points_in_order() -> None:
    points = [{"users": 300, "policy.foresight": 0.25}, {"users": 200, "policy.foresight": 1.0}]
    design = Design(study({}, {"kind": "list", "points": points}))
    assert design.factors == ("users", "policy.foresight")
    assert values(design, "users") == [300, 200]
    assert values(design, "policy.foresight") == [0.25, 1.0]


def test_a_trait_reaches_every_policy_of_the_point() -> None:
    for point in Design(study(FORESIGHT, {"kind": "grid", "levels": 3})):
        assert len({policy.foresight for policy in point.policies}) == 1
        assert [policy.name for policy in point.policies] == ["rebate", "grants"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_points_come_from_a_file_beside_the_study(tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    table = pd.DataFrame({"users": [300, 200], "policy.foresight": [0.25, 1.0]})
    (table.to_csv if suffix == ".csv" else table.to_parquet)(tmp_path / f"points{suffix}", index=False)
    path = tmp_path / "s.yaml"
    path.write_text(f"policies: [grants]\ndesign: {{kind: list, points_file: points{suffix}}}\n")
    design = Design(read_study(path))
    assert values(design, "users") == [300, 200]
    assert values(design, "policy.foresight") == [0.25, 1.0]
    table.loc[0, "users"] = 301
    (table.to_csv if suffix == ".csv" else table.to_parquet)(tmp_path / f"points{suffix}", index=False)
    assert read_study(path).identity("m") != Study(policies=()).identity("m")
    assert values(Design(read_study(path)), "users") == [301, 200]


@pytest.mark.parametrize("row", ["60,70,0.1", "60"])
def test_a_row_of_points_is_as_long_as_the_header(tmp_path: Path, row: str) -> None:
    """Otherwise values would move to other columns."""
    (tmp_path / "p.csv").write_text(f"users,policy.foresight\n60,0.1\n{row}\n")
    path = tmp_path / "s.yaml"
    path.write_text("policies: [grants]\ndesign: {kind: list, points_file: p.csv}\n")
    with pytest.raises(BadInput, match=r"p.csv:3: has \d cells?: must have 2"):
        list(Design(read_study(path)))


@pytest.mark.parametrize("name", shipped_studies())
def test_shipped_studies_are_valid_at_every_point(name: str) -> None:
    study = read_study(Path(name))
    if study.design["kind"] == "adaptive":
        options = dict.fromkeys(("between", "over", "of", "runs", "replicates"))
        FrontierSearch(prepared(study, options, name), "m", name)
    else:
        list(Design(with_reference(study)))


def test_the_boundary_study_asks_what_it_says() -> None:
    frontier = read_study(Path("foresight-frontier"))
    assert [policy.name for policy in frontier.policies] == ["rebate", "selective", "application"]
    assert set(frontier.uncertain) == {"policy.foresight", "industries"}


BAD_DESIGNS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "factors without a design": (FORESIGHT, {}, ["uncertain factors need a design", "sobol"]),
    "a design without factors": ({}, {"kind": "lhs", "samples": 4}, ["at least one factor"]),
    "no samples": (FORESIGHT, {"kind": "lhs"}, ["needs samples"]),
    "samples 0": (FORESIGHT, {"kind": "sobol", "samples": 0}, ["samples = 0", "from 1 to 1000000"]),
    "too many samples": (FORESIGHT, {"kind": "sobol", "samples": 10**9}, ["samples = 1000000000", "1000000"]),
    "odd levels": (FORESIGHT, {"kind": "morris", "samples": 4, "levels": 5}, ["design.levels = 5", "must be even"]),
    "too many blocks": (FORESIGHT, {"kind": "saltelli", "samples": 500_000}, ["1500000 points", "at most 1000000"]),
    "unknown kind": (FORESIGHT, {"kind": "sobl"}, ["'sobl'", "sobol"]),
    "a key of another kind": (FORESIGHT, {"kind": "grid", "samples": 4}, ["samples", "kind grid", "levels"]),
    "a range in a grid without levels": (FORESIGHT, {"kind": "grid"}, ["policy.foresight", "levels: n"]),
    "a huge grid": (
        {name: {"range": [0, 1], "levels": 1000} for name in ("policy.foresight", "generality", "own_problems")},
        {"kind": "grid"},
        ["grid of 1000000000 points", "at most 1000000"],
    ),
    "an unknown factor": ({"usrs": {"values": [1]}}, {"kind": "grid"}, ["'usrs'", "'users'"]),
    "an empty range": ({"risk": {"range": []}}, {"kind": "grid"}, ["risk.range = []", "must be a list"]),
    "a range of one": ({"risk": {"range": [0.1, 0.1]}}, {"kind": "grid"}, ["risk", "low < high"]),
    "a range of words": ({"risk": {"range": ["a", "b"]}}, {"kind": "grid"}, ["risk", "low < high"]),
    "a range that is not finite": (
        {"risk": {"range": [0.0, float("nan")]}}, {"kind": "grid", "levels": 2}, ["risk", "low < high"],
    ),
    "an infinite range": (
        {"risk": {"range": [0.0, float("inf")]}}, {"kind": "grid", "levels": 2}, ["risk", "within 0 to 1"],
    ),
    "a range beyond what is allowed": ({"risk": {"range": [0, 3]}}, {"kind": "grid"}, ["risk", "within 0 to 1"]),
    "a log range from 0": ({"risk": {"range": [0, 1], "log": True}}, {"kind": "grid"}, ["risk", "above 0"]),
    "a range of a word": ({"peer_network": {"range": [0, 1]}}, {"kind": "grid"}, ["peer_network", "values"]),
    "half a user": ({"users": {"range": [1.5, 9]}}, {"kind": "grid"}, ["users", "whole numbers"]),
    "values twice": ({"industries": {"values": [1, 1]}}, {"kind": "grid"}, ["industries.values[1] = 1", "given twice"]),
    "a value beyond what is allowed": ({"risk": {"values": [0.1, 7.0]}}, {"kind": "grid"}, ["[1] = 7.0", "0 to 1"]),
    "half a user in a list": ({"users": {"values": [60, 60.5]}}, {"kind": "grid"}, ["values[1] = 60.5", "whole"]),
    "a word that is not allowed": (
        {"peer_network": {"values": ["community", "foo"]}}, {"kind": "grid"}, ["'foo'", "watts_strogatz"],
    ),
    "a mix that does not sum to 1": (
        {"policy.mix": {"values": [{"grants": 1.0}, {"grants": 0.5}]}}, {"kind": "grid"}, ["policy.mix", "sum to 1"],
    ),
    "values not finite": ({"risk": {"values": [float("nan")]}}, {"kind": "grid"}, ["risk", "nan"]),
    "no points": ({}, {"kind": "list"}, ["points: ["]),
    "an empty point": ({}, {"kind": "list", "points": [{}]}, ["point 0", "settings by name"]),
    "points without mapping": ({}, {"kind": "list", "points": [3]}, ["point 0", "settings by name"]),
    "a missing column": (
        {}, {"kind": "list", "points": [{"users": 50, "risk": 0.1}, {"users": 50}]}, ["point 1", "risk: has no value"],
    ),
    "an unknown column": (
        {}, {"kind": "list", "points": [{"users": 50}, {"users": 50, "rsk": 0.1}]}, ["point 1", "'rsk'", "'risk'"],
    ),
    "a column that others lack": (
        {}, {"kind": "list", "points": [{"users": 50}, {"users": 50, "risk": 0.1}]}, ["point 1", "risk", "factors are"],
    ),
    "a point that is not finite": (
        {}, {"kind": "list", "points": [{"risk": 0.1}, {"risk": float("inf")}]}, ["point 1", "risk = inf", "finite"],
    ),
    "a design's seed below 0": (FORESIGHT, {"kind": "lhs", "samples": 2, "seed": -1}, ["seed = -1", "from 0"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_DESIGNS)
def test_what_cannot_be_made_is_one_line(case: str) -> None:
    uncertain, design, fragments = BAD_DESIGNS[case]
    with pytest.raises(BadInput) as fault:
        Design(study(uncertain, design), "file.yaml")
    line = str(fault.value)
    assert fault.value.key.split(".")[0].split("[")[0] in ("uncertain", "design")
    assert "\n" not in line
    assert [fragment for fragment in fragments if fragment not in line] == []


@pytest.mark.parametrize(
    ("uncertain", "place", "allowed"),
    [
        ({"founders": {"values": [10, 999]}}, "point 1", "at most slots = 128"),
        ({"industries": {"values": [5, 8]}, "users": {"values": [100, 7]}}, "point 3", "at most users = 7"),
        ({"policy.champions": {"values": [1, 200]}}, "point 1", "at most slots = 128"),
    ],
)
def test_a_point_that_does_not_validate_is_named(uncertain: dict[str, Any], place: str, allowed: str) -> None:
    with pytest.raises(BadInput, match=rf"^file\.yaml: {place}: .*{allowed}"):
        list(Design(study(uncertain, {"kind": "grid"}), "file.yaml"))
