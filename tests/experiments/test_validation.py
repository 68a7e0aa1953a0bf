"""Stylised facts: measures with known answers, and the command that holds the economy against its targets."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import experiments.validation.validate
import model.simulation
from agents.kernel.decorators import source_hash
from experiments.cli import main
from experiments.fact_words import fact_sentence
from experiments.results.store import Store
from experiments.running.engines import Execution
from experiments.validation.adoption_facts import fit_bass
from experiments.validation.fact import SETTINGS
from experiments.validation.facts import FACTS
from experiments.validation.firm_facts import growth_kurtosis, variance_size_slope, yearly_growth
from experiments.validation.validate import _quartiles, in_setting, together, validate, validation_study
from model import BadInput, Parameters, simulate
from tests.economies import TINY
from tests.experiments.test_runner import fail_on

TEN_YEARS = TINY.replace(horizon=40, initial_capability=0.6)


def test_the_bass_curve_is_found_again():
    """Adoption made by Bass (1969) with known p, q and m gives them back."""
    years = np.arange(1, 161) / 4.0
    p, q, m = 0.002, 0.35, 0.9
    decay = np.exp(-(p + q) * years)
    found = fit_bass(m * (1 - decay) / (1 + q / p * decay))
    assert (found.p, found.q, found.m) == pytest.approx((p, q, m), rel=1e-3) and found.r2 > 1 - 1e-9


def test_kurtosis_of_normal_and_of_laplace_growth():
    """Excess kurtosis is 0 for normal and 3 for Laplace growth rates."""
    rng = np.random.default_rng(1)

    def panel(draw):
        firms, years = 4000, 3
        units = 100.0 * np.exp(np.cumsum(draw((firms, years)), axis=1))
        slot, year = np.meshgrid(np.arange(firms), np.arange(years), indexing="ij")
        quarters = [(slot.ravel(), 4 * year.ravel() + k, units.ravel()) for k in range(4)]
        columns = [np.concatenate(column) for column in zip(*quarters, strict=True)]
        names = dict(zip(("firm", "period", "units"), columns, strict=True))
        return names | {"birth": np.zeros(len(columns[0]), int)}

    assert growth_kurtosis(panel(lambda shape: rng.normal(0, 0.1, shape))) == pytest.approx(0.0, abs=0.2)
    assert growth_kurtosis(panel(lambda shape: rng.laplace(0, 0.1, shape))) == pytest.approx(3.0, abs=0.6)


def sized_panel(exponent):
    """A panel of firms whose yearly growth has a deviation of 0.3 * size^exponent."""
    rng = np.random.default_rng(2)
    size = np.exp(rng.uniform(1.0, 8.0, 4000))
    grown = size * np.exp(0.3 * size**exponent * rng.standard_normal(4000))
    firm, quarter = np.meshgrid(np.arange(4000), np.arange(5), indexing="ij")
    units = np.where(quarter == 4, grown[:, None], size[:, None])
    columns = {"firm": firm, "period": quarter, "units": units, "birth": np.full(firm.shape, -1)}
    return {name: column.ravel() for name, column in columns.items()}


@pytest.mark.parametrize("exponent", [-0.5, -0.15, 0.0])
def test_the_exponent_of_variance_and_size_is_found_again(exponent):
    assert variance_size_slope(sized_panel(exponent)) == pytest.approx(exponent, abs=0.03)


def test_growth_is_over_calendar_years_of_the_same_firm():
    """Only whole years count, from quarter 0, 4, …, and no firm grows into the one that took its slot."""
    panel = {
        "firm": np.array([7, 7, 7, 8, 8]), "period": np.array([4, 8, 9, 8, 12]), "birth": np.array([0, 0, 0, 5, 5]),
        "units": np.array([2.0, 4.0, 9.0, 3.0, 3.0]),
    }  # fmt: skip
    four = {name: np.concatenate([np.repeat(values[:1], 3), values]) for name, values in panel.items()}
    four["period"][:3] = [5, 6, 7]
    growth = yearly_growth(four)
    assert growth.rate.tolist() == [np.log(2.0)] and growth.age.tolist() == [4.0]


def test_statistics_over_seeds():
    """Mean, spread of medians and ratio of sums are what they say, and their intervals hold them."""
    table = np.array([[1.0, 2.0, 6.0], [2.0, 4.0, 9.0], [1.0, 1.0, 1.0], [2.0, 1.0, 3.0]])
    assert together("mean", table[:1])[0] == 3.0
    assert together("spread", table[:2])[0] == 4.0 / 2.0 - 1.0
    value, lower, upper = together("ratio", table)
    assert value == (1.0 + 2.0 + 3.0) / (1.0 + 0.0 + 2.0) and lower <= value <= upper
    assert np.isnan(together("mean", table[:1, :1])[1:]).all()  # one seed has no interval
    never = np.array([[1.0, np.inf, np.inf], [1.0, 1.0, 1.0]])
    assert np.isnan(together("spread", never)[0])


def test_each_fact_has_a_range_a_source_and_a_sentence():
    for name, fact in FACTS.items():
        assert fact.name == name and fact.low <= fact.high and fact.meaning and fact.source
        assert fact.says.count("{}") == 1 and fact.says[0] in "{" + fact.says[0].upper()


@pytest.mark.parametrize(
    ("value", "unit", "ends", "words"),
    [
        (0.4432, "share of units", (0.2, 0.6), "Entrants sell 44 %, within 20 to 60 % (Evans 1987)."),
        (0.6004, "share of units", (0.2, 0.6), "Entrants sell 60.04 %, above 20 to 60 % (Evans 1987)."),
        (-0.2, "exponent", (-0.1, 0.3), "Entrants sell -0.20, below -0.1 to 0.3 (Evans 1987)."),
        (12.0, "quarters", (2.0, 60.0), "Entrants sell 12 quarters, within 2 to 60 quarters (Evans 1987)."),
        (1234.5, "ratio", (0.0, 9.0), "Entrants sell 1,234, above 0 to 9 (Evans 1987)."),
        (0.0, "ratio - 1", (0.0, 0.1), "Entrants sell 0 %, within 0 to 10 % (Evans 1987)."),
        (1.0, "share", (1.0, 1.0), "Entrants sell 100 %, as the source has it (Evans 1987)."),
        (np.inf, "ratio", (2.0, 60.0), "Entrants sell no finite number, above 2 to 60 (Evans 1987)."),
        (np.nan, "share", (0.2, 0.6), "No seed gives a value. The range is 20 to 60 % (Evans 1987)."),
    ],
)  # fmt: skip
def test_a_fact_in_a_sentence(value, unit, ends, words):
    """A rounded value stays on its own side of the target's ends."""
    assert fact_sentence("Entrants sell {}", value, *ends, unit, "Evans (1987)") == words


@pytest.mark.parametrize("name", FACTS)
def test_what_a_sentence_says_is_what_is_met(name):
    fact = FACTS[name]
    beyond = 0.01 * (fact.high - fact.low or 1.0)
    for value in (fact.low - beyond, fact.low, fact.high, fact.high + beyond):
        told = fact_sentence(fact.says, value, fact.low, fact.high, fact.unit, fact.source)
        assert (", below " in told, ", above " in told) == (value < fact.low, value > fact.high)


def test_quartiles_are_numpys_but_never_half_way_to_infinity():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    assert _quartiles(values) == np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    assert _quartiles(np.array([1.0, 2.0, np.inf, np.inf])) == [1.75, 2.0, np.inf]
    assert np.isnan(_quartiles(np.array([]))).all()


def test_a_time_never_reached_is_later_than_any():
    """Where most seeds never reach half adoption, the median is infinite and the target missed."""
    table = validate(["time_to_50"], TEN_YEARS.replace(solution_rate=0.0, risk=1.0), (0, 1, 2)).set_index("fact")
    assert np.isinf(table["value"]["time_to_50"]) and not table["met"]["time_to_50"]


def test_the_command(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        main(["validate", "hhi", "--seeds", "2", "--json", "--quiet", "--set", "users=60", "--set", "horizon=40"]) == 0
    )
    (row,) = json.loads(capsys.readouterr().out)
    assert row["fact"] == "hhi" and row["low"] == FACTS["hhi"].low
    assert row["sentence"].startswith("Units sold are concentrated with an HHI of ")
    (page,) = tmp_path.glob("results/validate-*/report.html")
    assert row["sentence"].partition(",")[0] in page.read_text(encoding="utf-8")
    assert main(["validate", "hhy", "--quiet"]) == 2
    assert "did you mean 'hhi'" in capsys.readouterr().err
    with pytest.raises(BadInput):
        validate(["nothing"])


SEEDS = (0, 1, 2)
SOME = ("hhi", "bass_q", "growth_kurtosis")
ARGUMENTS = [
    "--seeds",
    "3",
    "--json",
    *(
        f"--set={name}={value}"
        for name, value in TEN_YEARS.model_dump().items()
        if value != getattr(Parameters(), name)
    ),
]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each run that is made, whether the firms' panel is."""
    real, runs = model.simulation.run_out, []

    def watched(simulation: model.simulation.Simulation, check: bool, panel: bool = False) -> model.simulation.Run:
        runs.append(panel)
        return real(simulation, check, panel)

    model.simulation.warm_up()
    monkeypatch.setattr(model.simulation, "run_out", watched)
    monkeypatch.setattr(model.simulation, "warm_up", lambda quiet: False)
    return runs


def test_a_fact_is_what_simulate_gives():
    """Medians are those of single runs, whatever part of a run the fact is measured in, whatever the setting."""
    table = validate(parameters=TEN_YEARS, seeds=SEEDS).set_index("fact")
    assert list(table.index) == list(FACTS)
    runs = {
        setting: [simulate(in_setting(TEN_YEARS, setting), "laissez_faire", seed, panel=True) for seed in SEEDS]
        for setting in SETTINGS
    }
    for name, fact in FACTS.items():
        if fact.statistic != "median":
            continue
        values = np.array([fact.measure(getattr(run, fact.need)) for run in runs[fact.settings[0]]])
        known = values[~np.isnan(values)] if not fact.time else np.where(np.isnan(values), np.inf, values)
        assert table["value"][name] == (np.median(known) if len(known) else pytest.approx(np.nan, nan_ok=True)), name


def test_only_the_fact_that_needs_it_makes_the_panel(made: list[bool]):
    validate(["hhi", "bass_q"], TEN_YEARS, SEEDS, Execution(1))
    assert made == [False] * 3
    validate(["growth_kurtosis"], TEN_YEARS, SEEDS, Execution(1))
    assert made == [False] * 3 + [True] * 3


def test_stored_facts_are_not_measured_again(made: list[bool], tmp_path: Path):
    """A second call makes no run. Another fact of the summary needs none, one of the series does."""
    first = validate(SOME, TEN_YEARS, SEEDS, Execution(1), tmp_path / "x")
    assert len(made) == 3
    pd.testing.assert_frame_equal(validate(SOME, TEN_YEARS, SEEDS, Execution(1), tmp_path / "x"), first)
    validate(["shakeout"], TEN_YEARS, SEEDS, Execution(1), tmp_path / "x")
    assert len(made) == 3
    validate(["bass_r2"], TEN_YEARS, (*SEEDS, 3), Execution(1), tmp_path / "x")
    assert made[3:] == [False] * 4
    pd.testing.assert_frame_equal(validate(SOME, TEN_YEARS, SEEDS, Execution(1), tmp_path / "x"), first)
    assert len(made) == 7


def test_facts_of_another_rule_are_measured_again(made: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = validate(SOME, TEN_YEARS, SEEDS, Execution(1), tmp_path / "x")
    monkeypatch.setattr(experiments.validation.validate, "rule_version", lambda: "another")
    pd.testing.assert_frame_equal(validate(SOME, TEN_YEARS, SEEDS, Execution(1), tmp_path / "x"), first)
    assert len(made) == 6


@pytest.mark.parametrize(
    "execution",
    [Execution(2), pytest.param(Execution(2, engine="processes"), marks=pytest.mark.slow), Execution(1, check=True)],
    ids=str,
)
def test_facts_are_the_same_however_computed(tmp_path: Path, execution: Execution):
    expected = validate(SOME, TEN_YEARS, SEEDS)
    pd.testing.assert_frame_equal(validate(SOME, TEN_YEARS, SEEDS, execution, tmp_path / "x"), expected)
    store = Store(tmp_path / "x", validation_study(TEN_YEARS, SEEDS), source_hash(), series=False)
    assert store.facts()["fact"].to_pylist() == ["bass_q", "growth_kurtosis"] * 3


def test_an_interrupted_validation_goes_on(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    real, started = experiments.running.runner.run_task, []

    def interrupted(*given):
        started.append(given)
        if len(started) == 3:
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(experiments.running.runner, "run_task", interrupted)
        assert main(["validate", *SOME, *ARGUMENTS, "--jobs", "1", "--quiet"]) == 130
    assert "what was done is kept in results/validate-" in capsys.readouterr().err
    assert main(["validate", *SOME, *ARGUMENTS, "--jobs", "1"]) == 0
    shown = capsys.readouterr()
    assert "2 of 3 runs are stored already" in shown.err
    assert [row["n"] for row in json.loads(shown.out) if row["fact"] == "hhi"] == [3]


def test_a_failed_run_is_a_row_and_exit_code_3(tmp_path, monkeypatch, capsys):
    """Its seed is left out of every fact, and the same command tries it again."""
    arguments = ["validate", "hhi", "time_to_50", *ARGUMENTS, "--out", str(tmp_path / "x"), "--quiet"]
    with monkeypatch.context() as patch:
        fail_on("laissez_faire", 1, patch)
        assert main(arguments) == 3
    shown = capsys.readouterr()
    assert "1 of 3 runs failed, first laissez_faire with seed 1: ZeroDivisionError: by design" in shown.err
    without = validate(["hhi"], TEN_YEARS, (0, 2))["value"][0]
    assert json.loads(shown.out)[0]["value"] == without
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)[0]["n"] == 3


def test_a_fact_that_cannot_be_measured_fails_the_run(tmp_path, monkeypatch):
    broken = FACTS["bass_q"]._replace(measure=lambda series: 1 / 0)
    monkeypatch.setitem(FACTS, "bass_q", broken)
    study = validation_study(TEN_YEARS, SEEDS)
    found = experiments.validation.validate.validate_study(study, [broken], tmp_path / "x", Execution(1))
    assert found.values["bass_q"].size == 0
    assert found.runs["status"].tolist() == ["failed"] * 3
    assert found.table["n"].tolist() == [0]
