"""Studies over accepted parameter sets: files that are read or refused, pairs of set and seed, and both intervals."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from agents.kernel.decorators import source_hash
from experiments import compare, sweep
from experiments.analysis.comparison import compare_study
from experiments.analysis.nested import NESTED, nested
from experiments.analysis.paired import gaps, intervals
from experiments.analysis.sentences import over_ensemble
from experiments.analysis.table import tabulate
from experiments.cli import main
from experiments.results.manifest import Manifest
from experiments.results.merge import merge_folders, study_in
from experiments.running.engines import Execution
from experiments.statistics import pairs_needed
from experiments.study.plan import Plan
from experiments.study.study import DEFAULT_POLICIES, SEEDS_PER_SET, Study
from experiments.validation.ensemble import SHIPPED_ENSEMBLE, Acceptance, read_ensemble, with_ensemble, write_ensemble
from experiments.validation.targets import read_calibration
from model import Parameters
from model.policy.presets import find_policies
from tests.comparisons import present_values
from tests.economies import SET_TINY, TINY, TINY_SIZES
from tests.house.documents import ROOT
from viz.report.report import render_report

ARMS = ("rebate", "grants", "vouchers")
SETS = {"risk": [0.1, 0.3, 0.05], "contacts": [4, 6, 5]}
FIXED = {name: value for name, value in TINY_SIZES.items()}


def ensemble_file(folder: Path, sets: dict[str, list[Any]] | None = None, **changes: Any) -> Path:
    """Write an ensemble of the tiny economy. `changes` are columns, or `fixed` and `model` of its record."""
    sets = SETS if sets is None else sets
    record = {"fixed": FIXED, "model": source_hash()} | {
        name: changes.pop(name) for name in ("fixed", "model") if name in changes
    }
    count = len(next(iter(sets.values())))
    table = pd.DataFrame({"set": range(1, count + 1), **sets, "distance": 0.0, "fact.hhi": 0.2} | changes)
    path = folder / "ensemble.parquet"
    write_ensemble(path, table, Acceptance(**record, command="nqpf calibrate mine.yaml --accept 3"))
    return path


def study_of(file: Path, sets: int | None = None, **changes: Any) -> Study:
    study = Study(policies=find_policies(ARMS), seeds=(0, 1, 2), **changes)
    return with_ensemble(study, read_ensemble(file), sets)


# -- theory
def test_one_set_equal_to_the_defaults_changes_nothing(tmp_path: Path) -> None:
    defaults = Parameters()
    file = ensemble_file(tmp_path, {"risk": [defaults.risk], "contacts": [defaults.contacts]})
    found, plain = compare(ARMS, seeds=3, ensemble=file), compare(ARMS, TINY, seeds=3)
    pd.testing.assert_frame_equal(found, plain, check_exact=True)
    assert found[["low_sets", "high_sets", "share_sets"]].isna().all(axis=None)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    """Sets are taken by their number, and each runs at its own parameters."""
    (tmp_path / "turned").mkdir()
    one = ensemble_file(tmp_path)
    turned = {name: values[::-1] for name, values in SETS.items()}
    two = ensemble_file(tmp_path / "turned", turned, set=[3, 2, 1])
    found, other = (compare(ARMS, seeds=2, ensemble=file) for file in (one, two))
    pd.testing.assert_frame_equal(found, other, check_exact=True)
    first = sweep(policies=ARMS, seeds=2, ensemble=two, outcomes=["welfare"])
    assert set(first["set"]) == {1, 2, 3}


def test_renumbered_sets_give_the_same_table(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = ensemble_file(tmp_path / "other", {name: values[1:] + values[:1] for name, values in SETS.items()})
    found, shifted = (compare(ARMS, seeds=2, ensemble=file) for file in (ensemble_file(tmp_path), other))
    pd.testing.assert_frame_equal(found, shifted, rtol=1e-9)


def test_identical_sets_have_no_width_between_them(tmp_path: Path) -> None:
    file = ensemble_file(tmp_path, {"risk": [0.2] * 3, "contacts": [5] * 3})
    found = compare(ARMS, seeds=3, ensemble=file).dropna(subset="low_sets")
    plain = compare(ARMS, TINY.replace(risk=0.2, contacts=5), seeds=3).loc[found.index]
    assert len(found) > 10
    assert (found["high_sets"] - found["low_sets"]).to_numpy() == pytest.approx(0.0, abs=1e-12, nan_ok=True)
    for name in ("difference", "low_seeds", "high_seeds"):
        assert found[name].to_numpy() == pytest.approx(plain[name].to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True)
    assert (found["share_sets"] == 1.0).all()


def test_sets_run_at_their_own_parameters_and_pairs_share_set_and_seed(tmp_path: Path) -> None:
    found = compare_study(study_of(ensemble_file(tmp_path)), execution=Execution(1, quiet=True))
    assert len(found.runs) == 3 * 3 * 3 and len(found.series) == len(found.runs) * TINY.horizon
    means = []
    for number, (risk, contacts) in enumerate(zip(*SETS.values(), strict=True), 1):
        own = found.runs[found.runs["set"] == number]
        assert set(own["risk"]) == {risk} and set(own["contacts"]) == {contacts}
        alone = compare(ARMS, TINY.replace(risk=risk, contacts=contacts), seeds=3)
        means.append(alone.set_index(["policy", "indicator"])["difference"]["grants", "welfare"])
    row = found.table.set_index(["policy", "indicator"]).loc[("grants", "welfare")]
    assert row["difference"] == pytest.approx(np.mean(means)) and row["n"] == 9
    assert (row["low"], row["high"]) == (row["low_sets"], row["high_sets"])
    assert (row["low_sets"], row["high_sets"]) == pytest.approx(tuple(np.quantile(means, (0.025, 0.975))))
    assert row["share_sets"] == np.mean(np.sign(means) == np.sign(np.mean(means)))


def values(by_set: dict[int, list[float]]) -> pd.Series:
    pairs = {(number, seed): value for number, row in by_set.items() for seed, value in enumerate(row)}
    return pd.Series(pairs).rename_axis(["set", "seed"])


def test_both_kinds_of_uncertainty_are_apart() -> None:
    """Seeds alone: no width over sets. Sets alone: no width over seeds."""
    luck = nested(values({1: [1.0, 2.0, 6.0], 2: [1.0, 2.0, 6.0]}))
    expected = ttest_1samp([1.0, 2.0, 6.0], 0.0).confidence_interval()
    assert (luck.mean, luck.low, luck.high) == (3.0, 3.0, 3.0)
    assert (luck.low_seeds, luck.high_seeds) == pytest.approx((expected.low, expected.high))
    model = nested(values({1: [-1.0] * 3, 2: [2.0] * 3, 3: [5.0] * 3}))
    assert (model.mean, model.low_seeds, model.high_seeds) == (2.0, 2.0, 2.0)
    assert (model.low_sets, model.high_sets) == pytest.approx((-0.85, 4.85))
    assert model.share_sets == pytest.approx(2 / 3)


def test_more_copies_of_the_sets_are_no_further_evidence() -> None:
    """Neither interval shrinks when the sets are there ten times: sets share their random draws."""
    draws = np.random.default_rng(0).normal(1.0, 2.0, (4, 6))
    once = nested(values(dict(enumerate(draws.tolist()))))
    often = nested(values(dict(enumerate(np.repeat(draws, 10, axis=0).tolist()))))
    assert often.apart["low_seeds"] == pytest.approx(once.low_seeds) and often.mean == pytest.approx(once.mean)
    assert often.low_sets <= once.low_sets and often.high_sets >= once.high_sets


def test_each_set_counts_alike_where_runs_failed() -> None:
    assert nested(values({1: [1.0, np.nan, np.nan], 2: [3.0, 3.0, 3.0]})).mean == 2.0


def test_points_of_a_sweep_are_judged_as_by_themselves() -> None:
    """The many intervals at once are those of `nested`, also where a point has one set only."""
    draws, rows = np.random.default_rng(1), []
    for point, number, seed in np.ndindex(4, 3, 5):
        for policy in ("rebate", "grants"):
            rows.append({"point": point, "set": number, "seed": seed, "policy": policy, "status": "ok"})
            rows[-1]["welfare"] = np.nan if point == 3 and number < 2 else draws.normal()
    paired = gaps(pd.DataFrame(rows), "rebate", "welfare")
    found = intervals(paired, ["point"]).set_index("point")
    for point in range(4):
        own = nested(paired["grants"].xs(point, level="point"))
        assert tuple(found.loc[point, ["difference", "low", "high"]]) == pytest.approx(own.interval)


def test_the_test_of_significance_is_over_seeds() -> None:
    """Sets share their seeds: a hundred sets of three seeds are three pairs, which never reject."""
    rows = [
        {"set": number, "seed": seed, "policy": policy, "status": "ok", "welfare": float(policy == "grants") + seed}
        | dict.fromkeys(("budget_raised", "budget_placed"), 1.0)
        | dict.fromkeys(("equity_recovered", "budget_leaked", "budget_administration"), 0.0)
        | present_values(1.0, 0.0)
        for number in range(1, 101)
        for seed in range(3)
        for policy in ("rebate", "grants")
    ]
    study = Study(policies=find_policies(("rebate", "grants")), seeds=(0, 1, 2), outcomes=("welfare",))
    row = tabulate(study, pd.DataFrame(rows)).iloc[-1]
    assert row["p_holm"] == 0.25 and row["n"] == 300 and row["reading"] == "weakly better"


# -- what the study sets itself
def test_the_studys_own_settings_win_and_are_named(tmp_path: Path) -> None:
    file = ensemble_file(tmp_path)
    assert study_of(file).ensemble.overruled == ()
    same = study_of(file, parameters=Parameters(users=TINY.users, displacement=0.1, founders=TINY.founders))
    assert same.ensemble.overruled == ()  # as accepted, and what no fact depends on
    own = study_of(file, parameters=Parameters(risk=0.2, users=50, entry=0.5, contacts=4))
    assert set(own.ensemble.overruled) == {"risk", "users", "entry", "contacts"}
    points = Plan.of(own, "m").points
    assert {(point.parameters.risk, point.parameters.users, point.parameters.contacts) for point in points} == {
        (0.2, 50, 4)
    }
    factors = study_of(
        file, uncertain={"risk": {"values": [0.1, 0.4]}, "policy.foresight": {"values": [0.2]}}, design={"kind": "grid"}
    )
    assert factors.ensemble.overruled == ("risk",)
    assert [(point.number, point.set, point.parameters.risk) for point in Plan.of(factors, "m").points] == [
        (number, member, risk) for number, risk in enumerate((0.1, 0.4)) for member in (1, 2, 3)
    ]
    assert "not accepted" in " ".join(over_ensemble(own)) and "not accepted" not in " ".join(over_ensemble(same))


def test_a_constant_equal_to_the_default_wins_too(tmp_path: Path) -> None:
    """Also where parameters fit each other only when all are set at once."""
    default = Parameters().risk
    own = study_of(ensemble_file(tmp_path), parameters=Parameters().replace(risk=default))
    assert own.ensemble.overruled == ("risk",)
    both = Parameters().replace(floor_cost=0.3, initial_cost=0.4)
    assert set(study_of(ensemble_file(tmp_path), parameters=both).ensemble.overruled) == {"floor_cost", "initial_cost"}


# -- files
def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = ensemble_file(tmp_path)
    found = read_ensemble(file)
    assert found.acceptance.fixed == FIXED and found.acceptance.command == "nqpf calibrate mine.yaml --accept 3"
    assert found.searched == list(SETS) and found.members[2] == TINY.replace(risk=0.3, contacts=6)
    before = file.read_bytes()
    assert ensemble_file(tmp_path).read_bytes() == before
    again = Study.from_content(json.loads(json.dumps(study_of(file).content())))
    assert again == study_of(file) and again.identity("m") == study_of(file).identity("m")


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "not there": (lambda folder: (folder / "ensemble.parquet").unlink(), "no such file"),
    "a folder": (
        lambda folder: [(folder / "ensemble.parquet").unlink(), (folder / "ensemble.parquet").mkdir()],
        "is a directory",
    ),
    "no Parquet": (lambda folder: (folder / "ensemble.parquet").write_text("set,risk\n1,0.1\n"), "is no Parquet file"),
    "cut off": (
        lambda folder: (folder / "ensemble.parquet").write_bytes((folder / "ensemble.parquet").read_bytes()[:-9]),
        "is no Parquet file, or is damaged",
    ),
    "no record": (
        lambda folder: pd.DataFrame({"set": [1], "risk": [0.1]}).to_parquet(folder / "ensemble.parquet"),
        "holds no ensemble: must be made by: nqpf calibrate",
    ),
    "another model": (
        lambda folder: ensemble_file(folder, model="0" * 16),
        f"was accepted for the model {'0' * 16}, not {source_hash()}: make it again by: nqpf calibrate mine.yaml",
    ),
    "no sets": (lambda folder: ensemble_file(folder, {"risk": []}), "holds no set: must have a row per set"),
    "no parameter": (lambda folder: ensemble_file(folder, {"fact.adoption": [0.1]}), "no parameter"),
    "an unknown parameter": (lambda folder: ensemble_file(folder, {"rysk": [0.1]}), "did you mean 'risk'"),
    "a trait": (lambda folder: ensemble_file(folder, {"policy.budget": [0.1]}), "unknown parameter 'policy.budget'"),
    "a parameter of policy": (
        lambda folder: ensemble_file(folder, {"risk": [0.1], "displacement": [0.1]}),
        "displacement: acts only under policy",
    ),
    "an efficacy": (
        lambda folder: ensemble_file(folder, {"mission_efficacy": [0.1]}),
        "mission_efficacy: acts only under policy",
    ),
    "a fixed parameter of policy": (
        lambda folder: ensemble_file(folder, fixed={"incidence": 0.1}), "incidence: acts only under policy",
    ),
    "a word": (lambda folder: ensemble_file(folder, {"peer_network": ["barabasi_albert"]}), "is no number"),
    "out of range": (lambda folder: ensemble_file(folder, {"risk": [0.1, -1.0]}), "row 1.risk = -1.0: must be"),
    "no number": (lambda folder: ensemble_file(folder, {"risk": [0.1, np.nan]}), "row 1.risk = nan: must be"),
    "at odds": (lambda folder: ensemble_file(folder, {"founders": [8, 41]}), "row 1"),
    "a set twice": (lambda folder: ensemble_file(folder, set=[1, 1, 2]), "set = 1: must be there once"),
    "half a set": (lambda folder: ensemble_file(folder, set=[1, 1.5, 2]), "set = 1.5: must be a whole number"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["compare", "sweep"])
@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_one_line(
    case: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ensemble_file(tmp_path)
    damage, words = BAD[case]
    damage(tmp_path)
    study = tmp_path / "study.yaml"
    study.write_text("policies: [rebate, grants]\n")
    assert main([command, str(study), "--ensemble", str(file), "--out", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"nqpf: --ensemble {file}: ") and words in error and error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("column", ["set", "distance"])
def test_a_missing_column_is_named(column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ensemble_file(tmp_path)
    whole = read_ensemble(file)
    write_ensemble(file, whole.table.drop(columns=column), whole.acceptance)
    assert main(["compare", "--ensemble", str(file)]) == 2
    assert f"no {column}: an ensemble has the columns set, distance" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sets", "2"], "--sets 2: there are sets with --ensemble FILE only"),
        (["--ensemble", "FILE", "--sets", "0"], "--sets: sets = 0: must be a whole number from 1 to 3"),
        (["--ensemble", "FILE", "--sets", "4"], "--sets: sets = 4: must be a whole number from 1 to 3"),
    ],
)
def test_numbers_of_sets_are_refused(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(ensemble_file(tmp_path))
    assert main(["compare", *(file if word == "FILE" else word for word in options)]) == 2
    assert words in capsys.readouterr().err


def test_the_shipped_ensemble_is_of_this_model_and_of_the_default_calibration() -> None:
    """Where only comments of the model changed, `python -m docs.ensemble` says so in the file."""
    file, declared = read_ensemble("default"), read_calibration(Path("default"))
    kept = with_ensemble(Study(), file).ensemble
    assert kept is not None and kept.file == "default"  # wherever it lies on this machine
    assert file.searched == [one.name for one in declared.searched]
    assert file.acceptance.targets == {name: [one.low, one.high] for name, one in declared.targets.items()}
    assert set(file.acceptance.allowed_misses) == set(declared.allowed_misses)
    assert file.acceptance.most_missed == declared.most_missed
    for one in declared.searched:
        assert file.table[one.name].between(one.low, one.high).all(), one.name
    assert set(file.acceptance.fresh).isdisjoint(file.acceptance.seeds)


def test_the_default_is_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = "experiments.validation.ensemble.SHIPPED_ENSEMBLE"
    monkeypatch.setattr(shipped, tmp_path / "none.parquet")
    assert main(["compare", "--ensemble", "default"]) == 2
    error = capsys.readouterr().err
    assert "--ensemble default: no ensemble is shipped with this version: make one by" in error
    assert error.count("\n") == 1
    monkeypatch.setattr(shipped, ensemble_file(tmp_path))
    assert list(read_ensemble("default").members) == [1, 2, 3]
    assert SHIPPED_ENSEMBLE.parent.name == "shipped"


# -- runs, folders and text
def test_a_comparison_over_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = ensemble_file(tmp_path), tmp_path / "out"
    words = ["compare", "--policies", "rebate,grants", "--seeds", "2", "--out", str(out), "--ensemble", str(file)]
    assert main([*words, "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "3 parameter sets x 2 paired seeds" in text.replace("\n", " ") and "95 % of sets" in text
    assert "Ensemble: " in text and "not accepted" not in text
    runs = pd.read_parquet(out / "runs")
    assert sorted(zip(runs["set"], runs["policy"], runs["seed"], strict=True)) == [
        (number, policy, seed) for number in (1, 2, 3) for policy in ("grants", "rebate") for seed in (0, 1)
    ]
    assert set(pd.read_parquet(out / "reruns")["set"]) == {1}  # responses are made at the first set
    assert main([*words, "--quiet", "--json", "--no-responses"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ensemble"] == {"file": str(file), "sets": [1, 2, 3], "overruled": [], "accepted": True}
    assert all(set(NESTED) <= set(row) for row in found["table"])
    page = (out / "report.html").read_text()
    assert "3 parameter sets" in page and str(file) in page and "--ensemble" in page
    assert main([*words, "--quiet", "--full", "--no-responses", "--set", "risk=0.2"]) == 2  # another study
    assert main([*words[:-4], *words[-2:], "--quiet", "--full", "--set", "risk=0.2", "--out", str(tmp_path / "y")]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "risk is the study's own: the parameter sets were not accepted with this." in text
    assert "over seeds [" in text and "of sets" in text


def test_each_set_has_fewer_seeds_than_the_defaults_unless_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fifteen, with which Holm's test over the whole table can reject. A study file and --seeds mean what they say."""
    file, study = str(ensemble_file(tmp_path)), tmp_path / "study.yaml"
    study.write_text("policies: [rebate, grants]\nseeds: 3\n")
    words = ["compare", "--ensemble", file, "--sets", "1", "--quiet", "--json", "--no-responses"]
    for given, count in (
        (["--policies", "rebate,grants"], 15),
        (["--policies", "rebate,grants", "--seeds", "2"], 2),
        ([str(study)], 3),
    ):
        assert main([words[0], *given, *words[1:], "--out", str(tmp_path / str(count))]) == 0
        assert json.loads(capsys.readouterr().out)["seeds"] == list(range(count))
    same = compare(["rebate", "grants"], ensemble=file)
    assert same["n"].max() == 45  # three sets of fifteen
    page = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    assert f"gives each {SEEDS_PER_SET}," in page and f"or {SEEDS_PER_SET} at each set" in str(compare.__doc__)
    assert pairs_needed(len(DEFAULT_POLICIES[1:]) * len(same["indicator"].unique())) <= SEEDS_PER_SET


@pytest.mark.slow
def test_more_sets_carry_a_study_further(tmp_path: Path) -> None:
    """Fewer sets, then all, then fewer: nothing is run twice, and the folder's study has all of them."""
    file, out = ensemble_file(tmp_path), tmp_path / "out"
    two, all_of_them = study_of(file, 2), study_of(file)
    assert list(two.ensemble.members) == [1, 2] and two.identity("m") == all_of_them.identity("m")
    for study in (two, all_of_them, two):
        found = compare_study(study, out, Execution(1, quiet=True))
        pd.testing.assert_frame_equal(found.table, compare_study(study, execution=Execution(1, quiet=True)).table)
    manifest = Manifest.read(out)
    assert manifest is not None and study_in(out, manifest).ensemble == all_of_them.ensemble
    assert len(pd.read_parquet(out / "runs")) == 27
    compare_study(replace(two, seeds=(0,)), tmp_path / "less", Execution(1, quiet=True))
    merged = merge_folders([tmp_path / "less", out], tmp_path / "both")
    manifest = Manifest.read(merged.folder)
    assert manifest is not None and manifest.counts["asked"] == manifest.counts["ok"] == 27


@pytest.mark.slow
def test_arms_of_a_set_and_seed_are_matched_and_yoked(tmp_path: Path) -> None:
    file = ensemble_file(tmp_path)
    for changes in ({"match": True}, {"timing": "yoked"}):
        whole = compare_study(study_of(file, **changes), execution=Execution(1, quiet=True)).runs
        for number, member in read_ensemble(file).members.items():
            study = replace(study_of(file, **changes), parameters=member, ensemble=None)
            alone = compare_study(study, execution=Execution(1, quiet=True)).runs
            own = whole[whole["set"] == number]
            assert sorted(own["run_id"]) == sorted(alone["run_id"])


@pytest.mark.slow
def test_a_sweep_over_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its points stay those of the design. The boundary's interval is over sets."""
    file, study = ensemble_file(tmp_path), tmp_path / "study.yaml"
    study.write_text(
        "policies: [rebate, grants]\nseeds: 2\noutcomes: [welfare]\ndesign: {kind: grid}\nuncertain:\n"
        "  policy.budget: {values: [0.002, 0.01]}\n  policy.foresight: {values: [0.1, 0.9]}\n"
    )
    words = ["sweep", str(study), "--ensemble", str(file), "--quiet"]
    assert main([*words, "--out", str(tmp_path / "a"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"], found["asked"], found["runs"]) == (4, 4 * 3 * 2 * 2, 48)
    (row,) = found["table"]
    assert row["low_sets"] <= row["mean"] <= row["high_sets"] and row["share_sets"] in (1 / 3, 2 / 3, 1.0)
    assert [edge["n"] for edge in found["boundary"]["table"]] == [6] * 4
    shards = [tmp_path / name for name in "bc"]
    for number, out in enumerate(shards, 1):
        assert main([*words, "--out", str(out), "--shard", f"{number}/2", "--jobs", "1"]) in (0, 3)
    merge_folders(shards)
    tables = [
        pd.read_parquet(out / "runs").sort_values("run_id", ignore_index=True) for out in (tmp_path / "a", *shards)
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1], check_exact=True)
    assert main([*words, "--out", str(tmp_path / "a")]) == 0
    assert "3 parameter sets x 2 paired seeds" in capsys.readouterr().out.replace("\n", " ")


def test_a_point_that_does_not_fit_a_set_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, study = ensemble_file(tmp_path, {"founders": [4, 8]}, fixed=FIXED), tmp_path / "study.yaml"
    study.write_text("policies: [rebate, grants]\ndesign: {kind: list, points: [{slots: 6}]}\n")
    assert main(["sweep", str(study), "--ensemble", str(file)]) == 2
    assert f"{study}: point 0, set 2: " in capsys.readouterr().err


@pytest.mark.slow
def test_the_report_of_one_set_and_of_several(tmp_path: Path) -> None:
    for sets, words in ((1, "1 parameter set "), (3, "3 parameter sets ")):
        study = study_of(ensemble_file(tmp_path), sets)
        assert words in render_report(compare_study(study, execution=Execution(1, quiet=True)))


def test_quick_users_are_the_studys_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ensemble_file(tmp_path, fixed={**FIXED, "users": 300})
    words = [
        word for pair in zip(SET_TINY[::2], SET_TINY[1::2], strict=True) if "users" not in pair[1] for word in pair
    ]
    options = ["--seeds", "1", "--quick", "--json", "--no-responses", "--quiet", "--out", str(tmp_path / "x")]
    assert main(["compare", "--policies", "rebate,grants", "--ensemble", str(file), *words, *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ensemble"]["overruled"] == ["users"] and found["ensemble"]["accepted"] is False
