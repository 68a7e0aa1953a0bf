"""Indicators: every definition recomputed from the final state or the ledger, in another way than the model does."""

from types import SimpleNamespace

import numpy as np
import pytest

from model.indicators.distributions import _gains
from model.indicators.series import INDICATORS
from model.indicators.summary import SUMMARY_NAMES
from model.opening import build_world
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Simulation, simulate
from model.state.ledger import PLACED, Entry
from tests.economies import EVERY_INSTRUMENT

# INTERFACES.md, "Summary indicators (at least)".
PROMISED = [
    "output", "tfp_growth", "tfp_users", "tfp_innovators", "welfare", "welfare_r1", "welfare_r2", "welfare_per_unit",
    "useful_technology", "lab_technology", "usefulness_ratio", "generation", "adoption", "adoption_traditional",
    "adoption_emerging", "adoption_future", "time_to_10", "time_to_50", "hhi", "firms", "entries", "exits",
    "bonsai_exit_excess", "bonsai_dependence", "bonsai_dependent_share", "problems_met", "problems_heard",
    "problems_solved", "interaction_scope", "private_rd", "public_rd", "exploration_share", "exploration_hours", "wage",
    "unit_cost", "learning_rate", "old_industry_output", "old_technology_quality", "budget_raised", "budget_placed",
    "budget_leaked", "budget_administration", "budget_returned", "duplication", "diversity", "domestic_share",
    "domestic_component_share", "gini_productivity",
    *(f"{stem}_pv_{rate}" for stem in ("welfare", "net_tax") for rate in ("0", "0_5", "1", "2", "4", "8")),
]  # fmt: skip

POLICY = Policy(mix={"grants": 0.4, "vouchers": 0.3, "procurement": 0.3}, end=36)


@pytest.fixture(scope="module")
def finished(small):
    """A run with public money on both sides, its firm-by-quarter panel, and its series."""
    return simulate(small.replace(fixed_cost=0.1), POLICY, 3, panel=True)


@pytest.fixture(scope="module")
def whole(run):
    """A run with all instruments at once."""
    return run(Policy(mix=EVERY_INSTRUMENT, end=36), 3)


@pytest.fixture(scope="module")
def moved(finished):
    """Money moved per quarter, by name of purpose."""
    return {purpose.name: finished.state.ledger.moved[:, purpose] for purpose in Entry}


def by_quarter(run, column):
    """A column of the panel as a table (quarter, slot), NaN where no firm lives."""
    table = np.full((run.parameters.horizon, run.parameters.slots), np.nan)
    table[run.firms["period"], run.firms["slot"]] = run.firms[column]
    return table


# -- names and kinds
def test_promised_names_are_there():
    """Every name that INTERFACES.md promises is a summary indicator, with its twin at withdrawal."""
    assert set(PROMISED) <= set(SUMMARY_NAMES)
    twins = {f"{name}_at_withdrawal" for name in PROMISED if INDICATORS[name].kind in ("level", "flow", "end")}
    assert twins <= set(SUMMARY_NAMES)


def test_every_indicator_is_documented():
    """Name, unit and definition; names are unique."""
    assert all(entry.name == name and entry.unit and entry.definition for name, entry in INDICATORS.items())
    assert len(set(SUMMARY_NAMES)) == len(SUMMARY_NAMES)


@pytest.mark.parametrize("name", policies)
def test_levels_are_finite(name, run):
    """In a normal run every level and flow is a finite number, at the end and at withdrawal.

    But for the usage of infrastructure where there is none.
    """
    summary = run(name, 3).summary
    assert list(summary) == list(SUMMARY_NAMES)
    numbers = [key for key, entry in INDICATORS.items() if entry.kind in ("level", "flow", "end")]
    numbers += [f"{key}_at_withdrawal" for key in numbers]
    undefined = [] if summary["placed_infrastructure"] > 0.0 else ["infrastructure_usage"]
    undefined += [f"{key}_at_withdrawal" for key in undefined]
    assert [key for key in numbers if not np.isfinite(summary[key])] == undefined


def test_summary_of_series(finished):
    """Levels are last values, flows are sums, and twins the same up to the end of policy."""
    for name, entry in INDICATORS.items():
        if entry.kind == "level":
            last, then = finished.series[name][[-1, 35]]
            assert finished.summary[name] == last or np.isnan(last), name
            assert finished.summary[f"{name}_at_withdrawal"] == then or np.isnan(then), name
            assert name == "infrastructure_usage" or np.isfinite([last, then]).all(), name
        elif entry.kind == "flow":
            assert finished.summary[name] == pytest.approx(finished.series[name].sum(), rel=1e-12)
            assert finished.summary[f"{name}_at_withdrawal"] == pytest.approx(
                finished.series[name][:36].sum(), rel=1e-12
            )


@pytest.mark.parametrize("end", [36, 48, 120])
def test_twins_are_all_measured_at_the_same_time(small, end):
    """The twin of an indicator of the state agrees with a run that stops when policy does; as do levels' twins.

    Where policy outlasts the run both are measured at its end.
    """
    policy = POLICY.replace(end=end)
    stopped = simulate(small.replace(horizon=min(end, 48)), policy, 3).summary
    whole = simulate(small, policy, 3).summary
    for name, entry in INDICATORS.items():
        if entry.kind in ("level", "end"):
            assert whole[f"{name}_at_withdrawal"] == pytest.approx(stopped[name], nan_ok=True), name


# -- users
def test_output_and_adoption(finished):
    """Output = sum of size * [1 + v val (useful quality - 1)] and adoption by layer, from users' final state."""
    users, firms, p = finished.state.users, finished.state.innovators, finished.parameters
    layer = finished.state.industries.layer[users.industry]
    useful = np.where(users.quality_used > 0.0, users.quality_used, users.old_quality)
    output = users.size * (1.0 + p.value_of_quality * users.valuation * (useful - 1.0))
    assert finished.series["output"][-1] == pytest.approx(output.sum(), rel=1e-9)
    assert finished.series["old_industry_output"][-1] == pytest.approx(output[layer == 0].sum(), rel=1e-9)
    adopts = users.provider >= 0
    assert np.all(firms.alive[users.provider[adopts]])
    assert finished.series["adoption"][-1] == pytest.approx(np.average(adopts, weights=users.size), rel=1e-9)
    for number, name in enumerate(("traditional", "emerging", "future")):
        share = np.average(adopts[layer == number], weights=users.size[layer == number])
        assert finished.series[f"adoption_{name}"][-1] == pytest.approx(share, rel=1e-9)
    assert finished.series["old_technology_quality"][-1] == pytest.approx(
        np.average(users.old_quality, weights=users.size)
    )


def test_sizes_sum_to_the_market(finished):
    """Users' sizes sum to 1,000 * market size, and layers hold their shares of it."""
    users, p = finished.state.users, finished.parameters
    layer = finished.state.industries.layer[users.industry]
    shares = np.bincount(layer, weights=users.size) / 1000.0
    np.testing.assert_allclose(
        shares, [p.traditional_share, p.emerging_share, 1 - p.traditional_share - p.emerging_share]
    )


def test_useful_and_lab_technology(finished):
    """Quality as used, size-weighted, against the mean capability of the frontier lab, and their ratio."""
    users, firms = finished.state.users, finished.state.innovators
    useful = (users.size * users.quality_used).sum() / users.size.sum()
    lab = max(firms.capability[i].mean() for i in np.flatnonzero(firms.alive))
    assert finished.series["useful_technology"][-1] == pytest.approx(useful, rel=1e-9)
    assert finished.series["lab_technology"][-1] == pytest.approx(lab, rel=1e-12)
    assert finished.series["usefulness_ratio"][-1] == pytest.approx(useful / lab, rel=1e-9)


def test_gini(finished):
    """The Gini coefficient is half the mean difference of all pairs over the mean."""
    productivity = finished.state.users.output / finished.state.users.size
    pairs = np.abs(productivity[:, None] - productivity[None, :]).mean()
    assert finished.summary["gini_productivity"] == pytest.approx(pairs / (2.0 * productivity.mean()), rel=1e-9)


def test_times(finished):
    """First quarter with the share; NaN when never reached."""
    path = finished.series["adoption"]
    for name, share in (("time_to_10", 0.1), ("time_to_50", 0.5)):
        found = finished.summary[name]
        assert path[int(found)] >= share and np.all(path[: int(found)] < share)


def test_times_never_reached(run):
    """A technology that nobody wants reaches no share."""
    summary = run(integration=1.0, choice_noise=0.0, risk=1.0).summary
    assert np.isnan(summary["time_to_10"]) and np.isnan(summary["time_to_50"]) and summary["adoption"] < 0.1


# -- firms
def test_concentration_and_scope(finished):
    """HHI, industries and size per selling firm, counted from who uses whose product."""
    users, firms = finished.state.users, finished.state.innovators
    sold = np.bincount(users.provider[users.provider >= 0], weights=users.size[users.provider >= 0], minlength=64)
    selling = [i for i in np.flatnonzero(firms.alive) if sold[i] > 0.0]
    assert finished.series["hhi"][-1] == pytest.approx(((sold[selling] / sold[selling].sum()) ** 2).sum(), rel=1e-9)
    served = [len(set(users.industry[users.provider == i])) for i in selling]
    assert finished.series["interaction_scope"][-1] == pytest.approx(np.mean(served), rel=1e-12)
    assert finished.series["users_per_firm"][-1] == pytest.approx(sold[selling].mean(), rel=1e-9)
    assert finished.series["firms"][-1] == firms.alive.sum()


def test_firms_come_and_go(finished):
    """Living firms = founders + entries - exits, every quarter."""
    counted = 12 + np.cumsum(finished.series["entries"] - finished.series["exits"])
    np.testing.assert_array_equal(finished.series["firms"], counted)


def test_duplication_and_diversity(finished):
    """Mean cosine over all pairs of firms' R&D directions, and exp of the entropy of hours over domains."""
    firms = finished.state.innovators
    active = firms.alive & (firms.hours > 0.0)
    direction, hours = firms.direction[active], firms.hours[active]
    unit = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    pairs = [unit[a] @ unit[b] for a in range(len(unit)) for b in range(a)]
    share = hours @ direction / hours.sum()
    assert finished.series["duplication"][-1] == pytest.approx(np.mean(pairs), rel=1e-9)
    assert finished.series["diversity"][-1] == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-9)


def test_price_and_cost(finished):
    """Means weighted by units of what living firms ask and what it costs them."""
    units = by_quarter(finished, "units")
    total = np.nansum(units, axis=1)
    for name in ("price", "unit_cost"):
        mean = np.divide(
            np.nansum(units * by_quarter(finished, name), axis=1), total, out=np.full(48, np.nan), where=total > 0
        )
        np.testing.assert_allclose(finished.series[name], mean, rtol=1e-9)


def test_generations(finished):
    """Generation in use is weighted by units; the frontier is the best on offer."""
    units, generation = by_quarter(finished, "units"), by_quarter(finished, "generation")
    mean = np.nansum(units * generation, axis=1)[-1] / np.nansum(units, axis=1)[-1]
    assert finished.series["generation"][-1] == pytest.approx(mean, rel=1e-12)
    np.testing.assert_array_equal(finished.series["generation_frontier"], np.nanmax(generation, axis=1))


def test_productivity_parts_sum(finished):
    """Within, between, entry and exit sum to each quarter's change of aggregate productivity (Foster et al. 2001).

    The change is counted from the first quarter that has a quarter with sales before it.
    """
    parts = sum(finished.series[f"tfp_innovators_{part}"] for part in ("within", "between", "entry", "exit"))
    aggregate = finished.series["tfp_innovators"]
    compared = aggregate[:-1] > 0.0
    assert compared.sum() > 40 and all(np.any(finished.series[f"tfp_innovators_{part}"]) for part in ("entry", "exit"))
    np.testing.assert_allclose(
        parts[1:][compared], np.diff(aggregate)[compared], rtol=1e-9, atol=1e-9 * aggregate.max()
    )


def test_productivity_of_innovators(finished):
    """Quality delivered per real resource: units at unit cost, hours and fixed cost at the wage of t = 0."""
    firms = finished.state.innovators
    real = firms.units * firms.unit_cost + firms.hours * finished.state.market[0].initial_wage + firms.fixed_real
    selling = firms.alive & (firms.units > 0.0)
    productivity = firms.delivered[selling] / real[selling]
    mean = np.average(productivity, weights=firms.delivered[selling])
    assert finished.series["tfp_innovators"][-1] == pytest.approx(mean, rel=1e-9)
    assert finished.series["tfp_innovators_frontier"][-1] == pytest.approx(productivity.max(), rel=1e-9)


def test_exploration_and_research(finished, moved):
    """Private and public R&D are what firms pay engineers; exploration is a share of the money and of the hours."""
    np.testing.assert_allclose(
        finished.series["private_rd"] + finished.series["public_rd"], moved["RESEARCH"], rtol=1e-9
    )
    np.testing.assert_allclose(finished.series["public_rd"], moved["GRANT"], rtol=1e-12)
    own = by_quarter(finished, "own_research") * (by_quarter(finished, "foreign") == 0.0)
    assert finished.series["private_rd"][:5] == pytest.approx(np.nansum(own[:5], axis=1), rel=1e-9)
    hours = finished.series["exploration_share"] * moved["RESEARCH"] / finished.series["wage"]
    np.testing.assert_allclose(finished.series["exploration_hours"], hours, rtol=1e-9)
    assert np.all((finished.series["exploration_share"] > 0.0) & (finished.series["exploration_share"] < 1.0))


def test_learning_rate(finished, moved):
    """The log-log slope of mean unit cost on cumulative units, as the fall per doubling."""
    units = np.nansum(by_quarter(finished, "units"), axis=1)
    sold = units > 0.0
    slope = np.polyfit(np.log2(np.cumsum(units)[sold]), np.log2(finished.series["unit_cost"][sold]), 1)[0]
    assert finished.summary["learning_rate"] == pytest.approx(100.0 * (1.0 - 2.0**slope), rel=1e-6)


# -- money
def test_welfare(finished, moved):
    """From the ledger: output less resources, engineers' opportunity cost, cost of funds and half of leakage."""
    p = finished.parameters
    spent = ("PRODUCTION", "OLD_TECHNOLOGY", "INTEGRATION", "FIXED", "ADMINISTRATION", "SERVICES")
    resources = sum(moved[name] for name in spent)
    bill = moved["RESEARCH"] + moved["ENGINEERING"] + moved["LABORATORIES"]
    engineers = p.supply_elasticity / (1.0 + p.supply_elasticity) * bill
    public = p.funds_cost * moved["TAX"] + 0.5 * moved["LEAKAGE"]
    welfare = finished.series["output"] - resources - finished.series["imports"] - engineers - public
    np.testing.assert_allclose(finished.series["welfare"], welfare, rtol=1e-9)
    for rate in (1, 2):
        discount = np.exp(-np.log1p(rate / 100.0) * np.arange(48))
        assert finished.summary[f"welfare_r{rate}"] == pytest.approx(welfare @ discount, rel=1e-9)


def test_welfare_per_unit(finished, small):
    """Welfare above the same seed's laissez-faire, per unit of public money placed."""
    free = simulate(finished.parameters, "laissez_faire", 3).summary["welfare"]
    gain = (finished.summary["welfare"] - free) / finished.summary["budget_placed"]
    assert finished.summary["welfare_per_unit"] == pytest.approx(gain, rel=1e-12)


def test_productivity_of_users(finished, moved):
    """Output less what all users' technology costs at unsubsidised prices, that of firms about to leave included."""
    technology = moved["SALES"] + moved["SUBSIDY"] + moved["OLD_TECHNOLOGY"]
    np.testing.assert_allclose(
        finished.series["tfp_users"], (finished.series["output"] - technology) / 1000.0, rtol=1e-9
    )
    share = (moved["SALES"] + moved["SUBSIDY"]) / finished.series["output"]
    np.testing.assert_allclose(finished.series["revenue_share"], share, rtol=1e-9, atol=1e-12)


def test_budget(finished, moved):
    """Money raised, placed, leaked, administered and returned are the ledger's; the first is the sum of the others."""
    assert finished.summary["budget_raised"] == pytest.approx(moved["TAX"].sum(), rel=1e-12)
    gross = sum(moved[purpose.name] for purpose in PLACED)
    assert finished.summary["budget_placed"] == pytest.approx((gross - moved["REPAID"]).sum(), rel=1e-12)
    assert finished.summary["equity_recovered"] == pytest.approx(moved["REPAID"].sum(), rel=1e-12)
    parts = sum(finished.summary[f"budget_{part}"] for part in ("placed", "leaked", "administration", "returned"))
    assert finished.summary["budget_raised"] == pytest.approx(parts, rel=1e-9)


def test_money_placed_by_each_instrument(whole):
    """Every instrument of a mix places money, and all together place what government paid, in every quarter."""
    by_instrument = np.array([whole.series[f"placed_{name}"] for name in INSTRUMENTS])
    gross = whole.state.ledger.moved[:, list(PLACED)].sum(axis=1)
    np.testing.assert_allclose(by_instrument.sum(axis=0), gross, rtol=1e-9, atol=1e-9)
    assert np.all(by_instrument.sum(axis=1) > 0.0) and np.all(by_instrument >= 0.0)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_alone_places_all_money(name, run):
    """What is placed in the arm of one instrument is placed by it."""
    made = run(name, 3)
    others = [made.summary[f"placed_{other}"] for other in INSTRUMENTS if other != name]
    gross = made.summary["budget_placed"] + made.summary["equity_recovered"]
    assert made.summary[f"placed_{name}"] == pytest.approx(gross, rel=1e-9) and not any(others)


# -- bonsai
def test_dependence(finished):
    """Public money over itself plus users' own payments, with a memory that fades by a quarter, from the panel."""
    revenue, subsidised, grants = (by_quarter(finished, name) for name in ("revenue", "subsidised", "public_research"))
    birth = by_quarter(finished, "birth")
    public, own = np.zeros(64), np.zeros(64)
    for t in range(48):
        fresh = np.isnan(birth[t]) | (birth[t] == t)
        public = np.where(fresh, 0.0, 0.75 * public + np.nan_to_num(subsidised[t] + grants[t]))
        own = np.where(fresh, 0.0, 0.75 * own + np.nan_to_num(revenue[t] - subsidised[t]))
        dependence = public.sum() / (public.sum() + own.sum())
        assert finished.series["bonsai_dependence"][t] == pytest.approx(dependence, rel=1e-9)
    living = ~np.isnan(birth[-1])
    share = np.mean(public[living] > (public[living] + own[living]) / 3.0)
    assert finished.series["bonsai_dependent_share"][-1] == pytest.approx(share, abs=1e-12)


def exits_after_withdrawal(run, dependence):
    """Of each domestic firm alive at quarter 35 and more dependent than that: left in the next eight?, selling?"""
    birth, public, own, units = (
        by_quarter(run, name) for name in ("birth", "public_recent", "payments_recent", "units")
    )
    domestic = by_quarter(run, "foreign")[35] == 0.0  # nan where there is no firm
    watched = np.flatnonzero(domestic & (public[35] / np.maximum(public[35] + own[35], 1e-9) > dependence))
    stayed = [np.array_equal(birth[36:44, i], np.full(8, birth[35, i])) for i in watched]
    return ~np.array(stayed), units[35, watched] > 0.0


def test_exit_excess(small):
    """Exits of supported firms after withdrawal, per firm, less what as many firms alike without policy would show.

    Supported is who had more than 1 % of its recent income from public money, grants and subsidies alike; alike are
    domestic firms that sell, and domestic firms that do not.
    """
    fragile = small.replace(fixed_cost=0.06)
    for name in ("grants", "vouchers"):
        supported = simulate(fragile, policies[name].replace(end=36), 3, panel=True)
        free = simulate(fragile, "laissez_faire", 3, panel=True)
        left, sold = exits_after_withdrawal(supported, 0.01)
        other_left, other_sold = exits_after_withdrawal(free, -np.inf)
        alike = np.where(sold, other_left[other_sold].mean(), other_left[~other_sold].mean())
        excess = np.mean(left - alike)
        assert supported.summary["bonsai_exit_excess"] == pytest.approx(excess, abs=1e-12)


def test_no_dependence_without_policy(run):
    """Laissez-faire and the rebate leave no firm on public money."""
    for name in ("laissez_faire", "rebate"):
        summary = run(name, 3).summary
        assert summary["bonsai_dependence"] == summary["bonsai_dependent_share"] == 0.0
        assert np.isnan(summary["bonsai_exit_excess"])


def test_problems(finished):
    """No more problems are heard than met; labs and lead users solve what is solved."""
    assert np.all(finished.series["problems_heard"] <= finished.series["problems_met"])
    tallies = finished.state.tallies
    np.testing.assert_allclose(finished.series["problems_solved"], tallies["lab_solutions"] + tallies["user_solutions"])
    assert finished.summary["problems_solved"] == pytest.approx(
        by_quarter(finished, "solved")[~np.isnan(by_quarter(finished, "solved"))].sum()
        + finished.summary["problems_solved_by_users"],
        rel=0.05,
    )


@pytest.mark.parametrize(("users", "fewer", "weight"), [(500, 1.0, 2.0), (4000, 0.25, 1.0)])
def test_problems_met_at_the_reported_rate(users, fewer, weight, small):
    """Users meet problems with probability `report` in a quarter of use, lead users with twice that.

    With two units of economic size a user's problem counts twice; with a quarter it meets a quarter as many.
    """
    for lead, factor in ((0.0, 1.0), (1.0, 2.0)):
        made = simulate(small.replace(users=users, lead_users=lead, report=0.3), "laissez_faire", 1, panel=True)
        met = made.series["problems_met"] / weight
        under_way = Simulation(made.parameters, made.policy, 1)
        using = []
        for t in range(48):
            under_way.advance(t + 1)
            using.append(np.count_nonzero(under_way.state.users.quality_used > 0.0))
        expected = 0.3 * factor * fewer * sum(using)
        assert met.sum() == pytest.approx(expected, abs=4.0 * np.sqrt(expected))


def test_profits(simulation):
    """Revenue of domestic firms less production, own R&D and fixed cost; entry looks at those that earn something."""
    under_way = simulation("rd_credit", seed=1)
    parts = [Entry[name] for name in ("SALES", "SUBSIDY", "PRODUCTION", "FIXED", "RESEARCH", "GRANT", "EQUITY")]
    for t in range(40):
        under_way.advance(t + 1)
        s = under_way.state
        earned = s.ledger.flows[: under_way.parameters.slots, parts].sum(axis=1)
        earned = (earned - np.maximum(0.0, -s.innovators.own_research))[~s.innovators.foreign]  # relabelled
        assert s.tallies["profits"][t] == pytest.approx(earned.sum(), abs=1e-9)
        assert s.market[0].profits == pytest.approx(earned[earned > 0.0].sum(), abs=1e-9)
    assert 0.0 < s.market[0].profits != s.tallies["profits"][39]


# -- foreigners
def test_imports_and_domestic_shares(finished):
    """Imports are foreign firms' revenue, and domestic shares what others sell and supply."""
    units, revenue, foreign = (by_quarter(finished, name) for name in ("units", "revenue", "foreign"))
    imports = np.nansum(revenue * foreign, axis=1)
    stays = finished.series["exits"] == 0.0  # the panel has no firms that left
    np.testing.assert_allclose(finished.series["imports"][stays], imports[stays], rtol=1e-9)
    assert imports.sum() > 0.0 and np.all(finished.series["imports"] >= imports * (1.0 - 1e-9))
    total = np.nansum(units, axis=1)
    domestic = np.divide(np.nansum(units * (1.0 - foreign), axis=1), total, out=np.full(48, np.nan), where=total > 0)
    np.testing.assert_allclose(finished.series["domestic_share"], domestic, rtol=1e-9)
    suppliers, firms = finished.state.suppliers, finished.state.innovators
    ordered = suppliers.orders[~suppliers.foreign].sum() / suppliers.orders.sum()
    assert finished.series["domestic_component_share"][-1] == pytest.approx(ordered, rel=1e-9)
    assert 0.0 < ordered < 1.0 and firms.foreign.any()


def test_no_foreigners_no_imports(run):
    """Without foreign agents all products and components are domestic, and nothing is imported."""
    made = run(foreign_founders=0.0, foreign_entrants=0.0, foreign_suppliers=0.0)
    shares = made.series["domestic_share"]
    assert np.all(shares[np.isfinite(shares)] == 1.0) and np.isfinite(shares).sum() > 20
    assert made.summary["domestic_component_share"] == 1.0 and not made.series["imports"].any()


def test_only_foreigners(run):
    """With foreign firms alone all revenue is imports and no domestic share is left."""
    made = run(foreign_founders=1.0, foreign_entrants=1.0)
    revenue = made.series["revenue_share"] * made.series["output"]
    np.testing.assert_allclose(made.series["imports"], revenue, rtol=1e-9)
    assert made.summary["domestic_share"] == 0.0 and made.series["private_rd"].sum() == 0.0


# -- users' productivity
@pytest.mark.parametrize("policy", ["laissez_faire", "feng", "grants"])
def test_parts_of_users_productivity_sum_to_its_change(policy, run):
    """Within, between, entry and exit sum to the change of the mean since the quarter before, or t = 0."""
    made = run(policy, 3, fixed_cost=0.06, choice_noise=0.2)
    parts = {part: made.series[f"tfp_users_{part}"] for part in ("within", "between", "entry", "exit")}
    p, world = made.parameters, build_world(made.parameters, 3).users
    first = (world.output.sum() - p.old_price * world.size.sum()) / world.size.sum()
    change = np.diff(made.series["tfp_users"], prepend=first)
    np.testing.assert_allclose(sum(parts.values()), change, rtol=0.0, atol=1e-9)
    assert all(np.count_nonzero(part) > 5 for part in parts.values())


def test_parts_of_users_productivity_by_what_users_did(simulation):
    """Each part sums, over the users that did so, size times change of output less technology at full price."""
    under_way = simulation("vouchers", seed=3, until=20, choice_noise=0.3, reconsider=0.5)
    users, p = under_way.state.users, under_way.parameters
    before, last = users.productivity.copy(), np.maximum(users.provider, -1)
    last = np.where(users.provider == -2, users.technology, last)
    under_way.advance(21)
    technology = users.technology
    price = np.where(technology >= 0, under_way.state.innovators.price[technology], p.old_price)
    change = users.size * (users.output / users.size - price - before) / 1000.0
    groups = {
        "within": technology == last, "between": (technology != last) & (technology >= 0) & (last >= 0),
        "entry": (technology >= 0) & (last < 0), "exit": (technology < 0) & (last >= 0),
    }  # fmt: skip
    for part, members in groups.items():
        measured = under_way.state.tallies[20][f"user_productivity_{part}"]
        assert measured == pytest.approx(change[members].sum(), abs=1e-12) and members.any(), part


def test_frontier_of_users_productivity(finished):
    """A tenth of users are more productive: output less technology at unsubsidised prices, per size."""
    users, firms, p = finished.state.users, finished.state.innovators, finished.parameters
    price = np.where(users.technology >= 0, firms.price[users.technology], p.old_price)
    productivity = users.output / users.size - price
    assert finished.summary["tfp_users_frontier"] == pytest.approx(np.quantile(productivity, 0.9), rel=1e-12)
    assert np.mean(productivity > finished.summary["tfp_users_frontier"]) == pytest.approx(0.1, abs=0.01)


def test_no_gain_over_nothing():
    """A group gains over positive output only, however little; over none, or less than none, there is no gain."""
    state = SimpleNamespace(users=SimpleNamespace(output=np.array([3.0, 5.0, 1.0, 0.5])))
    start, group = np.array([2.0, -0.5, 0.0, 0.25]), np.array([0, 1, 2, 3])
    np.testing.assert_allclose(_gains(state, start, group, 5), [50.0, np.nan, np.nan, 100.0, np.nan])
