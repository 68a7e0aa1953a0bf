"""The statistics of a comparison, against published and independent numbers, and the table they make."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from experiments import compare, compare_study
from experiments.analysis.equal_money import MONEY_COLUMNS, MONEY_MARGIN, SPENT, equal_money, unequal_points
from experiments.analysis.table import COMPARISON_COLUMNS, HEADLINE, tabulate
from experiments.running.engines import Execution
from experiments.statistics import EXACT_UP_TO, holm, mean_interval, pairs_needed, wilcoxon
from experiments.study.study import Study
from model import BadInput, Parameters, simulate
from model.indicators.summary import SUMMARY_NAMES
from model.policy.presets import find_policy
from tests.economies import TINY


def test_holm_gives_the_published_example() -> None:
    # Wikipedia, "Holm-Bonferroni method", example of four hypotheses
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_is_at_most_one_monotone_and_leaves_out_what_is_no_test() -> None:
    adjusted = holm([0.9, np.nan, 0.5, 0.001])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2, 3]] == pytest.approx([1.0, 1.0, 0.003])


@pytest.mark.parametrize("tests", [1, 2, 44, 88, 1000])
def test_fewer_pairs_than_needed_cannot_be_significant(tests: int) -> None:
    """Even if in every test all differences have one sign."""
    needed = pairs_needed(tests)
    assert max(holm([wilcoxon(np.arange(1.0, needed + 1.0))] * tests)) < 0.05
    assert min(holm([wilcoxon(np.arange(1.0, needed))] * tests)) >= 0.05


def test_the_interval_is_students() -> None:
    values = np.random.default_rng(1).normal(0.3, 1.0, 17)
    expected = scipy.stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((values.mean(), expected.low, expected.high))


def test_intervals_of_few_values() -> None:
    assert np.isnan(mean_interval([])).all()
    assert mean_interval([2.0])[0] == 2.0
    assert np.isnan(mean_interval([2.0])[1:]).all()
    assert mean_interval([2.0, 2.0, 2.0]) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("pairs", [3, 8, 25, 50])
def test_signed_ranks_are_exact_as_scipys(pairs: int) -> None:
    values = np.random.default_rng(pairs).normal(0.2, 1.0, pairs)
    assert wilcoxon(values) == pytest.approx(scipy.stats.wilcoxon(values, method="exact").pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_signed_ranks_with_ties_are_exact_by_enumeration(seed: int) -> None:
    values = np.random.default_rng(seed).integers(-2, 4, 10).astype(float)
    kept = values[values != 0]
    ranks = scipy.stats.rankdata(np.abs(kept))
    sums = np.array([np.dot(ranks, signs) for signs in product((0, 1), repeat=len(ranks))])
    observed = ranks[kept > 0].sum()
    expected = 2 * min((sums <= observed).mean(), (sums >= observed).mean())
    assert wilcoxon(values) == pytest.approx(min(1.0, expected))


def test_signed_ranks_of_many_pairs_are_scipys_approximation() -> None:
    values = np.random.default_rng(3).normal(0.05, 1.0, EXACT_UP_TO + 100)
    expected = scipy.stats.wilcoxon(values, method="approx", correction=False).pvalue
    assert wilcoxon(values) == pytest.approx(expected, rel=1e-9)


def test_signed_ranks_of_nothing_but_zeros() -> None:
    assert wilcoxon([0.0, 0.0]) == 1.0
    assert np.isnan(wilcoxon([]))


def made_up(arms: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """Runs of made-up arms: each indicator not given is 1, each budget 100 raised and placed."""
    money = dict.fromkeys(SUMMARY_NAMES, 1.0) | {"budget_leaked": 0.0, "budget_administration": 0.0}
    money |= {"budget_raised": 100.0, "budget_placed": 100.0, "equity_recovered": 0.0}
    rows = []
    for policy, given in arms.items():
        for seed in range(len(next(iter(given.values())))):
            values = {name: series[seed] for name, series in given.items()}
            rows.append({"set": 0, "policy": policy, "seed": seed, "status": "ok", **money, **values})
    return pd.DataFrame(rows)


def study_of(*names: str, outcomes: tuple[str, ...] = (), seeds: int = 5) -> Study:
    return Study(policies=tuple(find_policy(name) for name in names), seeds=tuple(range(seeds)), outcomes=outcomes)


def row(table: pd.DataFrame, policy: str, indicator: str) -> pd.Series:
    return table[(table["policy"] == policy) & (table["indicator"] == indicator)].iloc[0]


def test_differences_are_paired_by_seed_whatever_the_order_of_rows() -> None:
    runs = made_up({"rebate": {"welfare": [1, 2, 3, 4, 5]}, "grants": {"welfare": [2, 3, 5, 4, 8]}})
    table = tabulate(study_of("rebate", "grants"), runs.sample(frac=1.0, random_state=1))
    found = row(table, "grants", "welfare")
    assert found["mean"] == pytest.approx(4.4)
    assert found["difference"] == pytest.approx(1.4)
    expected = scipy.stats.ttest_1samp([1, 1, 2, 0, 3], 0.0).confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))
    assert found["share_better"] == pytest.approx(0.8)
    assert found["n"] == 5
    assert found["per_unit"] == pytest.approx(0.014)


def test_lower_is_better_for_times_and_never_is_later_than_any() -> None:
    never = np.nan
    runs = made_up(
        {"rebate": {"time_to_50": [10, never, 30, never, 20]}, "grants": {"time_to_50": [8, 40, never, never, 20]}}
    )
    found = row(tabulate(study_of("rebate", "grants"), runs), "grants", "time_to_50")
    assert (found["n"], found["n_own"]) == (2, 3)
    assert found["mean"] == pytest.approx((8 + 40 + 20) / 3)
    assert found["difference"] == pytest.approx(-1.0)
    assert np.isnan(found["per_unit"])  # quarters per unit of money say nothing
    assert found["share_better"] == pytest.approx(2 / 5)


def test_policies_that_end_apart_are_not_compared_at_withdrawal() -> None:
    """After 20 quarters a policy has come to something else than after 120; withdrawn together they end together."""
    name, short = "bonsai_dependence_at_withdrawal", find_policy("grants").replace(name="short", end=20)
    arms = (find_policy("rebate"), find_policy("grants"), short)
    study = Study(policies=arms, seeds=(0, 1), outcomes=(name, "welfare"))
    runs = made_up({arm.name: {name: [0.1, 0.2], "welfare": [1.0, 2.0]} for arm in arms})
    known = tabulate(study, runs).set_index(["policy", "indicator"])["difference"].notna()
    assert known["grants", name] and known["short", "welfare"] and not known["short", name]
    together = replace(study, parameters=Parameters(withdrawal=10))
    assert tabulate(together, runs).set_index(["policy", "indicator"])["difference"].notna()["short", name]


def test_seeds_that_one_arm_lacks_are_left_out() -> None:
    runs = made_up({"rebate": {"welfare": [1, 2, 3, 4, 5]}, "grants": {"welfare": [2, 3, 4, 5, 6]}})
    runs.loc[(runs["policy"] == "grants") & (runs["seed"] == 4), "status"] = "failed"
    found = row(tabulate(study_of("rebate", "grants"), runs), "grants", "welfare")
    assert (found["n"], found["difference"], found["mean"]) == (4, 1.0, 3.5)


def test_a_table_of_nothing_but_failures_is_empty_of_numbers() -> None:
    runs = made_up({"rebate": {"welfare": [1, 2]}, "grants": {"welfare": [1, 2]}}).assign(status="failed")
    table = tabulate(study_of("rebate", "grants", seeds=2), runs)
    assert len(table) == 2 * len(HEADLINE)
    assert table[["mean", "difference", "low", "high", "share_better", "p_holm"]].isna().all(axis=None)


def test_p_values_are_adjusted_over_the_whole_table() -> None:
    rng = np.random.default_rng(5)
    given = {
        name: {"welfare": list(rng.normal(size=9)), "output": list(rng.normal(size=9))}
        for name in ("rebate", "grants", "vouchers")
    }
    table = tabulate(study_of("rebate", "grants", "vouchers", outcomes=("welfare", "output"), seeds=9), made_up(given))
    raw = [
        scipy.stats.wilcoxon(np.subtract(given[policy][name], given["rebate"][name]), method="exact").pvalue
        for policy in ("grants", "vouchers")
        for name in ("welfare", "output")
    ]
    tested = table[table["policy"] != "rebate"]
    assert tested["p_holm"].to_numpy() == pytest.approx(holm(raw))
    assert table.loc[table["policy"] == "rebate", "p_holm"].isna().all()


def test_an_arm_that_spends_too_little_is_marked_and_not_ranked() -> None:
    low = {
        "welfare": [9.0] * 5,
        "budget_placed": [80.0] * 5,
        "budget_leaked": [5.0] * 5,
        "budget_administration": [2.0] * 5,
    }
    table = tabulate(
        study_of("rebate", "grants", "vouchers"),
        made_up({"rebate": {"welfare": [1.0] * 5}, "grants": low, "vouchers": {"welfare": [9.0] * 5}}),
    )
    unequal, equal = row(table, "grants", "welfare"), row(table, "vouchers", "welfare")
    assert unequal["equal_money"] is False
    assert np.isnan(unequal["share_better"])
    assert np.isnan(unequal["p_holm"])
    assert unequal["per_unit"] == pytest.approx(8.0 / 80.0)
    assert equal["equal_money"] is True
    assert equal["share_better"] == 1.0


@pytest.mark.parametrize(
    ("spent", "raised", "expected"),
    [
        (95.0, 100.0, True),
        (94.9, 100.0, False),
        (105.0, 100.0, True),
        (105.2, 100.0, False),
        (0.0, 0.0, None),
        (200.0, 200.0, False),
    ],
)
@pytest.mark.parametrize("column", SPENT)
def test_equal_money(spent: float, raised: float, expected: bool | None, column: str) -> None:
    """However it was spent, also as equity that came back. One seed has no interval and is judged itself."""
    arm, reference = ({name: [0.0] for name in MONEY_COLUMNS} | {"budget_raised": [sum_]} for sum_ in (raised, 100.0))
    arm[column] = [spent]
    assert equal_money(pd.DataFrame(arm), pd.DataFrame(reference)) is expected


def test_all_points_at_once_are_judged_as_one_by_one() -> None:
    """Also where runs failed, where nothing was raised, and where a point has one seed."""
    draws, rows = np.random.default_rng(5), []
    for point, policy, seed in product(range(12), ("rebate", "grants", "vouchers"), range(5)):
        raised = 0.0 if point == 3 or (policy == "rebate" and point == 4) else 100.0 + draws.normal(0.0, point / 2)
        row = {
            "point": point,
            "set": 0,
            "policy": policy,
            "seed": seed,
            "budget_raised": raised,
            "equity_recovered": 0.0,
        }
        row |= {"budget_placed": raised * draws.uniform(0.9, 1.0), "budget_leaked": 0.0, "budget_administration": 3.0}
        failed = (policy, point) in (("rebate", 7), ("grants", 8)) or (point == 9 and seed > 0) or draws.random() < 0.1
        rows.append(row | {"status": "failed" if failed else "ok"})
    runs = pd.DataFrame(rows)
    found = unequal_points(runs, "rebate")
    ok = runs[runs["status"] == "ok"].set_index("seed")
    for policy, point in product(("rebate", "grants", "vouchers"), range(12)):
        ours, theirs = (ok[(ok["point"] == point) & (ok["policy"] == name)] for name in (policy, "rebate"))
        assert (point in found.get(policy, ())) is (len(ours) > 0 and equal_money(ours, theirs) is False), (
            policy,
            point,
        )
    assert 0 < sum(map(len, found.values())) < 36


def spending(returned: list[float]) -> dict[str, dict[str, list[float]]]:
    """A reference that spends all, and vouchers that return so much of 100 in each seed and do better."""
    seeds = len(returned)
    placed = [100.0 - left for left in returned]
    own = {"welfare": [9.0 + seed % 3 for seed in range(seeds)], "budget_placed": placed}
    return {"rebate": {"welfare": [1.0] * seeds}, "vouchers": own, "grants": {"welfare": [2.0] * seeds}}


@pytest.mark.parametrize("least", [0.0, 1.0, 2.0])
def test_more_seeds_do_not_take_a_rank_away(least: float) -> None:
    """Around a gap of 1 % as at one of 3 %: the same data with more seeds only narrow the interval."""
    ranked = {}
    for seeds in (4, 20, 100):
        arms = spending([least + 0.02 * (seed % 2) for seed in range(seeds)])
        table = tabulate(study_of("rebate", "grants", "vouchers", seeds=seeds), made_up(arms))
        ranked[seeds] = row(table, "vouchers", "welfare")["rank"]
    assert ranked == dict.fromkeys((4, 20, 100), 1)


def test_a_gap_that_too_few_seeds_leave_open_is_not_equal_and_more_seeds_close_it() -> None:
    """The mean lies within the margin both times; only the interval's width differs."""
    for seeds, equal in ((4, False), (100, True)):
        arms = spending([0.0 if seed % 2 else 100.0 * MONEY_MARGIN for seed in range(seeds)])
        found = row(
            tabulate(study_of("rebate", "grants", "vouchers", seeds=seeds), made_up(arms)), "vouchers", "welfare"
        )
        assert found["equal_money"] is equal
        assert found["spent_share"] == pytest.approx(1.0 - MONEY_MARGIN / 2)
        assert (found["spent_low"] < 1.0 - MONEY_MARGIN) is not equal


def test_a_present_value_is_compared_with_the_present_value_of_the_money() -> None:
    """Money of the second quarter counts 1 / 1.01 at 1 % a quarter; undiscounted welfare counts all alike."""
    runs = made_up({"rebate": {"welfare_r1": [1.0, 2.0]}, "grants": {"welfare_r1": [3.0, 5.0]}})
    placed = [(policy, seed, quarter, 50.0) for policy in ("rebate", "grants") for seed in (0, 1) for quarter in (0, 1)]
    series = pd.DataFrame(placed, columns=["policy", "seed", "period", "budget_placed"]).assign(set=0)
    study = study_of("rebate", "grants", outcomes=("welfare_r1", "welfare_r2", "welfare"), seeds=2)
    table = tabulate(study, runs, series)
    assert row(table, "grants", "welfare_r1")["per_unit"] == pytest.approx(2.5 / (50.0 + 50.0 / 1.01))
    assert row(table, "grants", "welfare")["per_unit"] == 0.0
    assert np.isnan(row(tabulate(study, runs), "grants", "welfare_r1")["per_unit"])  # not known without the series


@pytest.mark.parametrize(("name", "rate"), [("welfare_r1", 0.01), ("welfare_r2", 0.02), ("welfare_pv_0_5", 0.005)])
def test_money_is_discounted_as_the_indicator_is(name: str, rate: float) -> None:
    run = simulate(TINY, "grants", 0)
    assert run.summary[name] == pytest.approx(np.sum(run.series["welfare"] / (1.0 + rate) ** np.arange(TINY.horizon)))
    study = Study(parameters=TINY, policies=(find_policy("grants"),), seeds=(0,), outcomes=(name,))
    table = compare_study(study, execution=Execution(jobs=1)).table
    worth = np.sum(run.series["budget_placed"] / (1.0 + rate) ** np.arange(TINY.horizon))
    found = row(table, "grants", name)
    assert found["per_unit"] == pytest.approx(found["difference"] / worth)


def test_every_headline_indicator_is_a_summary_indicator() -> None:
    assert set(HEADLINE) <= set(SUMMARY_NAMES)


def test_the_table_is_what_simulate_gives() -> None:
    table = compare(["grants"], TINY, seeds=3, jobs=1)
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert list(table["policy"].unique()) == ["rebate", "grants"]
    welfare = {
        name: [simulate(TINY, name, seed).summary["welfare"] for seed in range(3)] for name in ("rebate", "grants")
    }
    found = row(table, "grants", "welfare")
    assert found["mean"] == np.mean(welfare["grants"])
    assert found["difference"] == pytest.approx(np.mean(np.subtract(welfare["grants"], welfare["rebate"])), abs=1e-12)
    assert found["money_placed"] == np.mean(
        [simulate(TINY, "grants", seed).summary["budget_placed"] for seed in range(3)]
    )


def test_arms_that_differ_in_name_only_differ_by_exactly_zero() -> None:
    comparison = compare_study(
        Study(
            parameters=TINY,
            policies=(find_policy("grants"), find_policy("selective")),
            seeds=(0, 1),
            reference="grants",
        )
    )
    other = comparison.table[comparison.table["policy"] == "selective"]
    known = other["mean"].notna()
    assert known.any()
    assert (other.loc[known, "difference"].dropna() == 0.0).all()
    assert (other["p_holm"].dropna() == 1.0).all()
    assert list(comparison.runs["policy"]) == ["grants", "grants", "selective", "selective"]


def test_a_comparison_hands_on_runs_and_series() -> None:
    comparison = compare_study(Study(parameters=TINY, policies=(find_policy("grants"),), seeds=(4, 2)))
    assert comparison.policies == ("rebate", "grants")
    assert set(zip(comparison.runs["policy"], comparison.runs["seed"], strict=True)) == {
        (p, s) for p in ("rebate", "grants") for s in (2, 4)
    }
    own = comparison.series[(comparison.series["policy"] == "grants") & (comparison.series["seed"] == 4)]
    np.testing.assert_array_equal(own["adoption"], simulate(TINY, "grants", 4).series["adoption"])
    assert list(own["period"]) == list(range(TINY.horizon))
    assert comparison.failed == 0


def test_what_compare_refuses() -> None:
    with pytest.raises(BadInput, match="did you mean 'grants'"):
        compare(["grnts"], TINY, seeds=1)
    with pytest.raises(BadInput, match="must be a list"):
        compare("grants", TINY, seeds=1)
    with pytest.raises(BadInput, match="unknown parameter"):
        compare(["grants"], {"usrs": 3}, seeds=1)
    with pytest.raises(BadInput, match="nqpf sweep"):
        compare_study(Study(uncertain={"users": {"range": [1, 2]}}, policies=(find_policy("grants"),)))
