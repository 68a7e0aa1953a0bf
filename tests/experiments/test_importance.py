"""Importances: Ishigami's function and a linear one, whose answers are known, go through the code of every study."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.by_point import ByPoint
from experiments.importance.importances import DIRECT, importances
from experiments.importance.measures import measured
from experiments.importance.surrogate import decomposed, surrogates
from experiments.study.design import Design, unit_cube
from experiments.study.factors import share_at, value_at
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy

Function = Callable[[np.ndarray], np.ndarray]
ADDRESSES = ("policy.foresight", "own_problems", "generality")


def study(kind: str, samples: int, **more: Any) -> Study:
    """A study of three factors from 0 to 1, whose points are put to a function instead of the model."""
    factors = {name: {"range": [0, 1]} for name in ADDRESSES}
    return Study(
        policies=(find_policy("rebate"),), uncertain=factors, design={"kind": kind, "samples": samples, **more}
    )


def evidence(kind: str, samples: int, function: Function, noise: float = 0.0, seeds: int = 4) -> ByPoint:
    """The function at the design's points. A seed moves all points alike, and each by itself where there is noise."""
    declared = study(kind, samples)
    shares = unit_cube(declared)
    generator = np.random.default_rng(0)
    values = function(shares)[:, None] + np.arange(seeds) + noise * generator.normal(size=(len(shares), seeds))
    columns = pd.MultiIndex.from_product([[0], range(seeds)], names=["set", "seed"])
    settings = pd.DataFrame(shares, columns=list(ADDRESSES))
    return ByPoint("y", declared.design, settings, shares, (0, 0, 0), pd.DataFrame(values, columns=columns))


def ishigami(shares: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    x = np.pi * (2.0 * shares - 1.0)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def linear(shares: np.ndarray) -> np.ndarray:
    return shares @ np.array([3.0, -2.0, 0.0])


def of_ishigami(a: float = 7.0, b: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """The first-order and total shares of variance in closed form (Ishigami & Homma 1990)."""
    one = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    two, both = a**2 / 8.0, 8.0 * b**2 * np.pi**8 / 225.0
    whole = one + two + both
    return np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole


def test_sobol_shares_of_ishigami() -> None:
    """Within a few hundredths at 1024 blocks, and within their own intervals."""
    found = measured(evidence("saltelli", 1024, ishigami), quick=True)
    assert found is not None and (found.blocks, found.dropped) == (1024, 0)
    for name, expected in zip(("first", "total"), of_ishigami(), strict=True):
        assert found.values[name] == pytest.approx(expected, abs=0.05)
        assert (found.low[name] - 0.05 < expected).all() and (expected < found.high[name] + 0.05).all()


def test_elementary_effects_of_a_linear_function_are_its_slopes() -> None:
    """Without spread, whatever the design draws, and whatever the seeds."""
    found = measured(evidence("morris", 6, linear))
    assert found is not None
    assert found.values["mu"] == pytest.approx([3.0, -2.0, 0.0])
    assert found.values["mu_star"] == pytest.approx([3.0, 2.0, 0.0])
    for ends in (found.low, found.high, found.low_seeds, found.high_seeds):
        assert ends["mu_star"] == pytest.approx([3.0, 2.0, 0.0])
    assert found.values["sigma"] == pytest.approx(0.0, abs=1e-9)


def test_elementary_effects_are_those_of_salib() -> None:
    from SALib.analyze.morris import analyze

    made = evidence("morris", 8, ishigami)
    ours = measured(made, quick=True)
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = analyze(problem, np.round(made.shares, 12), made.mean, num_levels=4, seed=0)
    assert ours is not None
    for name in ("mu", "mu_star", "sigma"):
        assert ours.values[name] == pytest.approx(np.asarray(theirs[name], dtype=float), abs=1e-9)


def test_the_interval_over_seeds_shows_what_seeds_leave_open() -> None:
    """None where a seed moves all points alike, and some where it moves each by itself."""
    still, noisy = (measured(evidence("morris", 6, linear, noise), quick=True) for noise in (0.0, 0.5))
    assert still is not None and noisy is not None
    assert (still.high_seeds["mu_star"] - still.low_seeds["mu_star"]).max() < 1e-9
    assert (noisy.high_seeds["mu_star"] - noisy.low_seeds["mu_star"]).min() > 0.05


def test_broken_blocks_are_left_out_and_counted() -> None:
    made = evidence("saltelli", 16, linear)
    made.pairs.iloc[7] = np.nan  # in the second block of five points
    found = measured(made, quick=True)
    assert found is not None and (found.blocks, found.dropped) == (15, 1)
    made.pairs.iloc[:70] = np.nan
    assert measured(made) is None


def test_surrogates_rank_a_linear_function_and_know_their_r2() -> None:
    """Sobol's total share of a linear function is slope squared over the sum: 9/13, 4/13 and 0."""
    made = evidence("lhs", 80, linear)
    forest, process = surrogates(made, quick=True)
    assert process.r2 > 0.99 and 0.6 < forest.r2 < 1.0
    for fitted in (forest, process):
        assert fitted.lost[0] > fitted.lost[1] > 0.1 > abs(fitted.lost[2])
    parts = decomposed(process, (0, 0, 0), quick=True)
    assert parts.total == pytest.approx([9 / 13, 4 / 13, 0.0], abs=0.02)
    assert parts.first == pytest.approx([9 / 13, 4 / 13, 0.0], abs=0.02)
    assert parts.ends == pytest.approx(np.array([[-1.35, 1.35], [0.9, -0.9], [0.0, 0.0]]), abs=0.03)


@pytest.mark.parametrize("kind", ["morris", "lhs"])
def test_all_methods_side_by_side_agree_on_a_linear_function(kind: str) -> None:
    found = importances(evidence(kind, 60 if kind == "lhs" else 12, linear, noise=0.05), quick=True)
    assert list(found.ranks.index) == list(ADDRESSES)
    methods = [*([kind] if kind in DIRECT else []), "forest", "process", "variance"]
    assert list(found.ranks.columns) == ["mean_rank", *methods]
    assert found.ranks["mean_rank"].is_monotonic_increasing
    assert found.best == "process" and found.ends.loc[ADDRESSES[0], "high"] > 0.0 > found.ends.loc[ADDRESSES[1], "high"]


def test_pure_chance_is_no_ranking() -> None:
    """A design without a measure of its own is refused where no surrogate explains anything."""
    with pytest.raises(BadInput, match="explain at most") as error:
        importances(evidence("lhs", 60, lambda shares: 0.0 * shares[:, 0], noise=1.0), "s.yaml", quick=True)
    assert str(error.value).startswith("s.yaml: ")


def test_the_share_of_noise_is_that_of_the_means() -> None:
    """Noise of each point alone makes all the variance. What a seed does to all points alike makes none."""
    chance = evidence("lhs", 400, lambda shares: 0.0 * shares[:, 0], noise=1.0)
    assert chance.noise_share > 0.85
    assert evidence("lhs", 400, lambda shares: 100.0 * shares[:, 0]).noise_share == pytest.approx(0.0, abs=1e-12)
    half = evidence("lhs", 400, lambda shares: np.sqrt(12.0 / 4.0) * shares[:, 0], noise=1.0)
    assert half.noise_share == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: evidence("lhs", 9, linear), "9 points have a value of y: at least 10 points"),
        (lambda: evidence("lhs", 30, lambda shares: 0.0 * shares[:, 0] + 2.0), "does not vary"),
    ],
)
def test_what_would_mislead_is_refused(made: Callable[[], ByPoint], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        importances(made(), "here", quick=True)


def test_a_morris_design_moves_one_factor_at_a_time_by_half_the_levels() -> None:
    declared = study("morris", 5, levels=6)
    steps = np.diff(unit_cube(declared).reshape(5, 4, 3), axis=1)
    assert len(Design(declared)) == 20
    assert ((np.abs(steps) > 1e-9).sum(axis=2) == 1).all()
    assert np.abs(steps).max(axis=2) == pytest.approx(np.full((5, 3), 0.6))
    assert ((np.abs(steps) > 1e-9).sum(axis=1) == 1).all(), "each factor moves once in a trajectory"


def test_a_saltelli_block_exchanges_one_factor_at_a_time() -> None:
    declared = study("saltelli", 8)
    blocks = unit_cube(declared).reshape(8, 5, 3)
    assert len(Design(declared)) == 40
    for factor in range(3):
        mixed = blocks[:, 1 + factor]
        assert mixed[:, factor] == pytest.approx(blocks[:, 4, factor])
        others = [other for other in range(3) if other != factor]
        assert mixed[:, others] == pytest.approx(blocks[:, 0, others])


@pytest.mark.parametrize(
    "factor",
    [{"range": [0.1, 0.5]}, {"range": [0.01, 1.0], "log": True}, {"values": [0.1, 0.4, 0.7]}],
)
def test_a_share_is_the_one_its_value_is_drawn_at(factor: dict[str, Any]) -> None:
    for share in (0.0, 0.2, 0.5, 0.9):
        value = value_at("risk", factor, share)
        assert value_at("risk", factor, share_at("risk", factor, value)) == pytest.approx(value)
    if "range" in factor:
        assert share_at("risk", factor, value_at("risk", factor, 0.3)) == pytest.approx(0.3)
    else:
        assert share_at("risk", factor, 0.4) == pytest.approx(0.5), "the middle of its cell"
