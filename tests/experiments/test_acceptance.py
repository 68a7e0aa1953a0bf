"""The ensemble: emulators and waves, acceptance on fresh seeds, and the same file however it was made."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import experiments.running.runner
from experiments import compare
from experiments.cli import main
from experiments.validation.acceptance import fresh_seeds, standing_for_all
from experiments.validation.emulator import FARTHEST, IMPLAUSIBLE, Emulators, from_cube, score, to_cube
from experiments.validation.ensemble import read_ensemble
from experiments.validation.facts import FACTS
from experiments.validation.pins import pins
from experiments.validation.search import Finished
from experiments.validation.target import POLICY_ONLY, Searched, Target
from experiments.validation.targets import Calibration, read_calibration
from experiments.validation.validate import Measurements, ends_of, find_facts, validate
from experiments.validation.waves import _inside, propose
from model import Parameters
from tests.economies import FITTED, TINY_SIZES
from tests.experiments.test_calibration import CONTENT, interrupt_after

CONFIRM, SETS, TRIALS = 4, 6, 80
EASY: dict[str, Any] = CONTENT | {
    "targets": {"hhi": {"low": 0.3, "high": 0.75}, "learning_rate": None, "bass_r2": {"low": 0.9, "high": 1}},
    "seeds": 3,
    "fixed": {name: value for name, value in FITTED.items() if name not in (*CONTENT["parameters"], *POLICY_ONLY)}
    | CONTENT["fixed"],
}
TARGETS = {**EASY["targets"], "hhi": {"low": 0.35, "high": 0.4}}
"""Narrower, so that it takes several waves to find the sets."""


def write(folder: Path, **changes: Any) -> str:
    path = folder / "targets.yaml"
    path.write_text(json.dumps(EASY | {"targets": TARGETS} | changes, indent=1))
    return str(path)


def run(file: str, out: Path, *options: str, code: int = 0) -> bytes:
    words = ["--accept", str(SETS), "--confirm", str(CONFIRM), "--trials", str(TRIALS)]
    assert main(["calibrate", file, "--out", str(out), "--quick", "--quiet", *words, *options]) == code
    return (out / "ensemble.parquet").read_bytes()


@pytest.fixture(autouse=True, scope="module")
def no_sync() -> Iterator[None]:
    """Do not wait for the disk, which a journal does at every step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the targets' file and the tiny ensemble in `out`."""
    folder = tmp_path_factory.mktemp("acceptance")
    run(write(folder), folder / "out", "--jobs", "1")
    assert len(pd.read_csv(folder / "out" / "waves.csv")) in (24, 32)  # three waves or four
    return folder


# -- the interval over seeds
@pytest.mark.parametrize("count", [1, 5, 6, 20, 100])
def test_the_interval_of_a_median_covers_it(count: int) -> None:
    """It leaves out as many order statistics as it may: the chance that the median lies beyond an end is at most
    2.5 %, where so few seeds allow it, and with one more left out it would be more."""
    runs = pd.DataFrame({"seed": range(count), "status": "ok", "hhi": np.random.default_rng(0).permutation(count)})
    low, high = ends_of(find_facts(["hhi"]), {"": Measurements(runs, {})})["hhi"]
    left_out = int(low)
    assert high == count - 1 - left_out
    assert left_out == 0 or binom.cdf(left_out, count, 0.5) <= 0.025
    assert binom.cdf(left_out + 1, count, 0.5) > 0.025


def test_an_interval_touches_the_range_or_does_not() -> None:
    target = Target(FACTS["hhi"], 2.0, 4.0)
    ends = [(0.0, 1.0), (0.0, 2.0), (2.5, 3.0), (0.0, 9.0), (4.0, 9.0), (5.0, 9.0), (np.nan, np.nan)]
    assert [target.touched(low, high) for low, high in ends] == [False, True, True, True, True, False, False]


# -- emulators
def test_a_point_of_the_cube_and_back() -> None:
    declared = Calibration.from_content(EASY)
    for share in (0.0, 0.5, 1.0):
        values = from_cube(declared, [share] * 3)
        assert to_cube(declared, [values])[0] == pytest.approx(share, abs=0.07)
        declared.parameters(values)
    assert Searched("risk", 0.1, 0.9, "log").value(0.5) == pytest.approx(0.3)
    assert Searched("contacts", 4, 12).value(0.7) == 10


def test_scores_are_one_at_the_ends_of_the_range() -> None:
    target = Target(FACTS["hhi"], 2.0, 4.0)
    values = (3.0, 2.0, 4.0, 5.0, -1e9, np.inf, np.nan)
    assert [score(target, value) for value in values] == [0.0, -1.0, 1.0, 2.0, -FARTHEST, FARTHEST, FARTHEST]


def known(declared: Calibration, count: int, noise: float = 0.0) -> list[Finished]:
    """Trials of a made-up economy in which HHI is 0.3 plus 0.9 times the share of `value_of_quality`."""
    draws = np.random.default_rng(0)
    trials = []
    for number, point in enumerate(draws.uniform(size=(count, 3))):
        hhi = 0.3 + 0.9 * point[0] + noise * draws.normal()
        trials.append(Finished(number, 0.0, from_cube(declared, point), {"hhi": hhi}, {}))
    return trials


def test_emulators_rule_out_what_misses_and_keep_what_meets() -> None:
    declared = Calibration.from_content(EASY)
    emulators = Emulators(declared, known(declared, 40))
    points = np.full((3, 3), 0.5)
    points[:, 0] = (0.1, 0.25, 0.9)  # HHI of 0.39, 0.525 and 1.11, where 0.3 to 0.75 is asked for
    mean, deviation = emulators.guesses(points)
    expected = [score(declared.targets["hhi"], 0.3 + 0.9 * share) for share in points[:, 0]]
    assert mean[0] == pytest.approx(expected, abs=0.1) and (deviation < 0.1).all()
    assert (emulators.implausibility(points) > IMPLAUSIBLE).tolist() == [False, False, True]
    chance = np.exp(emulators.log_chance(points))
    assert chance[1] > 0.99 and chance[2] < 1e-6


def test_noise_of_seeds_is_told_from_the_fact() -> None:
    """With noise, the deviation is that of the noise, and less is ruled out."""
    declared = Calibration.from_content(EASY)
    points = np.array([[0.5, 0.5, 0.5]])
    (_, clear), (_, noisy) = (Emulators(declared, known(declared, 60, noise)).guesses(points) for noise in (0.0, 0.1))
    assert clear[0, 0] < 0.1 and noisy[0, 0] == pytest.approx(0.1 / 0.225, rel=0.4)


# -- what pins what
def test_a_parameter_is_pinned_by_the_facts_that_move_with_it() -> None:
    """In the made-up economy HHI rises with `value_of_quality` and with nothing else."""
    declared = Calibration.from_content(EASY)
    found = {pin.parameter: pin for pin in pins(declared, known(declared, 80, noise=0.02))}
    ((fact, coefficient),) = found["value_of_quality"].facts
    assert fact == "hhi" and coefficient == pytest.approx(1.0, abs=0.05)
    assert not any(pin.facts for name, pin in found.items() if name != "value_of_quality")
    assert pins(declared, known(declared, 9))[0].facts == ()  # too few trials to say anything


def test_a_parameter_is_open_where_sets_fill_its_range() -> None:
    """Sets spread evenly have width 1, equal sets have width 0, and no sets have none."""
    declared = Calibration.from_content(EASY)
    even = [from_cube(declared, [share, 0.5, share]) for share in np.linspace(0.0, 1.0, 201)]
    wide, point, _ = pins(declared, (), even)
    assert wide.width == pytest.approx(1.0) and wide.open
    assert point.width == 0.0 and not point.open
    assert all(np.isnan(pin.width) and not pin.open for pin in pins(declared, ()))


def test_without_trials_nothing_is_ruled_out() -> None:
    declared = Calibration.from_content(EASY)
    points = np.random.default_rng(0).uniform(size=(5, 3))
    emulators = Emulators(declared, [])
    assert (emulators.implausibility(points) == 0.0).all() and (emulators.log_chance(points) == 0.0).all()


def test_allowed_misses_rule_nothing_out() -> None:
    declared = Calibration.from_content(EASY | {"allowed_misses": ["hhi"]})
    assert list(declared.required) == ["learning_rate", "bass_r2"]
    points = np.array([[0.9, 0.5, 0.5]])
    assert (Emulators(declared, known(declared, 40)).implausibility(points) == 0.0).all()


def test_as_many_targets_may_be_missed_as_are_declared() -> None:
    """Only what was measured can be missed, only a whole trial can be accepted, and allowed misses do not count."""
    ends = {"hhi": (0.9, 1.0), "learning_rate": (15.0, 16.0), "bass_r2": (0.95, 1.0)}
    trial = Finished(0, 0.0, {}, {}, ends)
    strict, lenient = (Calibration.from_content(EASY | {"most_missed": most}) for most in (0, 1))
    assert strict.missed(ends) == lenient.missed(ends) == ["hhi"]
    assert not strict.may_be_accepted(ends) and not trial.accepted(strict)
    assert lenient.may_be_accepted(ends) and trial.accepted(lenient)
    part = {name: ends[name] for name in ("learning_rate", "bass_r2")}
    assert strict.may_be_accepted(part) and not Finished(0, 0.0, {}, {}, part).accepted(strict)
    assert not lenient.may_be_accepted({**ends, "learning_rate": (90.0, 91.0)})
    assert trial.accepted(Calibration.from_content(EASY | {"allowed_misses": ["hhi"]}))


# -- waves
def test_a_wave_goes_where_the_targets_can_be_met() -> None:
    """Half of it where they are met, the other half at most a little beyond, and all of it spread over the rest."""
    declared = Calibration.from_content(EASY | {"search": {"wave": 32}})
    points = propose(declared, known(declared, 60), 1)
    assert points.shape == (32, 3) and ((points >= 0.0) & (points <= 1.0)).all()
    assert len(np.unique(points, axis=0)) == 32
    assert (points[:16, 0] < 0.55).all() and (points[:, 0] < 0.6).mean() > 0.9  # 0.5 and below meets the target
    assert points[:, 1].std() > 0.2 and np.ptp(points[:, 0]) > 0.3
    assert np.array_equal(points, propose(declared, known(declared, 60), 1))
    assert not np.array_equal(points, propose(declared, known(declared, 60), 2))


def test_the_first_wave_holds_the_start_and_the_whole_range() -> None:
    declared = Calibration.from_content(EASY | {"search": {"wave": 64}})
    points = propose(declared, [], 0)
    assert from_cube(declared, points[0]) == pytest.approx(declared.start)
    assert (np.histogram(points[32:, 1], bins=4, range=(0.0, 1.0))[0] == 8).all()


def test_points_beyond_a_side_are_mirrored() -> None:
    assert _inside(np.array([-0.2, 0.3, 1.0, 1.3, 2.1])) == pytest.approx([0.2, 0.3, 1.0, 0.7, 0.1])


# -- what is refused
@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({}, ["--accept", "0"], "--accept: sets = 0: must be a whole number from 1"),
        ({}, ["--accept", "2", "--confirm", "1"], "--confirm: seeds = 1: must be a whole number of at least 2"),
        ({}, ["--accept", "2", "--confirm", "99999999999"], "--confirm: seeds = 99999999999: must be a whole number"),
        ({}, ["--confirm", "5"], "--confirm 5: sets are accepted with --accept N only"),
        ({}, ["--begin", "default"], "--begin default: sets are accepted with --accept N only"),
        ({}, ["--accept", "2", "--begin", "none.parquet"], "--begin none.parquet: no such file"),
        ({}, ["--accept", "99", "--begin", "default"], "--begin default: was accepted with other"),
        ({"allowed_misses": ["hhj"]}, ["--accept", "2"], "did you mean 'hhi'"),
        ({"allowed_misses": "hhi"}, ["--accept", "2"], "must be a list of facts"),
        ({"allowed_misses": ["hhi", "learning_rate", "bass_r2"]}, ["--accept", "2"], "must leave at least one target"),
        ({"most_missed": 3}, ["--accept", "2"], "most_missed = 3: must be a whole number from 0 to 2"),
        ({"most_missed": -1}, ["--accept", "2"], "most_missed = -1: must be a whole number from 0 to 2"),
        ({"search": {"wave": 1}}, ["--accept", "2"], "search.wave = 1: must be a whole number from 2"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused(
    changes: dict[str, Any], options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", write(tmp_path, **changes), "--out", str(tmp_path / "x"), *options]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


# -- the ensemble
def test_accepted_sets_meet_all_targets_when_validated_anew(made: Path) -> None:
    found, declared = read_ensemble(made / "out" / "ensemble.parquet"), read_calibration(made / "targets.yaml")
    assert list(found.members) == list(range(1, SETS + 1))
    assert found.searched == [one.name for one in declared.searched]
    fresh = tuple(found.acceptance.fresh)
    assert len(fresh) == CONFIRM and not set(fresh) & set(declared.seeds) and fresh == fresh_seeds(declared, CONFIRM)
    for row, parameters in zip(found.table.to_dict("records"), found.members.values(), strict=True):
        assert parameters.users == TINY_SIZES["users"] and parameters.initial_capability == 0.6
        known = validate(EASY["targets"], parameters, fresh).set_index("fact")["value"]
        assert {name: row[f"fact.{name}"] for name in EASY["targets"]} == known.to_dict()
        alone = [validate(EASY["targets"], parameters, [seed]).set_index("fact")["value"] for seed in fresh]
        for name, target in declared.targets.items():  # of four seeds the interval is from the least to the largest
            values = [one[name] for one in alone]
            assert min(values) <= target.high and max(values) >= target.low
        assert row["distance"] == pytest.approx(declared.distance(known.to_dict()))


def test_every_set_is_a_trial_of_the_waves_that_met_the_targets(made: Path) -> None:
    waves, sets = pd.read_csv(made / "out" / "waves.csv"), read_ensemble(made / "out" / "ensemble.parquet")
    keys = [name for name in sets.searched if name in waves]
    met = {tuple(row) for row in waves.loc[waves["met"], keys].to_numpy().round(9)}
    assert {tuple(row) for row in sets.table[keys].to_numpy().round(9)} <= met
    assert not waves["met"].all()


def test_an_ensemble_goes_on_from_the_sets_of_another(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It keeps these, finds others, and with none wanted beyond them it is the same file."""
    file, before = str(made / "targets.yaml"), made / "out" / "ensemble.parquet"
    begin = ["--begin", str(before)]
    assert run(file, tmp_path / "same", *begin) == before.read_bytes()
    fewer = read_ensemble(before).table[: SETS - 2].drop(columns="set")
    run(file, tmp_path / "fewer", *begin, "--accept", str(SETS - 2))
    found = read_ensemble(tmp_path / "fewer" / "ensemble.parquet").table.drop(columns="set")
    assert set(map(tuple, found.to_numpy())) == set(map(tuple, fewer.to_numpy()))  # the first ones
    more = run(file, tmp_path / "more", *begin, "--accept", str(SETS + 2))
    assert len(read_ensemble(tmp_path / "more" / "ensemble.parquet").members) == SETS + 2
    names = [name for name in read_ensemble(before).table if name != "set"]
    old, new = (
        {tuple(row) for row in read_ensemble(path).table[names].to_numpy()}
        for path in (before, tmp_path / "more" / "ensemble.parquet")
    )
    assert old < new and len(new) == SETS + 2  # the waves begin with the same trials, which are sets already
    assert run(file, tmp_path / "more", *begin, "--accept", str(SETS + 2)) == more
    capsys.readouterr()
    run(file, tmp_path / "more", code=2)
    assert f"--out {tmp_path / 'more'}: its search began with other sets" in capsys.readouterr().err
    shutil.copytree(made / "out", tmp_path / "plain")
    run(file, tmp_path / "plain", *begin, code=2)
    assert "its search began with other sets" in capsys.readouterr().err


def test_sets_taken_over_lie_in_the_searched_ranges(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = ["--accept", "9", "--confirm", str(CONFIRM), "--quick", "--begin", str(made / "out" / "ensemble.parquet")]
    declared = CONTENT["parameters"]
    for searched, words in (
        (declared | {"value_of_quality": {"low": 0.1, "high": 0.11}}, "value_of_quality: must lie from 0.1 to 0.11"),
        ({name: declared[name] for name in ("reconsider", "founders")}, "must have the parameters reconsider"),
    ):
        assert main(["calibrate", write(tmp_path, parameters=searched), "--out", str(tmp_path / "x"), *begin]) == 2
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


def test_sets_differ_and_the_first_stands_for_all(made: Path) -> None:
    found, declared = read_ensemble(made / "out" / "ensemble.parquet"), read_calibration(made / "targets.yaml")
    points = to_cube(declared, found.table[found.searched].to_dict("records"))
    assert len(np.unique(points, axis=0)) == SETS
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    assert apart.mean(axis=1).argmin() == 0


def test_the_first_few_stand_for_all() -> None:
    """Of three clusters, the first three sets are one each, whatever the order that they come in."""
    draws = np.random.default_rng(0)
    points = np.concatenate([centre + 0.01 * draws.normal(size=(9, 2)) for centre in ((0, 0), (1, 0), (0, 1))])
    clusters = np.repeat([0, 1, 2], 9)
    for order in (np.arange(27), draws.permutation(27)):
        found = standing_for_all(points[order])
        assert sorted(found) == list(range(27)) and set(clusters[order][found[:3]]) == {0, 1, 2}
    assert standing_for_all(np.zeros((0, 2))) == []


@pytest.mark.slow
def test_the_same_file_however_many_run_at_a_time(made: Path, tmp_path: Path) -> None:
    expected = (made / "out" / "ensemble.parquet").read_bytes()
    assert run(str(made / "targets.yaml"), tmp_path / "x", "--jobs", "2") == expected
    assert (tmp_path / "x" / "waves.csv").read_bytes() == (made / "out" / "waves.csv").read_bytes()


@pytest.mark.slow
def test_an_interrupted_ensemble_goes_on(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever it is interrupted, in a wave or in a confirmation, it ends with the same file and waves."""
    file, out = str(made / "targets.yaml"), tmp_path / "x"
    real, started = experiments.running.runner.run_task, []
    words = ["--accept", str(SETS), "--confirm", str(CONFIRM), "--trials", str(TRIALS), "--jobs", "1", "--quiet"]
    for runs in (5, 30, 40, 60):
        with monkeypatch.context() as patch:
            interrupt_after(runs, patch)
            assert main(["calibrate", file, "--out", str(out), "--quick", *words]) == 130
        assert f"what was done is kept in {out}; the same command goes on from there" in capsys.readouterr().err
    monkeypatch.setattr(experiments.running.runner, "run_task", lambda *given: started.append(given) or real(*given))
    assert run(file, out) == (made / "out" / "ensemble.parquet").read_bytes()
    assert (out / "waves.csv").read_bytes() == (made / "out" / "waves.csv").read_bytes()
    assert started
    started.clear()
    assert run(file, out) == (made / "out" / "ensemble.parquet").read_bytes()
    assert not started  # all are stored: no run is made


@pytest.mark.slow
def test_more_sets_are_found_further_on(made: Path, tmp_path: Path) -> None:
    """Fewer sets first and then all: the file is as if all had been asked for at once, but for its command."""
    file, out = str(made / "targets.yaml"), tmp_path / "x"
    run(file, out, "--accept", "2")
    assert len(read_ensemble(out / "ensemble.parquet").members) == 2
    run(file, out)
    pd.testing.assert_frame_equal(
        read_ensemble(out / "ensemble.parquet").table, read_ensemble(made / "out" / "ensemble.parquet").table
    )


def test_a_search_counts_as_a_first_wave(tmp_path: Path) -> None:
    """Its trials that meet all targets are confirmed first, and no wave is run where they suffice."""
    file, out = write(tmp_path, targets=EASY["targets"]), tmp_path / "x"
    assert main(["calibrate", file, "--out", str(out), "--quick", "--quiet", "--trials", "8"]) == 0
    run(file, out, "--accept", "1")
    (member,) = read_ensemble(out / "ensemble.parquet").table.to_dict("records")
    trials = pd.read_csv(out / "trials.csv")
    assert member["value_of_quality"] in trials["value_of_quality"].tolist()
    assert pd.read_csv(out / "waves.csv").empty


def test_facts_that_no_trial_meets_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an allowed miss such a fact stands in no set's way."""
    targets = {**EASY["targets"], "hhi": {"low": 2.0, "high": 3.0}}
    file, out = write(tmp_path, targets=targets), tmp_path / "x"
    words = ["calibrate", file, "--quick", "--quiet", "--accept", "1", "--confirm", "3", "--trials", "8"]
    assert main([*words, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "! met in no trial: hhi" in text and "0 of 1 sets" in " ".join(text.split())
    assert (
        "fewer than asked for" in text
        and max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 80
    )
    assert not (out / "ensemble.parquet").exists()
    file = write(tmp_path, targets=targets, allowed_misses=["hhi"])
    assert main([*words, "--out", str(tmp_path / "y"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["asked"], found["accepted"], found["unmet"]) == (1, 1, ["hhi"])
    assert {row["fact"]: row["required"] for row in found["facts"]} == {
        "hhi": False, "learning_rate": True, "bass_r2": True,
    }  # fmt: skip
    kept = read_ensemble(found["file"])
    assert kept.acceptance.allowed_misses == ["hhi"] and "fact.hhi" in kept.table


def test_a_file_says_how_it_was_made(made: Path) -> None:
    found = read_ensemble(made / "out" / "ensemble.parquet").acceptance
    file = made / "targets.yaml"
    assert found.command == (f"nqpf calibrate {file} --accept {SETS} --confirm {CONFIRM} --trials {TRIALS} --quick")
    assert found.fixed["initial_capability"] == 0.6 and "founders" not in found.fixed
    assert found.targets["hhi"] == [0.35, 0.4] and list(found.seeds) == [0, 1, 2]


def test_a_study_runs_over_what_was_accepted(made: Path) -> None:
    found = compare(["rebate", "grants"], seeds=1, ensemble=made / "out" / "ensemble.parquet")
    assert found["n"].max() == SETS


def test_defaults_of_an_accepted_set_need_no_setting(made: Path) -> None:
    """The fixed parameters of the record with a set's own give all that the set was accepted with."""
    found, declared = read_ensemble(made / "out" / "ensemble.parquet"), read_calibration(made / "targets.yaml")
    row = found.table.iloc[0]
    expected = declared.fixed.replace(**{one.name: row[one.name] for one in declared.searched})
    assert found.members[1] == expected.replace(users=min(TINY_SIZES["users"], 250)) != Parameters()
