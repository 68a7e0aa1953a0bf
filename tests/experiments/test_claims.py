"""Claims: the rule of verdicts on known numbers, entries that name what exists, and a trial of tiny economies."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import ttest_rel

from experiments.claims.claim import EFFICACY, HORIZON, POLICY, RATE, Arm, Claim
from experiments.claims.claims import CLAIMS, find_claims
from experiments.claims.grid import ACTS_ON, POLICY_GRID, grid_cells, in_cell, with_changes
from experiments.claims.measures import CLAIM_MEASURES, LONGEST
from experiments.claims.runs import arms_of_claim, variants_of
from experiments.claims.support_claims import UNTESTED
from experiments.claims.verdict import (
    AGAINST,
    CELL_VERDICTS,
    CONDITIONAL,
    CONTRADICTED_CLAIM,
    FEWEST_SETS,
    FOR,
    OPEN_CELL,
    SPLIT,
    SUPPORTED,
    UNDETERMINED,
    UNEQUAL,
    cell_verdict,
    claim_verdict,
    spread,
)
from experiments.study.addresses import ADDRESSES
from model import Parameters, simulate
from model.declaration import sources
from model.declaration.errors import BadInput
from model.policy.catalogue import INSTRUMENTS
from model.policy.presets import policies
from tests.economies import SMALL, TINY


# -- the rule
def table(by_set: list[float], noise: float = 0.1, seeds: int = 8) -> np.ndarray:
    """Sets with these means, and noise that has a mean of zero in every set."""
    drawn = np.random.default_rng(1).normal(0.0, noise, (len(by_set), seeds))
    return np.array(by_set)[:, None] + drawn - drawn.mean(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("by_set", "verdict"),
    [
        ([1.0] * 10, FOR), ([-1.0] * 10, AGAINST), ([1.0] * 5 + [-1.0] * 5, SPLIT),
        ([1.0] * (FEWEST_SETS - 1), OPEN_CELL), ([1.0] * FEWEST_SETS, FOR), ([1.0], FOR), ([-1.0], AGAINST),
        ([0.0] * 10, OPEN_CELL), ([1.0] * 7 + [-1.0] * 3, SPLIT), ([1.0, 1.1, 0.9, 1.3, 0.8, 1.0, 1.2], FOR),
    ],
)  # fmt: skip
def test_verdicts_on_cells(by_set: list[float], verdict: str) -> None:
    assert cell_verdict(spread(table(by_set))) == verdict


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ([FOR] * 10, SUPPORTED), ([AGAINST] * 10, CONTRADICTED_CLAIM), ([OPEN_CELL] * 10, UNDETERMINED),
        ([FOR] * 9 + [OPEN_CELL], SUPPORTED), ([FOR] * 9 + [AGAINST], CONDITIONAL), ([SPLIT] * 10, CONDITIONAL),
        ([FOR] * 5 + [OPEN_CELL] * 5, CONDITIONAL), ([AGAINST] + [OPEN_CELL] * 3, CONDITIONAL),
        ([AGAINST] + [OPEN_CELL] * 4, UNDETERMINED), ([UNEQUAL] * 3, UNDETERMINED), ([], UNDETERMINED),
        ([AGAINST] * 19 + [FOR], CONDITIONAL), ([FOR] * 19 + [AGAINST], CONDITIONAL),
        ([UNEQUAL] * 90 + [FOR] * 2, SUPPORTED),
    ],
)  # fmt: skip
def test_verdicts_on_claims(cells: list[str], verdict: str) -> None:
    assert claim_verdict(cells) == verdict


TURNED = {FOR: AGAINST, AGAINST: FOR, SUPPORTED: CONTRADICTED_CLAIM, CONTRADICTED_CLAIM: SUPPORTED}


def test_both_signs_are_treated_alike() -> None:
    """Turned numbers give the turned verdict: for random tables of all kinds, and for all mixtures of cells."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        sets, seeds = rng.integers(1, 15), rng.integers(1, 7)
        values = rng.normal(rng.normal(), 1.0, (sets, 1)) * rng.integers(0, 3) + rng.normal(0.3, 1.0, (sets, seeds))
        found = cell_verdict(spread(values))
        assert cell_verdict(spread(-values)) == TURNED.get(found, found)
    for cells in product(CELL_VERDICTS, repeat=4):
        found = claim_verdict(list(cells))
        assert claim_verdict([TURNED.get(cell, cell) for cell in cells]) == TURNED.get(found, found)


def test_what_does_not_differ_is_undetermined() -> None:
    """Differences that are all zero, noise around zero, and one seed: none has a verdict."""
    assert cell_verdict(spread(np.zeros((20, 4)))) == OPEN_CELL
    assert cell_verdict(spread(np.full((20, 1), 3.0))) == OPEN_CELL
    assert cell_verdict(spread(np.zeros((0, 0)))) == OPEN_CELL


def test_noise_alone_seldom_has_a_verdict() -> None:
    """The t interval over seeds leaves out zero in one of 20 tables of noise. Sets do not make it more."""
    rng = np.random.default_rng(3)
    found = [cell_verdict(spread(rng.normal(0.0, 1.0, (20, 5)))) for _ in range(1000)]
    assert found.count(OPEN_CELL) > 930


def test_the_spread_of_true_means_is_found_again() -> None:
    """Random effects: sets' means of sd 2 under noise of sd 1, with seeds that shift all sets."""
    rng = np.random.default_rng(5)
    values = rng.normal(0.0, 2.0, (4000, 1)) + rng.normal(0.0, 1.0, (4000, 4)) + rng.normal(0.0, 3.0, (1, 4))
    assert spread(values).between == pytest.approx(2.0, rel=0.05)
    assert spread(rng.normal(0.0, 1.0, (400, 4))).between == 0.0


def test_sets_differ_by_the_test_of_pairs_where_there_are_two() -> None:
    """With two sets, the F test with seeds as blocks is the t test of paired seeds."""
    values = np.random.default_rng(9).normal(0.0, 1.0, (2, 7)) + np.array([[0.0], [0.8]])
    assert spread(values).p_sets == pytest.approx(ttest_rel(*values).pvalue)


# -- the registry
def test_all_sixteen_are_there() -> None:
    assert {claim.number for claim in CLAIMS.values()} == set(range(1, 17))
    assert {one.number for one in UNTESTED} <= set(range(1, 17)) and all(one.reason for one in UNTESTED)
    assert [claim.id for claim in find_claims(["2", "10", "2a"])] == ["2a", "2b", "10"]
    with pytest.raises(BadInput, match="did you mean '16'"):
        find_claims(["16x"])


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_entries_name_what_exists(claim: Claim) -> None:
    """Essays that are declared sources, parameters, traits, measures of every cell, and words for all of it."""
    cited = {value for name, value in vars(sources).items() if name.isupper()}
    assert claim.passages and all(passage.text and passage.source in cited for passage in claim.passages)
    names = {axis.name for axis in claim.axes}
    assert names <= {EFFICACY, POLICY, RATE, HORIZON, *ADDRESSES}
    assert all(set(axis.quick) <= set(axis.levels) for axis in claim.axes)
    arms = list(arms_of_claim(claim))
    assert all((arm.policy is None) <= (POLICY in names) for arm in arms)
    for cell in grid_cells(claim.axes, quick=False):
        assert claim.outcome.measure.format(rate=cell.get(RATE), horizon=cell.get(HORIZON)) in CLAIM_MEASURES
    for word in (claim.title, claim.statement, claim.treatment_words, claim.reference_words, claim.falsified_by,
                 claim.opposite, claim.outcome.words):  # fmt: skip
        assert word and ";" not in word
    assert len(claim.title) <= 35 and claim.expected in (1, -1)
    for changes, policy in variants_of([claim], quick=False):
        changed = with_changes(Parameters(), changes)
        assert changed.horizon < LONGEST and policy.name
        assert len(changes) == len({name for name, _ in changes})


def test_a_claim_about_policy_is_tried_at_every_parameter_that_acts_under_policy_only() -> None:
    """What acts on an arm's instruments is an axis, so that no value of it is taken for granted."""
    for claim in CLAIMS.values():
        names = {axis.name for axis in claim.axes}
        presets = [policies[str(name)] for axis in claim.axes if axis.name == POLICY for name in axis.levels]
        for arm in arms_of_claim(claim):
            for policy in presets if arm.policy is None else [arm.policy]:
                used = {name for name, share in policy.mix if share > 0.0}
                acting = {name for name, instruments in ACTS_ON.items() if used & set(instruments)}
                acting |= {EFFICACY} if any(INSTRUMENTS[name].efficacy for name in used) else set()
                assert acting <= names, claim.id


@pytest.mark.parametrize("name", [axis.name for axis in POLICY_GRID])
def test_a_parameter_acts_where_it_is_declared_to(name: str) -> None:
    """A run of an instrument that it does not act on is the same at another value, to the last bit."""
    at = {value: Parameters(**{**SMALL, "horizon": 16, "payback": 8.0, name: value}) for value in (0.0, 0.3)}
    for instrument in INSTRUMENTS:
        if instrument not in ACTS_ON[name] and instrument != "rebate":
            one, other = (simulate(at[value], instrument, 1).own_summary for value in at)
            assert one["welfare"] == other["welfare"] and one["budget_placed"] == other["budget_placed"], instrument
    for instrument in ACTS_ON[name]:
        one, other = (simulate(at[value], instrument, 1).own_summary["welfare"] for value in at)
        assert one != other, instrument


def test_levels_change_only_what_they_act_on() -> None:
    cell = {"displacement": 1.0, "incidence": 0.3, "subsidy_belief": 0.0, EFFICACY: 10.0, "policy.budget": 0.02}
    changes, policy = in_cell(Arm(policies["grants"]), cell, policies)
    assert dict(changes) == {"displacement": 1.0} and policy.budget == 0.02
    changes, policy = in_cell(Arm(policies["laissez_faire"]), cell, policies)
    assert not changes and policy == policies["laissez_faire"]
    changes, _ = in_cell(Arm(policies["community"]), cell, policies)
    changed = with_changes(Parameters(), changes)
    assert changed.platform_efficacy == 10.0 * Parameters().platform_efficacy
    assert set(dict(changes)) == {"platform_efficacy", "common_efficacy", "infrastructure_efficacy"}


def test_outcomes_read_the_same_of_a_longer_run() -> None:
    """A horizon changes nothing before it, so that one run serves both."""
    short, long = (simulate(TINY.replace(horizon=horizon), "vouchers", 2) for horizon in (14, 20))
    for name in ("welfare", "useful_technology", "private_rd", "output"):
        np.testing.assert_array_equal(short.series[name], long.series[name][:14])
