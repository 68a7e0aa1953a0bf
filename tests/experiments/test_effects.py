"""The effects of the 2x2, ranks and verdicts: known answers, and the same answer for either side."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.answer import findings
from experiments.analysis.effects import CLAIMED, CONTRASTS, EFFECT_COLUMNS, cells, contrasts
from experiments.analysis.ranks import levels, ranks
from experiments.analysis.verdicts import (
    AS_EXPECTED,
    CONTRADICTED,
    IDENTICAL,
    NO_DATA,
    NOT_RANKED,
    OPEN,
    OPEN_READING,
    UNEQUAL_MONEY,
    essay_verdict,
    reading,
    turned,
)
from experiments.commands.json import records, to_json
from experiments.statistics import Interval, mean_interval
from model.policy.policy import Policy
from model.policy.presets import policies
from tests.comparisons import LIFT, SIX, analysed_again, made_up, with_money_left_over

FOUR = ("rd_credit", "grants", "vouchers", "procurement")
FILLED = cells([policies[name] for name in SIX])
SWAPS = {
    "side": {"rd_credit": "vouchers", "vouchers": "rd_credit", "grants": "procurement", "procurement": "grants"},
    "reach": {"rd_credit": "grants", "grants": "rd_credit", "vouchers": "procurement", "procurement": "vouchers"},
}
MIRRORED = {AS_EXPECTED: CONTRADICTED, CONTRADICTED: AS_EXPECTED, OPEN: OPEN, None: None, NO_DATA: NO_DATA}


def random_cells(seed: int) -> pd.DataFrame:
    """Numbers for the four cells over nine seeds."""
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(9, 4)), columns=list(FOUR))


def effects_of(comparison, indicator="welfare"):
    return comparison.effects.query("indicator == @indicator").set_index("effect")


def test_contrasts_against_numbers_by_hand():
    values = pd.DataFrame(
        {"rd_credit": [1.0, 2.0], "grants": [0.0, 1.0], "vouchers": [5.0, 6.0], "procurement": [3.0, 4.0]}
    )
    found = contrasts(values, FILLED)
    assert [found[name].mean for name in ("side", "reach", "interaction")] == [3.5, 1.5, 1.0]
    assert found["side"].low == found["side"].high == 3.5
    values.loc[2] = [9.0, 9.0, np.nan, 9.0]  # a seed without all four cells is left out
    assert contrasts(values, FILLED) == found
    assert contrasts(values, {cell: name for cell, name in FILLED.items() if name != "grants"}) == {}


def test_a_contrast_is_the_interval_of_differences_seed_by_seed():
    """Random draws that a seed gives to all four cells cancel."""
    values = random_cells(1)
    side = (values["vouchers"] + values["procurement"] - values["rd_credit"] - values["grants"]) / 2
    noisy = contrasts(values.add(1000.0 * values.index.to_series(), axis=0), FILLED)["side"]
    np.testing.assert_allclose(contrasts(values, FILLED)["side"], mean_interval(side))
    np.testing.assert_allclose(noisy, mean_interval(side), atol=1e-9)


@pytest.mark.parametrize("swapped", SWAPS)
@pytest.mark.parametrize("seed", range(3))
def test_cells_that_exchange_names_turn_the_signs(swapped, seed):
    """Of the swapped effect and of the interaction; the other effect stays as it is."""
    values = random_cells(seed)
    before, after = contrasts(values, FILLED), contrasts(values.rename(columns=SWAPS[swapped]), FILLED)
    for name in CONTRASTS:
        kept = before[name] if name not in (swapped, "interaction") else turned(before[name])
        np.testing.assert_allclose(after[name], kept, atol=1e-12)


def test_aliases_and_mixes_in_the_two_by_two():
    mixed = Policy(mix={"grants": 0.5, "vouchers": 0.5})
    found = cells([policies["selective"], policies["grants"], policies["application"], mixed])
    assert found == {("R&D", "selective"): "selective", ("application", "broad"): "application"}
    assert cells([policies["sequenced"]]) == {}  # first on one side, later on the other


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize(
    ("interval", "favours"), [((2, 1, 3), 1), ((-2, -3, -1), -1), ((1, -1, 3), 0), ((0, 0, 0), 0), ((1, 0, 2), 0)]
)
def test_the_verdict_by_the_interval(interval, favours, better):
    favours *= 1 if better == "higher" else -1
    assert essay_verdict(Interval(*interval), better) == {1: AS_EXPECTED, -1: CONTRADICTED, 0: OPEN}[favours]


def test_verdicts_that_cannot_be_given():
    clear, missing = Interval(2.0, 1.0, 3.0), Interval(np.nan, np.nan, np.nan)
    assert essay_verdict(clear, "") is None
    assert essay_verdict(missing, "higher") == NO_DATA
    assert essay_verdict(clear, "higher", equal_money=False) == UNEQUAL_MONEY


@pytest.mark.parametrize("spread", [0.2, 0.004])
def test_mirrored_data_give_mirrored_verdicts(spread):
    """Also where noise leaves some claims open."""
    for seed in range(3):
        values = np.random.default_rng(seed).normal(0.0, spread, 4)
        lift = dict(zip(FOUR, values, strict=True))
        ours, theirs = (made_up(lift={name: sign * by for name, by in lift.items()}) for sign in (1.0, -1.0))
        for comparison, sign in ((ours, 1.0), (theirs, -1.0)):
            level = 100.0 + 10.0 * np.random.default_rng(seed).normal(size=8)
            runs = comparison.runs
            own = np.random.default_rng(seed + 99).normal(0.0, 0.01, len(runs))
            runs["welfare"] = level[runs["seed"]] + sign * (runs["policy"].map(lift).fillna(0.0) + own)
        ours, theirs = analysed_again(ours), analysed_again(theirs)
        found, mirrored = effects_of(ours), effects_of(theirs)
        np.testing.assert_allclose(found["mean"], -mirrored["mean"], atol=1e-9)
        assert [MIRRORED[verdict] for verdict in found["verdict"]] == list(mirrored["verdict"])
        words = {"better": "worse", "worse": "better"}
        for row, other in zip(ours.table.itertuples(), theirs.table.itertuples(), strict=True):
            if row.indicator == "welfare" and row.reading:
                weak, _, word = row.reading.rpartition(" ")
                assert other.reading == f"{weak} {words.get(word, word)}".strip()


def test_readings():
    assert [reading(Interval(*gap), "lower") for gap in ((2, 1, 3), (-2, -3, -1), (1, -1, 3))] == [
        "worse", "better", OPEN_READING,
    ]  # fmt: skip
    assert reading(Interval(2, 1, 3), "higher", p_holm=0.05) == "weakly better"
    assert reading(Interval(2, 1, 3), "", p_holm=0.04) == "higher"
    assert reading(Interval(0, 0, 0), "higher") == IDENTICAL
    assert reading(Interval(np.nan, np.nan, np.nan), "higher") == NO_DATA


def test_the_table_of_effects():
    comparison = made_up()
    assert tuple(comparison.effects.columns) == EFFECT_COLUMNS
    found = effects_of(comparison)
    assert list(found.index) == ["side", "reach", "interaction"] and (found["n"] == 8).all()
    assert [found["verdict"][effect] for effect in CLAIMED] == [AS_EXPECTED, AS_EXPECTED]
    assert found["verdict"]["interaction"] is None and found["equal_money"].all()
    assert made_up(["rebate", "vouchers"]).effects.empty
    assert list(made_up(["rebate", "vouchers"]).effects.columns) == list(EFFECT_COLUMNS)


def test_effects_of_unequal_money_have_no_verdict():
    found = effects_of(with_money_left_over("vouchers"))
    assert not found["equal_money"].any()
    assert [found["verdict"][effect] for effect in CLAIMED] == [UNEQUAL_MONEY, UNEQUAL_MONEY]


def test_effects_at_withdrawal_need_one_withdrawal():
    """Sums up to two different quarters differ by the quarters."""
    short = policies["procurement"].replace(name="short", end=20)
    arms = [policy for policy in SIX if policy != "procurement"]
    for last, known in ((short, False), (policies["procurement"], True)):
        comparison = made_up([*arms, last], horizon=160, outcomes=("welfare", "welfare_at_withdrawal"))
        assert effects_of(comparison, "welfare_at_withdrawal")["mean"].notna().all() == known
        assert effects_of(comparison)["mean"].notna().all()


def test_ranks_by_level():
    assert ranks({"a": 1.0, "b": 2.0, "c": 2.0, "d": np.nan}, "higher") == {"a": 3, "b": 1, "c": 1}
    assert ranks({"a": 1.0}, "") == {}


def test_ranks_in_the_table():
    """Among policies that raised and spent the same: neither without money nor with unequal money."""
    rank = made_up().table.query("indicator == 'welfare'").set_index("policy")["rank"]
    order = sorted((name for name in SIX if name != "laissez_faire"), key=lambda name: -LIFT[name])
    assert rank.dropna().to_dict() == {name: place for place, name in enumerate(order, start=1)}
    unequal = with_money_left_over("vouchers").table.query("indicator == 'welfare'").set_index("policy")
    assert unequal["rank"].dropna().to_dict() == {name: place for place, name in enumerate(order[1:], start=1)}
    assert unequal["reading"]["vouchers"] == NOT_RANKED


def test_a_policy_that_is_quick_in_a_few_seeds_does_not_lead():
    """Times are ranked by the median, never being later than any; a failed run is not a time."""
    runs = made_up(arms=["rebate", "grants", "vouchers"], seeds=6).runs
    runs["time_to_50"] = 30.0
    runs.loc[runs["policy"] == "grants", "time_to_50"] = [20.0] + [np.nan] * 5
    runs.loc[(runs["policy"] == "vouchers") & (runs["seed"] < 4), "status"] = "failed"
    found = levels(runs, "time_to_50")
    assert found == {"rebate": 30.0, "grants": np.inf, "vouchers": 30.0}
    assert ranks(found, "lower") == {"rebate": 1, "vouchers": 1, "grants": 3}


def test_percent_of_the_size_of_the_reference():
    """So that it has the difference's sign also where the reference's mean is below zero."""
    comparison = made_up()
    for factor in (1.0, -1.0):
        comparison.runs["welfare"] = factor * 100.0
        comparison.runs.loc[comparison.runs["policy"] == "grants", "welfare"] = factor * 100.0 + 25.0
        table = analysed_again(comparison).table.query("indicator == 'welfare'").set_index("policy")
        assert table["percent"]["grants"] == 25.0 and np.isnan(table["percent"]["rebate"])


def test_the_lead_is_turned_to_the_leader():
    """Also where lower is better, and where the leader has the smaller mean."""
    (welfare, *_) = findings(made_up())
    assert (welfare.lead.first, welfare.lead.second) == ("vouchers", "procurement")
    assert welfare.lead.clear and 0.0 < welfare.lead.gap.low < welfare.lead.gap.mean < welfare.lead.gap.high
    comparison = made_up()
    comparison.runs["hhi"] = comparison.runs["welfare"]
    comparison = replace(comparison, study=replace(comparison.study, outcomes=("hhi",)))
    (found,) = findings(analysed_again(comparison))
    assert found.lead.first == "grants" and found.lead.gap.low > 0.0
    assert found.higher[0] == "vouchers" and found.lower == ("grants",)


def test_json_holds_the_table_and_the_effects():
    """Cell by cell; a cell without a value is null."""
    comparison = made_up(lift={**LIFT, "vouchers": 0.1})
    for frame in (comparison.table, comparison.effects):
        read = json.loads(to_json(records(frame)))
        assert [list(row) for row in read] == [list(frame.columns)] * len(frame)
        for column in frame:
            cells_read = [row[column] for row in read]
            assert [cell is None for cell in cells_read] == frame[column].isna().tolist()
            known = [cell for cell in cells_read if cell is not None]
            assert known == frame[column].dropna().tolist()
    ranked = {row["rank"] for row in records(comparison.table)}
    assert ranked == {None, 1, 2, 3, 4, 5}
