"""Traits of a policy: each moves something under the instrument that it belongs to, and as theory says."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from model.policy.instruments import NUMBER
from model.policy.policy import Policy
from model.simulation import simulate
from model.state.ledger import Entry

SEEDS = (0, 1, 2, 3)
HERE: dict[str, Any] = {}  # the small economy as it is
SELECTIVE = {"mix": {"grants": 0.4, "vouchers": 0.3, "procurement": 0.3}}
GRANTS, FUND, MISSION = ({"mix": {name: 1.0}} for name in ("grants", "guidance_fund", "mission"))


class Trait(NamedTuple):
    """Two values of a trait, the policy and the economy in which they are tried."""

    values: tuple[Any, Any]
    policy: dict[str, Any] = SELECTIVE
    economy: dict[str, Any] = HERE


TRAITS: dict[str, Trait] = {
    "mix": Trait(({"grants": 1.0}, {"vouchers": 1.0})),
    "later_mix": Trait(({"grants": 1.0}, {"vouchers": 1.0}), {**GRANTS, "later_from": 20}),
    "later_from": Trait((10, 30), {**GRANTS, "later_mix": {"vouchers": 1.0}}),
    "calendar": Trait(([1.0] * 5, [0.5] * 20)),
    "budget": Trait((0.0, 0.05)),
    "start": Trait((0, 20)),
    "end": Trait((10, 48)),
    "phase_out": Trait((0, 28)),
    "leakage": Trait((0.0, 0.5)),
    "administration": Trait((0.0, 0.4)),
    "subsidy_cap": Trait((0.0, 0.99)),
    "foresight": Trait((0.0, 1.0)),
    "champions": Trait((1, "all")),
    "award": Trait(("proportional", "equal")),
    "award_size": Trait((0.01, 1000.0), GRANTS),
    "max_age": Trait((6, 2000), GRANTS, {"entry": 0.1, "entry_profit": 0.0}),
    "upstream": Trait((0.0, 1.0), GRANTS),
    "compliance": Trait((0.0, 1.0)),
    "explore": Trait((0.0, 1.0)),
    "criterion": Trait(("leader", "young")),
    "bias_size": Trait((-5.0, 5.0), GRANTS),
    "bias_past": Trait((-5.0, 5.0), {**GRANTS, "patience": 1, "plan_period": 2}),
    "bias_connection": Trait((-5.0, 5.0), GRANTS),
    "patience": Trait((1, 2000)),
    "plan_period": Trait((1, 2000)),
    "local_champions": Trait((1, 10), FUND),
    "herding": Trait((0.0, 5.0), FUND),
    "equity_share": Trait((0.0, 1.0), FUND, {"seed_cash": 0.3, "fixed_cost": 0.0, "dividend_quarters": 0.0}),
    "mission_explore": Trait((0.0, 1.0), MISSION),
    "coordination": Trait((0.0, 1.0), MISSION),
    "mission_upstream": Trait((0.0, 1.0), MISSION),
    "waive_risk": Trait((0.0, 1.0), {"mix": {"procurement": 1.0}}),
    "first_adopters": Trait((0.0, 1.0), {"mix": {"demonstration": 1.0}}),
    "entry_award": Trait((0.0, 20.0), {"mix": {"entry_subsidy": 1.0}}, {"seed_cash": 0.3, "fixed_cost": 0.06}),
    "roadmap_plan": Trait((0.0, 1.0), {"mix": {"roadmap": 1.0}}),
}


class Direction(NamedTuple):
    """Raising `trait` moves the mean of `indicator` over `quarters` by `sign` because of `why`."""

    trait: str
    indicator: str
    sign: int
    why: str
    quarters: slice = slice(None)


FIRST = slice(0, 12)
DIRECTIONS = (
    Direction("budget", "budget_raised", 1, "a larger tax"),
    Direction("start", "budget_raised", -1, "a shorter policy"),
    Direction("end", "budget_raised", 1, "a longer policy"),
    Direction("phase_out", "budget_raised", -1, "a fading tax"),
    Direction("leakage", "budget_placed", -1, "what leaks is not placed"),
    Direction("administration", "budget_placed", -1, "what administration costs is not placed"),
    Direction("subsidy_cap", "placed_vouchers", 1, "a larger share of the price may be paid"),
    Direction("award_size", "placed_grants", 1, "larger grants may be given"),
    Direction("max_age", "placed_grants", 1, "more firms may be chosen"),
    Direction("explore", "exploration_hours", 1, "money is earmarked for exploration", FIRST),
    Direction("mission_explore", "exploration_hours", 1, "money is earmarked for exploration", FIRST),
    Direction("mission_upstream", "private_rd", 1, "less of the mission's money displaces firms' own", FIRST),
    Direction("coordination", "problems_solved", -1, "hours are lost to coordination", FIRST),
    Direction("equity_share", "equity_recovered", 1, "a larger share of dividends repays equity"),
    Direction("waive_risk", "adoption", 1, "nobody fears to buy from champions"),
    Direction("first_adopters", "placed_demonstration", 1, "more users count as first adopters"),
    Direction("entry_award", "placed_entry_subsidy", 1, "larger awards"),
    Direction("entry_award", "exits", -1, "richer entrants last longer"),
)


@pytest.fixture(scope="module")
def tried(run):
    """Runs of a trait at a value under its policy, one per seed, from quarter 8 of a grown economy."""

    def make(trait, value):
        _, policy, economy = TRAITS[trait]
        chosen = Policy(**{"start": 8, "end": 36, **policy, trait: value})
        return [run(chosen, seed, **economy) for seed in SEEDS]

    return make


def test_every_trait_is_tried():
    """No trait but the name, which affects no result (the swap test), is left out."""
    assert set(TRAITS) == set(Policy.model_fields) - {"name"}


@pytest.mark.parametrize("trait", TRAITS)
def test_every_trait_of_policy_moves_something(trait, tried):
    """Each trait of government matters for the money placed or for output."""
    paths = [
        b"".join(one.series["output"].tobytes() + one.series["budget_placed"].tobytes() for one in tried(trait, value))
        for value in TRAITS[trait].values
    ]
    assert paths[0] != paths[1]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: f"{d.trait}-{d.indicator}")
def test_direction(direction, tried):
    """Between its two values the trait moves the indicator as theory says, on the mean of the seeds."""
    low, high = (
        np.mean([one.series[direction.indicator][8:][direction.quarters].mean() for one in tried(direction.trait, v)])
        for v in TRAITS[direction.trait].values
    )
    assert direction.sign * (high - low) > 0.0, f"{direction.why}: {low:.6g} -> {high:.6g}"


# -- who is chosen
def chosen_firms(simulation, until=21, name="grants", **traits):
    """Slots that government holds as champions at the end of quarter `until` - 1, and the economy."""
    under_way = simulation(Policy(mix={name: 1.0}, start=20, end=36, **traits), seed=1, until=until)
    government = under_way.state.government
    held = government.backed if name == "guidance_fund" else government.chosen
    return np.flatnonzero(held), under_way.state.innovators


def test_only_young_domestic_firms_are_chosen(simulation):
    """Nobody older than `max_age` and nobody foreign gets a seat; all that may, get one where seats suffice."""
    slots, firms = chosen_firms(simulation, max_age=10, champions=64)
    before = firms.alive & (firms.birth < 20)  # who enters in the quarter was not there yet
    eligible = before & ~firms.foreign & (20 - firms.birth <= 10)
    assert np.array_equal(slots, np.flatnonzero(eligible)) and 0 < len(slots) < np.count_nonzero(before)


def test_bias_to_size_chooses_the_largest(simulation):
    """A blind government with a strong bias to size takes the firms that sold most when it chose."""
    before = simulation(seed=1, until=20).state.innovators
    slots, _ = chosen_firms(simulation, champions=3, foresight=0.0, bias_size=5.0)
    domestic = np.flatnonzero(before.alive & ~before.foreign)
    largest = domestic[np.argsort(-before.revenue[domestic])[:3]]
    assert set(slots) == set(largest)


def test_every_region_backs_its_own(simulation):
    """Each local government fills its seats with firms of its region; money goes to them alone."""
    slots, firms = chosen_firms(simulation, name="guidance_fund", local_champions=2)
    assert np.bincount(firms.region[slots], minlength=2).tolist() == [2, 2]
    assert set(np.flatnonzero(firms.equity)) <= set(slots) and firms.equity.sum() > 0.0


def test_herding_follows_the_fashion(simulation):
    """Blind local governments that herd back the firms whose belief is most like that of the one firm backed so far."""
    policy = Policy(mix={"guidance_fund": 1.0}, start=20, end=36, foresight=0.0, herding=5.0, local_champions=2)
    under_way = simulation(policy, seed=1, until=20)
    government, firms = under_way.state.government, under_way.state.innovators
    domestic = firms.alive & ~firms.foreign
    leader = np.flatnonzero(domestic & (firms.region == 0))[0]
    firms.belief[leader] = [4.0, 0.0, 0.0, 0.0]
    government.backed[leader], government.backed_since[leader] = True, 20
    likeness = np.where(domestic, firms.belief[:, 0] / np.maximum(firms.belief.sum(axis=1), 1e-9), -1.0)
    expected = [np.argsort(-np.where(firms.region == r, likeness, -1.0))[:2].tolist() for r in (0, 1)]
    under_way.advance(21)
    backed = [np.flatnonzero(government.backed & (firms.region == r)) for r in (0, 1)]
    assert [set(held) for held in backed] == [set(rows) for rows in expected] and leader in backed[0]


# -- what instruments do, where theory is exact
def test_platforms_bring_more_meetings(simulation):
    """With a platform users meet more firms; at an efficacy ten times as high still more."""

    def meetings(policy, efficacy):
        under_way = simulation(policy, seed=1, until=20, platform_efficacy=efficacy, meet=0.0)
        before = under_way.state.users.contacts.copy()
        under_way.advance(21)
        return np.count_nonzero(under_way.state.users.contacts != before)

    few, many = meetings("platform", 20.0), meetings("platform", 200.0)
    assert meetings("laissez_faire", 20.0) < few < many


def test_unification_opens_regions(simulation):
    """In a segmented market users meet only their region; unification lets them meet others."""

    def met_elsewhere(policy):
        state = simulation(policy, seed=1, until=36, segmentation=1.0, meet=0.2, unification_efficacy=200.0).state
        user, place = np.nonzero(state.users.contacts >= 0)
        return np.mean(state.innovators.region[state.users.contacts[user, place]] != state.users.region[user])

    assert met_elsewhere("laissez_faire") == 0.0 < met_elsewhere("market_unification")


def test_an_observatory_without_limit_sees_all(simulation):
    """Enough money buys perfect foresight from the next plan on: a blind government then plans as a seer does.

    Roadmaps that do not heed the plan keep the two economies alike.
    """
    mix, plans = {"observatory": 0.9, "roadmap": 0.1}, []
    for foresight in (0.0, 1.0):
        policy = Policy(mix=mix, budget=0.1, end=36, plan_period=10, roadmap_plan=0.0, foresight=foresight)
        under_way = simulation(policy, seed=1, until=1, observatory_efficacy=2000.0)
        first = under_way.state.government.plan.copy()
        under_way.advance(11)
        plans.append((first, under_way.state.government.plan.copy()))
    (blind, blind_later), (seeing, seeing_later) = plans
    assert not np.array_equal(blind, seeing) and np.array_equal(blind_later, seeing_later)


def test_a_roadmap_without_limit_is_followed_by_all(simulation):
    """Enough money makes every firm follow the roadmap, which is the plan where a = 1."""
    policy = Policy(mix={"roadmap": 1.0}, budget=0.1, end=36, roadmap_plan=1.0)
    state = simulation(policy, seed=1, until=20, roadmap_efficacy=2000.0).state
    active = state.innovators.alive & (state.innovators.birth < 19)
    for direction in state.innovators.direction[active]:
        np.testing.assert_allclose(direction, state.government.plan, rtol=1e-9)


def test_a_roadmap_pools_reports(simulation):
    """Where a = 0 the roadmap is the share of the reports that all firms have heard."""
    policy = Policy(mix={"roadmap": 1.0}, start=30, end=36, roadmap_plan=0.0)
    reported = simulation(policy, seed=1, until=30).state.government.reported
    roadmap = simulation(policy, seed=1, until=31).state.government.roadmap
    assert reported.sum() > 0.0
    np.testing.assert_allclose(roadmap, reported / reported.sum(), rtol=1e-12)


def test_upstream_money_teaches_suppliers_of_the_plan(simulation):
    """Suppliers' laboratories raise the capability of domestic suppliers, and of no foreign one directly."""
    policy = Policy(mix={"grants": 1.0}, end=36, upstream=0.5)
    free, helped = (
        simulation(arm, seed=1, until=5, foreign_suppliers=0.5).state.suppliers for arm in ("rebate", policy)
    )
    gained = helped.capability - free.capability
    assert np.all(gained[~helped.foreign] > 0.0)
    assert gained[~helped.foreign].mean() > 3.0 * gained[helped.foreign].mean()


@pytest.mark.parametrize("trait", ["upstream", "mission_upstream"])
def test_all_money_may_go_upstream(trait, run):
    """A share of one leaves nothing for the chosen firms and all for the suppliers of the plan."""
    name = "mission" if trait == "mission_upstream" else "grants"
    made = run(Policy(mix={name: 1.0}, end=36, **{trait: 1.0}), 1)
    moved = made.state.ledger.moved.sum(axis=0)
    assert moved[Entry.GRANT] == 0.0
    assert moved[Entry.LABORATORIES] == pytest.approx(0.93 * made.summary["budget_raised"], rel=1e-9)


def test_equity_is_never_repaid_twice(run):
    """What the fund recovers is at most what it gave, also if firms give it all their dividends."""
    rich = {"seed_cash": 0.3, "fixed_cost": 0.0, "dividend_quarters": 0.0}
    made = run(Policy(mix={"guidance_fund": 1.0}, end=36, equity_share=1.0), 1, **rich)
    given, back = np.cumsum(made.series["placed_guidance_fund"]), np.cumsum(made.series["equity_recovered"])
    assert back[-1] > 0.0 and np.all(back <= given * (1.0 + 1e-12))


@pytest.mark.parametrize("seed", (0, 1, 2))
def test_equity_comes_back_where_firms_make_profits(seed):
    """In the default economy firms pay dividends without policy, and funds recover a part of their equity, no more."""
    free, funds = (simulate(policy=name, seed=seed) for name in ("laissez_faire", "guidance_funds"))
    assert free.state.ledger.moved[:, Entry.DIVIDENDS].sum() > 0.0
    moved = funds.state.ledger.moved
    given, back = np.cumsum(moved[:, Entry.EQUITY]), np.cumsum(moved[:, Entry.REPAID])
    assert funds.summary["equity_recovered"] == pytest.approx(back[-1])
    assert 0.0 < back[-1] < given[-1] and np.all(back <= given * (1.0 + 1e-12))


def test_members_of_a_mission_share_results(simulation):
    """After a mission's quarters its members' capabilities are closer to the best of them than other firms' are."""

    def shortfall(name, seed):
        policy = Policy(mix={name: 1.0}, start=20, end=36, mission_upstream=0.0, coordination=0.0, champions=4)
        state = simulation(policy, seed=seed, until=24, imitation=0.0, mission_efficacy=1.0).state
        capability = state.innovators.capability[state.government.chosen]
        return np.mean(1.0 - capability / capability.max(axis=0))

    mission, grants = (np.mean([shortfall(name, seed) for seed in range(3)]) for name in ("mission", "grants"))
    assert mission < 0.5 * grants


def test_demonstration_helps_only_first_adopters(simulation):
    """Help ends in industries where more than the share of first adopters uses the new technology."""
    under_way = simulation(Policy(mix={"demonstration": 1.0}, end=48, first_adopters=0.1), seed=1, until=1)
    users, purse, seen = under_way.state.users, under_way.state.government.purse, set()
    total = np.bincount(users.industry, weights=users.size)
    for t in range(1, 40):
        adopted = np.bincount(users.industry, weights=users.size * (users.provider >= 0)) / total
        funded = purse.sum() + under_way.state.market[0].initial_output * 0.005 > 0.0
        under_way.advance(t + 1)
        helped = under_way.state.support.adoption > 0.0
        assert np.array_equal(helped, (adopted < 0.1) & funded)
        seen.add((helped.any(), helped.all()))
    assert (True, False) in seen and (False, False) in seen


def test_entrants_share_the_purse(simulation):
    """No entrant gets more than the award, all domestic ones the same, and foreign ones nothing."""
    policy = Policy(mix={"entry_subsidy": 1.0}, end=48, entry_award=0.2)
    under_way, seen = simulation(policy, seed=1, entry=2.0, foreign_entrants=0.5), 0
    for t in range(20):
        under_way.advance(t + 1)
        firms = under_way.state.innovators
        born = firms.alive & (firms.birth == t)
        given = firms.public_total[born & ~firms.foreign]
        seen += len(given)
        assert np.all(given == given[:1]) and np.all(given <= 0.2 * under_way.parameters.seed_cash * (1 + 1e-12))
        assert not firms.public_total[born & firms.foreign].any()
    assert seen > 10 and under_way.state.government.placed[:20, NUMBER["entry_subsidy"]].sum() > 0.0


def test_an_award_is_capital_and_not_profit(simulation):
    """Where nothing is sold nobody pays dividends, whatever entrants were given."""
    policy = Policy(mix={"entry_subsidy": 1.0}, end=36)
    nothing_sold = {"integration": 1.0, "risk": 1.0, "choice_noise": 0.0, "foreign_founders": 0.0}
    for arm in ("laissez_faire", policy):
        moved = simulation(arm, seed=1, until=48, foreign_entrants=0.0, **nothing_sold).state.ledger.moved
        assert moved[:, Entry.SALES].sum() == 0.0
        assert moved[:, Entry.DIVIDENDS].sum() == 0.0
    assert moved[:, Entry.ENTRY].sum() > 0.0
