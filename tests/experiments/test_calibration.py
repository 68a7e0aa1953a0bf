"""The calibration: refusals with their line, the same trials however they are made, and a journal that survives."""

import json
import math
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock

import experiments.running.runner
import experiments.validation.targets
import model.simulation
from experiments import calibrate
from experiments.cli import main
from experiments.evidence.policy_facts import POLICY_FACTS
from experiments.running.engines import Execution
from experiments.validation.calibration import run_calibration
from experiments.validation.ensemble import SHIPPED_ENSEMBLE
from experiments.validation.fact import PANELS
from experiments.validation.facts import FACTS
from experiments.validation.search import BATCH
from experiments.validation.stored import SHIPPED_FACTS
from experiments.validation.target import POLICY_ONLY, WORST, Searched, Target
from experiments.validation.targets import Calibration, read_calibration, shipped_calibrations, with_fixed
from experiments.validation.validate import validate
from model import BadInput, Parameters, policies, simulate
from model.declaration.settings import bounds
from tests.economies import SMALL, TINY_SIZES
from tests.experiments.test_runner import fail_on
from tests.house.documents import ROOT

SEEDS = 2
TRIALS = 3 * BATCH - 2
CONTENT: dict[str, Any] = {
    "targets": {"hhi": {"low": 0.2, "high": 0.3}, "learning_rate": None, "bass_r2": {"weight": 0.5}},
    "parameters": {
        "value_of_quality": {"low": 0.2, "high": 0.8},
        "reconsider": {"low": 0.05, "high": 0.5, "scale": "log"},
        "founders": {"low": 4, "high": 12},
    },
    "fixed": {**{name: value for name, value in TINY_SIZES.items() if name != "founders"}, "initial_capability": 0.6},
    "seeds": SEEDS,
    "stages": ["bass_r2"],
    "search": {"trials": TRIALS},
}


def write(folder: Path, **changes: Any) -> str:
    """Write the tiny calibration with some keys changed, as JSON, which is YAML."""
    path = folder / "targets.yaml"
    path.write_text(json.dumps(CONTENT | changes, indent=1))
    return str(path)


def run(file: str, out: Path, *options: str, code: int = 0) -> bytes:
    assert main(["calibrate", file, "--out", str(out), "--quiet", *options]) == code
    return (out / "trials.csv").read_bytes()


@pytest.fixture(autouse=True, scope="module")
def no_sync() -> Iterator[None]:
    """Do not wait for the disk, which a journal does at every step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny calibration and its results in `out`."""
    folder = tmp_path_factory.mktemp("calibration")
    run(write(folder), folder / "out", "--jobs", "1")
    return folder


def interrupt_after(runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, started = experiments.running.runner.run_task, []

    def interrupted(*given: Any) -> Any:
        started.append(given)
        if len(started) > runs:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(experiments.running.runner, "run_task", interrupted)


# -- what is refused
BASE = "targets:\n  hhi: {low: 0.1}\nparameters:\n  payback: {low: 2, high: 8}\n  risk: {low: 0.1, high: 0.3}\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("hhi", "hhy", 2, "did you mean 'hhi'"),
        ("{low: 0.1}", "{lowest: 0.1}", 2, "did you mean 'low'"),
        ("{low: 0.1}", "{low: 0.5}", 2, "targets.hhi.low = 0.5: low must be at most high = 0.3"),
        ("{low: 0.1}", "{low: often}", 2, "targets.hhi.low = 'often': must be a number"),
        ("{low: 0.1}", "{low: .nan}", 2, "must be a number"),
        ("{low: 0.1}", "{weight: 0}", 2, "targets.hhi.weight = 0: must be above 0"),
        ("  hhi: {low: 0.1}", "  {}", 1, "targets: must name at least one fact"),
        ("payback", "paybak", 4, "did you mean 'payback'"),
        ("payback", "kappa", 4, "is the symbol of 'own_problems'"),
        ("payback", "subsidy_belief", 4, "parameters.subsidy_belief: acts only under policy"),
        ("payback", "mission_efficacy", 4, "acts only under policy"),
        ("payback", "peer_network", 4, "is no number"),
        ("{low: 2, high: 8}", "{low: 2, high: 80}", 4, "parameters.payback.high = 80: must lie within 1 to 40"),
        ("{low: 2, high: 8}", "{low: 8, high: 2}", 4, "must be below high = 2"),
        ("{low: 2, high: 8}", "{low: 2}", 4, "needs low and high within 1 to 40"),
        ("{low: 2, high: 8}", "{low: 2, high: 8, scale: cubic}", 4, "must be one of: linear, log"),
        ("{low: 0.1, high: 0.3}", "{low: 0, high: 0.3, scale: log}", 5, "must be above 0 on a log scale"),
        ("payback: {low: 2", "contacts: {low: 2.5", 4, "must be a whole number"),
        ("targets", "target", 1, "did you mean 'targets'"),
        ("  risk: {low: 0.1, high: 0.3}\n", "", 1, "search.method = 'cmaes': needs two parameters or more"),
        ("\nparameters", "\nfixed: {payback: 3}\nparameters", 5, "parameters.payback: is fixed too"),
        ("\nparameters", "\nfixed:\n  displacement: 0.1\nparameters", 4, "fixed.displacement: acts only under policy"),
        ("\nparameters", "\nfixed: {users: -1}\nparameters", 3, "fixed.users = -1: must be a whole number from 1"),
        ("\nparameters", "\nseeds: 0\nparameters", 3, "seeds = 0: must be a whole number"),
        ("\nparameters", "\nsearch: {method: tpo}\nparameters", 3, "did you mean 'tpe'"),
        ("\nparameters", "\nsearch: {trials: 0}\nparameters", 3, "search.trials = 0"),
        ("\nparameters", "\nsearch: {sede: 0}\nparameters", 3, "did you mean 'seed'"),
        ("\nparameters", "\nstages: [hh]\nparameters", 3, "did you mean 'hhi'"),
        ("\nparameters", "\nstages: [hhi]\nparameters", 3, "must leave at least one target"),
        ("risk: {low: 0.1, high: 0.3}", "floor_cost: {low: 0.3, high: 0.4}", 5, "must be at most initial_cost"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_with_its_line(
    old: str, new: str, line: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in BASE
    file = tmp_path / "targets.yaml"
    file.write_text(BASE.replace(old, new, 1))
    assert main(["calibrate", str(file), "--out", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"nqpf: {file}:{line}: ") and words in error and error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", POLICY_FACTS)
def test_a_fact_that_needs_a_policy_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"fact '{name}': needs a policy"):
        Calibration.from_content(CONTENT | {"targets": {name: None}, "stages": []})


def test_a_file_without_targets_has_every_fact_and_measures_the_slow_ones_late() -> None:
    every = Calibration.from_content({key: value for key, value in CONTENT.items() if key not in ("targets", "stages")})
    assert list(every.targets) == list(FACTS) and not set(FACTS) & set(POLICY_FACTS)
    early = [name for name in every.targets if name not in every.late]
    assert all(FACTS[name].need in ("summary", "series") and FACTS[name].settings == ("",) for name in early)
    assert all(FACTS[name].need in PANELS or FACTS[name].settings != ("",) for name in every.late)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "reconsider=0.2"], "--set reconsider=0.2: reconsider: is searched"),
        (["--set", "funds_cost=0.2"], "--set funds_cost=0.2: funds_cost: acts only under policy"),
        (["--set", "policy.budget=0.1"], "policy.budget: a calibration runs no policy"),
        (["--trials", "0"], "--trials: trials = 0"),
        (["--seeds", "0"], "--seeds: seeds = 0"),
    ],
)
def test_options_are_refused_alike(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", write(tmp_path), "--out", str(tmp_path / "x"), *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_parameters_of_policy_change_nothing_without_policy() -> None:
    """So no fact without policy depends on them, and none that is refused could have been pinned."""
    base = Parameters(**SMALL)
    ends = {name: bounds(Parameters.model_fields[name]) for name in POLICY_ONLY}
    other = base.replace(**{name: low if getattr(base, name) != low else high for name, (low, high) in ends.items()})
    one, two = (simulate(parameters, "laissez_faire", 1) for parameters in (base, other))
    assert {name: values.tobytes() for name, values in one.series.items()} == {
        name: values.tobytes() for name, values in two.series.items()
    }


def test_shipped_calibrations_are_valid_and_packed() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for one in data["experiments.validation"] for path in (ROOT / "experiments/validation").glob(one)}
    assert {*shipped_calibrations().values(), SHIPPED_ENSEMBLE, SHIPPED_FACTS} == packed
    default = read_calibration(Path("default"))
    assert set(default.targets) == set(FACTS) and not default.fixed.shocks
    for one in default.searched:  # no parameters in these ranges can contradict each other
        default.parameters(default.start | {one.name: one.low})
        default.parameters(default.start | {one.name: one.high})


# -- the distance
def test_the_miss_is_counted_in_widths_of_the_range() -> None:
    target = Target(FACTS["hhi"], 2.0, 4.0)
    assert [target.miss(value) for value in (2.0, 3.0, 4.0, 5.0, 0.0)] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert [target.miss(value) for value in (1e9, math.inf, math.nan)] == [WORST] * 3
    assert Target(FACTS["takeoff"], 1.0, 1.0).miss(0.0) == 1.0
    assert not target.met(math.nan)


def test_the_distance_is_the_root_of_the_weighted_mean_of_squares() -> None:
    one, two = Target(FACTS["hhi"], 0.0, 1.0, 3.0), Target(FACTS["bass_q"], 0.0, 2.0)
    made = Calibration({"hhi": one, "bass_q": two}, ())
    assert made.distance({"hhi": 2.0, "bass_q": 3.0}) == pytest.approx(math.sqrt((3.0 * 1.0 + 0.25) / 2))
    assert made.distance({"hhi": 1.0}) == pytest.approx(math.sqrt(WORST**2 / 2))
    assert made.distance({"hhi": 0.5, "bass_q": 2.0}) == 0.0


def test_targets_that_are_met_are_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, targets={"hhi": {"low": 0, "high": 1}}, stages=[])
    assert main(["calibrate", file, "--trials", "3", "--json", "--quiet", "--out", str(tmp_path / "x")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["best"] == {"trial": 0, "state": "accepted", "distance": 0.0}
    assert (found["trials"], found["accepted"], found["facts"][0]["met"]) == (3, 3, True)


# -- the trials
def test_the_first_trial_is_the_default_and_facts_are_those_of_validate() -> None:
    table = calibrate(CONTENT | {"search": {"trials": 2}, "stages": []}, Execution(1))
    defaults = Parameters()
    first = table.iloc[0]
    assert (first["value_of_quality"], first["founders"]) == (defaults.value_of_quality, 12)  # the end nearest to 40
    for row in table.to_dict("records"):
        chosen = {name: row[name] for name in CONTENT["parameters"]}
        known = validate(CONTENT["targets"], Parameters(**CONTENT["fixed"], **chosen), range(SEEDS)).set_index("fact")
        assert {name: row[f"fact.{name}"] for name in CONTENT["targets"]} == known["value"].to_dict()


def test_all_trials_share_their_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """They differ by parameters alone, and nothing but the economy without policy is run."""
    model.simulation.warm_up(quiet=True)
    monkeypatch.setattr(model.simulation, "warm_up", lambda quiet: False)  # which makes a run
    real, runs = model.simulation.run_out, []

    def watched(simulation: Any, *given: bool) -> Any:
        runs.append((simulation.parameters, simulation.policy, simulation.seed))
        return real(simulation, *given)

    monkeypatch.setattr(model.simulation, "run_out", watched)
    calibrate(CONTENT | {"seed": 5, "search": {"trials": 4}, "stages": []}, Execution(1))
    assert {policy for _, policy, _ in runs} == {policies["laissez_faire"]}
    by_trial = {parameters: [one[2] for one in runs if one[0] == parameters] for parameters, _, _ in runs}
    assert list(by_trial.values()) == [[5, 6]] * 4


def test_late_facts_are_measured_in_the_best_trials_only(made: Path) -> None:
    table = pd.read_csv(made / "out" / "trials.csv")
    late = table[table["fact.bass_r2"].notna()]
    assert set(late["state"]) <= {"missed", "accepted"} and set(table["state"].drop(late.index)) == {"first stage"}
    assert 0 < len(late) < len(table) == TRIALS
    declared = read_calibration(made / "targets.yaml")

    def first(row: Any) -> float:
        return declared.distance({"hhi": row["fact.hhi"], "learning_rate": row["fact.learning_rate"]})

    distances = table.apply(first, axis=1)
    batch = range(BATCH)
    limit = distances[batch].quantile(0.25, interpolation="higher")
    assert [number in late.index for number in batch] == [distances[number] <= limit for number in batch]
    assert table["distance"][late.index].max() <= table["distance"].drop(late.index).min() or len(late) > BATCH // 4


def test_trials_are_the_same_however_many_run_at_a_time(made: Path, tmp_path: Path) -> None:
    expected = (made / "out" / "trials.csv").read_bytes()
    assert run(str(made / "targets.yaml"), tmp_path / "x", "--jobs", "2") == expected


def test_another_seed_of_the_search_gives_other_trials(made: Path, tmp_path: Path) -> None:
    """But for the first, which is the default."""
    run(write(tmp_path, search={"trials": BATCH, "seed": 1}), tmp_path / "x")
    one, two = (
        pd.read_csv(folder / "trials.csv")["value_of_quality"][:BATCH] for folder in (made / "out", tmp_path / "x")
    )
    assert (one == two).tolist() == [True] + [False] * (BATCH - 1)


@pytest.mark.parametrize("method", ["cmaes", "tpe"])
def test_the_search_comes_nearer(method: str) -> None:
    """Its last batch is nearer to a fact of known parameters than its first, which is random."""
    some = CONTENT | {"seeds": 1, "stages": [], "targets": {"hhi": {}, "productivity_90_10": {}}}
    wanted = calibrate(some | {"search": {"trials": 1}}).iloc[0]
    targets = {name: {"low": wanted[f"fact.{name}"], "high": wanted[f"fact.{name}"]} for name in some["targets"]}
    table = calibrate(some | {"targets": targets, "search": {"method": method, "trials": 5 * BATCH}})
    assert table["distance"][0] == 0.0
    assert table["distance"][-BATCH:].median() < 0.6 * table["distance"][1:BATCH].median()


# -- going on
def test_an_interrupted_calibration_goes_on(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever it is interrupted, it ends with the same trials, and trials whose runs had ended are not run again."""
    file, out = str(made / "targets.yaml"), tmp_path / "x"
    for runs in (5, 9, 14):
        with monkeypatch.context() as patch:
            interrupt_after(runs, patch)
            assert main(["calibrate", file, "--out", str(out), "--quiet", "--jobs", "1"]) == 130
        assert f"what was done is kept in {out}; the same command goes on from there" in capsys.readouterr().err
    assert run(file, out) == (made / "out" / "trials.csv").read_bytes()
    with monkeypatch.context() as patch:
        interrupt_after(0, patch)  # all are stored: no run is made
        assert run(file, out) == (made / "out" / "trials.csv").read_bytes()


def test_runs_that_ended_before_an_interruption_are_not_made_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out, again = str(made / "targets.yaml"), tmp_path / "x", []
    with monkeypatch.context() as patch:
        interrupt_after(2 * SEEDS + 1, patch)
        assert main(["calibrate", file, "--out", str(out), "--quiet", "--jobs", "1"]) == 130
    real = experiments.running.runner.run_task
    monkeypatch.setattr(
        experiments.running.runner, "run_task", lambda task, *given: again.append(task.point) or real(task, *given)
    )
    run(file, out, "--trials", "3", "--jobs", "1")
    assert 0 not in again[: (BATCH - 2) * SEEDS] and again[:SEEDS] == [2] * SEEDS


@pytest.mark.parametrize(("method", "cuts"), [pytest.param("cmaes", 4, marks=pytest.mark.slow), ("tpe", 2)])
def test_a_journal_cut_anywhere_goes_on_to_the_same_trials(
    method: str, cuts: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a killed process leaves it: whole steps are kept, and a step that is cut off is made again."""
    file = write(tmp_path, search={"trials": TRIALS, "method": method})
    expected, journal = run(file, tmp_path / "whole"), (tmp_path / "whole" / "journal.log").read_bytes()
    ends = [at + 1 for at, byte in enumerate(journal) if byte == ord("\n")]
    for number, end in enumerate(ends[15 :: len(ends) // cuts]):
        out = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", out)
        (out / "trials.csv").unlink()
        cut = end + (9 if number % 2 else 0)  # every other time in the middle of a line
        (out / "journal.log").write_bytes(journal[:cut])
        capsys.readouterr()
        assert run(file, out) == expected, (number, cut)
        assert ("the last line was cut off" in capsys.readouterr().err) == (cut > end and end < len(journal))


def test_a_journal_damaged_before_its_end_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(made / "out", tmp_path / "x")
    journal = tmp_path / "x" / "journal.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:4], b"\0\0\n", *lines[5:]])
    journal.write_bytes(damaged)
    assert main(["calibrate", str(made / "targets.yaml"), "--out", str(tmp_path / "x"), "--quiet"]) == 2
    assert f"{journal}:5: is damaged before its end" in capsys.readouterr().err
    assert journal.read_bytes() == damaged


def test_a_folder_holds_one_calibration(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More trials go on in it. Other targets, seeds or another process are refused, and a folder of other files."""
    out = tmp_path / "x"
    shutil.copytree(made / "out", out)
    file = str(made / "targets.yaml")
    for options in (["--seeds", "3"], ["--set", "risk=0.2"]):
        assert main(["calibrate", file, "--out", str(out), "--quiet", *options]) == 2
        assert "holds another calibration" in capsys.readouterr().err
    with FileLock(out / ".lock"):
        assert main(["calibrate", file, "--out", str(out), "--quiet"]) == 2
    assert "another process calibrates there" in capsys.readouterr().err
    assert main(["calibrate", file, "--out", str(tmp_path.parent), "--quiet"]) == 2
    assert "holds no calibration" in capsys.readouterr().err
    more = run(file, out, "--trials", str(TRIALS + 2))
    assert more.startswith((made / "out" / "trials.csv").read_bytes()) and more.count(b"\n") == TRIALS + 3


# -- trials that fail
def test_a_failed_run_fails_its_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its facts cost the most, its row holds the seed and the traceback, and the exit code is 3."""
    with monkeypatch.context() as patch:
        fail_on("laissez_faire", 1, patch)
        run(write(tmp_path), tmp_path / "x", "--trials", "3", code=3)
    error = capsys.readouterr().err
    assert "3 of 3 trials failed, first trial 0: ZeroDivisionError: by design" in error
    table = pd.read_csv(tmp_path / "x" / "trials.csv")
    assert table["state"].tolist() == ["failed"] * 3
    assert table["distance"].tolist() == pytest.approx([WORST * math.sqrt(2.5 / 3)] * 3)
    assert all("first seed 1: Traceback" in text for text in table["error"])


def test_parameters_that_do_not_fit_each_other_are_a_refused_trial() -> None:
    parameters = {"floor_cost": {"low": 0.02, "high": 0.5}, "initial_cost": {"low": 0.02, "high": 0.5}}
    table = calibrate(CONTENT | {"parameters": parameters, "search": {"trials": BATCH}, "stages": []})
    wrong = table["floor_cost"] > table["initial_cost"]
    assert wrong.any() and not wrong.all()
    assert (table["state"] == "refused").tolist() == wrong.tolist()
    assert all("must be at most initial_cost" in text for text in table["error"][wrong])


# -- what is printed
@pytest.mark.parametrize(
    ("searched", "near", "inside"),
    [
        (Searched("risk", 0.0, 1.0), (0.0, 0.02, 0.98, 1.0), (0.021, 0.5, 0.979)),
        (Searched("risk", 0.01, 1.0, "log"), (0.01, 0.01 * 100**0.019, 100**-0.019), (0.02, 0.1, 0.9)),
        (Searched("founders", 10, 40), (10, 40), (11, 39)),
    ],
)
def test_a_value_on_its_bound(searched: Searched, near: tuple[float, ...], inside: tuple[float, ...]) -> None:
    assert all(searched.near_bound(value) for value in near)
    assert not any(searched.near_bound(value) for value in inside)


def test_the_text_has_80_columns_and_names_bounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first trial holds the end of the range that is nearest to the default of 13 founders."""
    assert main(["calibrate", write(tmp_path), "--trials", "1", "--out", str(tmp_path / "x")]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines if str(tmp_path) not in line)
    (founders,) = (line for line in lines if line.startswith("founders"))
    assert founders.split() == ["founders", "12", "13", "4", "to", "12", "on", "its", "bound"]
    assert sum("on its bound" in line for line in lines) == 1
    assert "1 of 1 trials" in shown.err


def test_quick_is_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.commands.calibrate import calibration_from

    large = write(tmp_path, fixed={}, seeds=50, search={"trials": 900})
    quick = calibration_from(Path(large), None, (None, None), [], quick=True)
    assert (quick.fixed.users, len(quick.seeds), quick.search.trials) == (250, 10, 24)
    chosen = calibration_from(Path(large), 30, (12, 3), ["users=400"], quick=True)
    assert (chosen.fixed.users, chosen.seeds, chosen.search.trials) == (400, tuple(range(3, 15)), 30)


def test_python_takes_a_file_or_its_content(tmp_path: Path) -> None:
    few = CONTENT | {"search": {"trials": 2}}
    read = calibrate(write(tmp_path, **few), out=tmp_path / "x")
    assert read.to_csv(index=False).encode() == (tmp_path / "x" / "trials.csv").read_bytes()
    pd.testing.assert_frame_equal(calibrate(few), read)
    declared = with_fixed(Calibration.from_content(CONTENT), {"risk": 0.2})
    assert run_calibration(declared, None, Execution(1)).calibration.fixed.risk == 0.2
