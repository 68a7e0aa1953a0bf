"""The frontier: a planted boundary lies in its band, a constant sign has none, and the same points are asked again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor

from experiments import Study
from experiments.cli import main
from experiments.frontier import search
from experiments.frontier.asking import expected_wrong, points_to_ask
from experiments.frontier.edge import Everywhere
from experiments.frontier.frontier import find_frontier, frontier_study
from experiments.frontier.money import money_gaps, money_surrogate, not_shown_equal
from experiments.frontier.result import ALL_EQUAL, NO_MONEY, SPENT_UP, Frontier
from experiments.frontier.square import FactorSide, Square
from experiments.frontier.surrogate import PRIOR_DEGREES, Surrogate, moderated
from experiments.frontier.words import frontier_sentences, has_boundary, level_sentences
from experiments.results.store import MemoryStore
from experiments.running.engines import Execution
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.presets import find_policies
from tests.economies import TINY_SIZES

FACTORS = {"policy.foresight": {"range": [0, 1]}, "own_problems": {"range": [0, 1]}}
PLANTED = Study(
    name="planted",
    policies=find_policies(["application", "selective"]),
    seeds=(0, 1, 2),
    reference="selective",
    uncertain=FACTORS,
    design={"kind": "adaptive", "runs": 400, "replicates": 4},
    outcomes=("welfare",),
)
Truth = Callable[[float, float], float]
Left = Callable[[float, np.random.Generator], float]


def planted(
    monkeypatch: pytest.MonkeyPatch,
    truth: Truth,
    noise: float = 0.5,
    left: Left = lambda y, rng: 0.0,
    study: Study = PLANTED,
) -> Frontier:
    """A search in which `truth` of the two factors, with the noise of each seed, takes the place of the economy.

    Application leaves the share `left` of its money unspent, which may depend on the second factor and the seed.
    """

    def made(plan, store, columns):
        rows = []
        for task in plan.arms():
            x, y = task.policy.foresight, task.parameters.own_problems
            application = task.policy.name == "application"
            rng = np.random.default_rng([task.seed, task.point])
            drawn = rng.normal(0.0, noise)
            rows.append(
                {"point": task.point, "set": 0, "policy": task.policy.name, "seed": task.seed, "status": "ok"}
                | {"run_id": task.run_id, "policy.foresight": x, "own_problems": y, "warnings": "", "error": None}
                | {"welfare": 5.0 + application * (truth(x, y) + drawn), "budget_raised": 100.0}
                | {"budget_placed": 100.0 * (1.0 - left(y, rng) * application), "equity_recovered": 0.0}
                | {"budget_leaked": 0.0, "budget_administration": 0.0}
            )
        return pd.DataFrame(rows)

    monkeypatch.setattr(search, "run_tasks", lambda plan, store, execution: None)
    monkeypatch.setattr(search, "runs_of", made)
    return search.FrontierSearch(study, "m", "planted").run(MemoryStore(), Execution())


def wrong(found: Frontier, truth: Truth) -> float:
    """The share of the area that is given to the wrong side."""
    real = np.array([truth(x, y) for x, y in found.surface[list(FACTORS)].to_numpy()])
    side = found.surface["side"].to_numpy()
    return float((((side == "above") & (real <= 0.0)) | ((side == "below") & (real >= 0.0))).mean())


def test_a_planted_line_lies_in_its_band(monkeypatch: pytest.MonkeyPatch) -> None:
    def line(x: float, y: float) -> float:
        return 4.0 * (x - 0.2 - 0.5 * y)

    found = planted(monkeypatch, line)
    real = 0.2 + 0.5 * found.edge["own_problems"]
    assert len(found.edge) == 5 and found.edge["rises"].all()
    assert (found.edge["low"] < real).all() and (real < found.edge["high"]).all()
    assert (found.edge["high"] - found.edge["low"]).max() < 0.3
    assert wrong(found, line) < 0.01 and has_boundary(found)
    assert found.skill.r2 > 0.3 and found.skill.covered > 0.85
    assert len(found.runs) <= 400 and next(frontier_sentences(found)).startswith("There is a boundary")
    assert all("application is better above policy.foresight" in text for _, text in level_sentences(found))


def test_points_are_asked_for_near_the_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points behind the first ones lie nearer to the planted line than points drawn over the whole square."""
    found = planted(monkeypatch, lambda x, y: 8.0 * (x - 0.5))
    away = (found.points["policy.foresight"] - 0.5).abs()
    assert away.iloc[search.FIRST_POINTS + search.BATCH :].mean() < 0.6 * 0.25


def test_a_planted_circle_has_both_its_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    def circle(x: float, y: float) -> float:
        return 12.0 * ((x - 0.5) ** 2 + (y - 0.5) ** 2 - 0.09)

    found = planted(monkeypatch, circle)
    middle = found.edge[np.isclose(found.edge["own_problems"], 0.5)]
    assert list(middle["rises"]) == [False, True]
    for real, row in zip((0.2, 0.8), middle.itertuples(), strict=True):
        assert row.low < real < row.high
    assert wrong(found, circle) < 0.02 and has_boundary(found)
    outside = found.edge[found.edge["own_problems"].isin([0.0, 1.0])]
    assert outside.empty


@pytest.mark.parametrize(("level", "word"), [(1.0, "better"), (-1.0, "worse")])
def test_a_constant_sign_has_no_boundary(monkeypatch: pytest.MonkeyPatch, level: float, word: str) -> None:
    found = planted(monkeypatch, lambda x, y: level)
    assert found.edge.empty and max(found.sign[:2]) > 0.95 and not has_boundary(found)
    first = next(frontier_sentences(found))
    assert first.startswith("No boundary: application is " + word) and "everywhere, with probability" in first


def test_noise_alone_shows_no_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, lambda x, y: 0.0)
    assert found.stopped == SPENT_UP and found.area.open > 0.8 and not has_boundary(found)
    assert next(frontier_sentences(found)).startswith("No boundary is shown")


def test_equal_runs_are_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, lambda x, y: 0.0, noise=0.0)
    assert found.stopped == ALL_EQUAL and found.edge.empty and len(found.points) == search.FIRST_POINTS


def test_no_side_wins_without_equal_money(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planted(monkeypatch, lambda x, y: 5.0, left=lambda y, rng: 0.2)
    assert found.stopped == NO_MONEY and found.area.unequal == 1.0 and not found.area.above
    assert np.allclose(found.points["money_gap"], -0.2) and next(frontier_sentences(found)).startswith("No answer")
    spent_up = replace(found, stopped=SPENT_UP, sign=Everywhere(np.nan, np.nan, False))
    assert next(frontier_sentences(spent_up)).startswith("No answer")


def some_seeds_spend_nothing(y: float, rng: np.random.Generator) -> float:
    """Nothing is spent below 0.1. Between 0.1 and 0.25 that holds for half of the seeds, and all others spend all."""
    return float(y < 0.1 or (y < 0.25 and rng.random() < 0.5))


def test_unequal_money_stays_where_it_is_planted() -> None:
    """The noise of a few points that spend nothing does not make money unequal where every seed spends all."""
    square = Square.of(FACTORS)
    positions = square.sobol(64, 0)
    rows = [
        {"point": point, "set": 0, "seed": seed, "status": "ok", "policy": policy, "budget_raised": 100.0}
        | {"budget_placed": 100.0 - 100.0 * unspent, "equity_recovered": 0.0}
        | {"budget_leaked": 0.0, "budget_administration": 0.0}
        for point, (_, y) in enumerate(positions)
        for seed in range(4)
        for policy, unspent in (
            ("rebate", 0.0), ("vouchers", some_seeds_spend_nothing(y, np.random.default_rng([point, seed]))),
        )
    ]  # fmt: skip
    money = money_surrogate(money_gaps(pd.DataFrame(rows), "vouchers", "rebate"), positions)
    unequal, y = not_shown_equal(money, square.mesh), square.mesh[:, 1]
    assert unequal[y < 0.1].all() and unequal[y < 0.25].mean() > 0.8
    assert unequal[y > 0.3].mean() < 0.02


def test_levels_at_which_all_is_spent_are_no_stripes(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a level with few points, the noise of other levels says nothing of money."""
    levels = {"policy.foresight": {"values": [0, 0.1, 0.2, 0.5, 1]}, "own_problems": {"values": [0, 0.15, 0.3, 0.6, 1]}}
    study = replace(PLANTED, uncertain=levels, design={**PLANTED.design, "runs": 160})
    found = planted(monkeypatch, lambda x, y: 5.0 * (x - 0.5), left=some_seeds_spend_nothing, study=study)
    unequal = found.surface.groupby("own_problems")["side"].agg(lambda sides: (sides == "unequal money").mean())
    assert list(unequal) == [1.0, 1.0, 0.0, 0.0, 0.0]


def test_each_point_has_seeds_of_its_own() -> None:
    one = search.FrontierSearch(replace(PLANTED, seeds=(3, 7)), "m", "planted")
    points = [one._add(position) for position in one.candidates[:5]]
    seeds = [seed for point in points for seed in point.seeds]
    assert len(set(seeds)) == len(seeds) == 20 and seeds[:3] == [3, 7, 8]


def test_the_expected_wrong_area_is_that_of_a_fitted_point() -> None:
    """The variance that a further point would leave is the one that it does leave, for the same kernel."""
    rng = np.random.default_rng(0)
    positions, mesh = rng.random((15, 2)), rng.random((30, 2))
    surrogate = Surrogate(positions, positions[:, 0] - 0.5 + rng.normal(0.0, 0.1, 15), np.full(15, 0.01))
    candidate = np.array([[0.5, 0.5]])
    mean, covariance = surrogate.joint(np.vstack([mesh, candidate]))
    found = expected_wrong(mean[:30], covariance, surrogate.noise)
    process = surrogate._process
    noise = surrogate.noise / surrogate._scale**2
    fixed = GaussianProcessRegressor(process.kernel_, alpha=np.append(process.alpha, noise), optimizer=None)
    fixed.fit(np.vstack([positions, candidate]), np.append(process.y_train_, 0.0))
    _, deviation = fixed.predict(mesh, return_std=True)
    assert found == pytest.approx([norm.cdf(-np.abs(mean[:30]) / (deviation * surrogate._scale)).mean()], rel=1e-4)


def test_a_batch_spreads_out() -> None:
    """Where nothing is known of half the square, a batch does not go to one place."""
    positions = np.random.default_rng(0).random((20, 2)) * [0.5, 1.0]
    surrogate = Surrogate(positions, np.sin(9.0 * positions[:, 0]), np.full(20, 0.01))
    square = Square.of(FACTORS)
    chosen = points_to_ask(surrogate, square.sobol(256, 0), square.coarse, 6)
    assert len(np.unique(chosen, axis=0)) >= 4 and np.ptp(chosen[:, 1]) > 0.5


def test_variances_are_moderated_towards_their_mean() -> None:
    """(d0 * s^2 + d_i * s_i^2) / (d0 + d_i) / n_i, Smyth (2004)."""
    own = np.array([1.0, 3.0])
    expected = (PRIOR_DEGREES * 2.0 + 3.0 * own) / (PRIOR_DEGREES + 3.0) / 4.0
    assert moderated(own, np.array([4.0, 4.0])) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("policy.budget", {"range": [0.001, 0.016], "log": True}),
        ("industries", {"values": [20, 1, 5]}),
        ("founders", {"range": [5, 12]}),
        ("own_problems", {"range": [0.2, 0.9]}),
    ],
)
def test_positions_and_settings_agree(name: str, factor: dict) -> None:
    side = FactorSide(name, factor)
    for position in side.grid:
        value = side.setting(float(position))
        assert side.position(value) == pytest.approx(position)
        assert side.reading(float(position)) == pytest.approx(value)
    ends = sorted(factor.get("values") or factor["range"])
    assert [side.setting(0.0), side.setting(1.0)] == pytest.approx([ends[0], ends[-1]])


SMALL_SEARCH = Study(
    name="small",
    parameters=Parameters(**TINY_SIZES),
    policies=find_policies(["rd_credit", "rebate"]),
    seeds=(0,),
    reference="rebate",
    uncertain={"policy.budget": {"range": [0.001, 0.02], "log": True}, "displacement": {"values": [0, 0.5, 1]}},
    design={"kind": "adaptive", "runs": 48, "replicates": 2},
    outcomes=("welfare",),
)


def test_a_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Stored runs are found again, with other jobs and in memory alike, and a larger budget only adds to them."""
    first = frontier_study(SMALL_SEARCH, tmp_path / "out", Execution(2))
    design = {**SMALL_SEARCH.design, "runs": 56}
    more = frontier_study(replace(SMALL_SEARCH, design=design), tmp_path / "out", Execution(1))
    assert len(first.runs) == 48 and len(more.runs) == 56
    pd.testing.assert_frame_equal(more.points.iloc[: len(first.points)], first.points)
    again = frontier_study(SMALL_SEARCH, None, Execution(1))
    pd.testing.assert_frame_equal(again.points, first.points)
    pd.testing.assert_frame_equal(again.surface, first.surface)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"design": {"kind": "adaptive", "runs": 20}}, "design.runs"),
        ({"design": {"kind": "adaptive", "replicates": 1}}, "design.replicates"),
        ({"uncertain": {"own_problems": {"range": [0, 1]}}}, "uncertain"),
        ({"uncertain": {**FACTORS, "own_problems": {"values": [1]}}}, "uncertain.own_problems"),
        ({"uncertain": {**FACTORS, "founders": {"range": [5, 9]}}}, "uncertain"),
        ({"uncertain": {"founders": {"range": [100, 300]}, "own_problems": {"range": [0, 1]}}}, "founders"),
        ({"design": {"kind": "grid", "levels": 3}}, "design.kind"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_is_run(changes: dict, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        search.FrontierSearch(replace(PLANTED, **changes), "m", "planted")
    assert said in str(refused.value)


def test_from_python() -> None:
    """Equal policies are equal everywhere. The table has the columns that the docstring names."""
    twin = find_policies(["rebate"])[0].replace(name="twin")
    assert find_frontier(FACTORS, "rebate", twin, TINY_SIZES, runs=48, replicates=2).empty


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dose-frontier", "--between", "selective,mission"], "--between selective,mission: unknown policy 'mission'"),
        (["dose-frontier", "--between", "selective"], "--between selective: must be two policies"),
        (["dose-frontier", "--over", "concentration"], "--over concentration: must name two axes"),
        (["dose-frontier", "--over", "concentration,users"], "unknown factor 'users'"),
        (["dose-frontier", "--runs", "10"], "--runs 10: "),
        (["dose-frontier", "--replicates", "1"], "--replicates 1: "),
        (["dose-frontier", "--of", "wellfare"], "--of wellfare: "),
        (["dose-frontier", "--set", "concentration=1"], "is a factor of study dose-frontier"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_the_command_refuses_in_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["frontier", *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]
    assert not list(tmp_path.iterdir())


def test_a_sweep_of_an_adaptive_design_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "displacement-frontier"]) == 2
    assert "use: nqpf frontier" in capsys.readouterr().err
