"""The Mesa model: the same numbers as `simulate`, one meaning per keyword, and agents that are only views."""

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from mesa import DataCollector, Model

from model import BadInput, Economy, Parameters, Policy, policies, simulate
from model.economy import Government, Innovator, SeriesCollector, Supplier, User
from model.indicators.series import INDICATORS
from model.indicators.summary import SERIES_NAMES
from model.views.agent import field_notes
from tests.economies import WATCHED

SIZES: dict[str, dict[str, Any]] = {
    "small": WATCHED,
    "one of each": dict(WATCHED, users=1, industries=1, regions=1, domains=1, suppliers=1),
    "two users": dict(WATCHED, users=2, industries=2, regions=3),
    "one founder": dict(WATCHED, founders=1, contacts=3),
    "odd": dict(WATCHED, users=333, industries=7, regions=3, domains=5, suppliers=11, peers=9, contacts=20),
    "one quarter": dict(WATCHED, horizon=1),
}


def ran(policy: Policy | str = "application", **keywords: Any) -> Economy:
    economy = Economy(policy, **keywords)
    economy.run_model()
    return economy


def equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Bit for bit, NaN equal to NaN."""
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k], equal_nan=True) for k in one)


# -- the same numbers as simulate


@pytest.mark.parametrize("name", policies)
def test_series_are_those_of_simulate_bit_for_bit(name: str) -> None:
    policy = policies[name].replace(start=3, end=15)
    economy, run = ran(policy, seed=7, **WATCHED), simulate(Parameters(**WATCHED), policy, 7)
    assert equal(economy.series, dict(run.series))
    assert equal(economy.summary, run.summary)


@pytest.mark.parametrize("size", SIZES)
def test_any_size_gives_the_numbers_of_simulate(size: str) -> None:
    economy = ran("selective", seed=3, **SIZES[size])
    assert equal(economy.series, dict(simulate(Parameters(**SIZES[size]), "selective", 3).series))


def test_looking_changes_nothing() -> None:
    """Agents, network, indicators, shuffles and collectors leave the economy's luck alone."""
    watched = Economy("procurement", seed=5, collect=DataCollector(agent_reporters={"row": "row"}), **WATCHED)
    while watched.running:
        watched.step()
        watched.agents.shuffle_do("step")
        watched.random.random()
        watched.rng.random()
        watched.network()
        watched.indicators()
        with pytest.raises(ValueError, match="read-only"):
            watched.series["output"][:] = -1.0
    assert equal(watched.series, ran("procurement", seed=5, **WATCHED).series)


def test_current_values_are_the_last_of_the_series() -> None:
    economy = Economy("application", seed=1, **WATCHED)
    assert np.isnan(economy.indicators()["adoption"])
    economy.step()
    economy.step()
    now = economy.indicators()
    assert all(np.array_equal(now[name], economy.series[name][-1], equal_nan=True) for name in SERIES_NAMES)
    assert {name for name, entry in INDICATORS.items() if entry.kind in ("level", "flow", "end")} == now.keys()


# -- keywords


def test_every_parameter_is_a_keyword() -> None:
    defaults = Parameters().model_dump()
    assert Economy(**defaults).parameters == Parameters()
    changed = Economy(users=300, parameters=Parameters(users=200, risk=0.05))
    assert (changed.parameters.users, changed.parameters.risk) == (300, 0.05)


def test_values_from_sliders_are_understood() -> None:
    economy = Economy(users=100.0, horizon="8", seed="4", **{"policy.champions": "all"})
    assert (economy.parameters.users, economy.parameters.horizon, economy.seed, economy.policy.champions) == (
        100,
        8,
        4,
        0,
    )


def test_policy_traits_have_the_names_of_the_command_line() -> None:
    economy = Economy("selective", **{"policy.budget": 0.01, "policy.foresight": 0.9})
    assert economy.policy == policies["selective"].replace(budget=0.01, foresight=0.9)
    mixed = Policy(name="mixed", mix={"grants": 0.5, "vouchers": 0.5})
    assert Economy(mixed).policy == mixed


@pytest.mark.parametrize("keywords", [{"seed": 7}, {"seed": "7"}, {"rng": 7}, {"rng": "7"}, {"seed": np.int64(7)}])
def test_seed_and_rng_mean_the_same(keywords: dict[str, Any]) -> None:
    economy = ran(**WATCHED, **keywords)
    assert economy.seed == 7
    assert equal(economy.series, ran(seed=7, **WATCHED).series)
    assert economy.random.random() == Economy(seed=7, **WATCHED).random.random()


def test_no_seed_is_seed_0() -> None:
    assert Economy().seed == Economy(seed=None, rng=None).seed == 0


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"usrs": 3}, "'usrs': did you mean 'users'"),
        ({"foresight": 1}, "did you mean 'policy.foresight'"),
        ({"policy.budgt": 1}, "did you mean 'policy.budget'"),
        ({"policy": "aplication"}, "did you mean 'application'"),
        ({"seed": "abc"}, "seed = 'abc': must be a whole number"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 1.5}, "seed = 1.5"),
        ({"rng": np.random.default_rng(1)}, "seed = "),
        ({"seed": 1, "rng": 1}, "give one of them"),
        ({"users": 0}, "users = 0: must be a whole number from 1"),
        ({"parameters": {"users": 3}}, "must be Parameters"),
    ],
)
def test_bad_input_is_refused_in_one_line(keywords: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Economy(**keywords)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_mesas_visualisation_may_make_it_anew() -> None:
    """What SolaraViz does on reset: check the keywords against the signature and call the class with them."""
    from mesa.visualization.solara_viz import _check_model_params

    wanted = {"policy": "rebate", "seed": "3", "users": 200.0, "policy.budget": 0.01}
    _check_model_params(Economy.__init__, wanted)
    economy = Economy(**wanted, scenario={"rng": None}.items())
    assert (economy.policy.name, economy.seed, economy.parameters.users) == ("rebate", 3, 200)
    with pytest.raises(BadInput, match="scenario"):
        Economy(scenario={"users": 3}.items())


# -- the simulation of a run


def test_running_ends_at_the_horizon() -> None:
    economy = Economy(**dict(WATCHED, horizon=2))
    assert isinstance(economy, Model)
    assert economy.running
    economy.step()
    assert economy.running
    economy.step()
    assert not economy.running
    with pytest.raises(BadInput, match="at its horizon of 2 quarters"):
        economy.step()
    assert economy.period == economy.steps == 2


def test_a_summary_needs_a_whole_run() -> None:
    with pytest.raises(BadInput, match="quarter 0 of 24"):
        _ = Economy(**WATCHED).summary


# -- collectors


def test_the_collector_holds_every_series() -> None:
    economy = ran(seed=2, **WATCHED)
    frame = economy.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(SERIES_NAMES)
    assert len(frame) == WATCHED["horizon"]
    assert equal({name: frame[name].to_numpy() for name in frame}, economy.series)


def test_reporters_of_your_own() -> None:
    economy = Economy(
        "application",
        seed=2,
        collect=SeriesCollector(
            model_reporters={"double": lambda model: 2.0 * model.period},
            agent_reporters={"kind": lambda agent: type(agent).__name__},
            agenttype_reporters={Innovator: {"sales": "sales", "price": "price"}},
        ),
        **WATCHED,
    )
    economy.run_model()
    frame = economy.datacollector.get_model_vars_dataframe()
    assert frame["double"].tolist() == [2.0 * t for t in range(1, WATCHED["horizon"] + 1)]
    assert np.array_equal(frame["output"], economy.series["output"])
    sales = economy.datacollector.get_agenttype_vars_dataframe(Innovator)["sales"].groupby("Step").sum()
    expected = economy.series["revenue_share"] * economy.series["output"]
    assert np.allclose(sales, expected, rtol=1e-12)
    kinds = economy.datacollector.get_agent_vars_dataframe()["kind"]
    assert set(kinds) == {"User", "Innovator", "Supplier", "Government"}


def test_mesas_own_collector_serves_too() -> None:
    collector = DataCollector({"adoption": lambda model: model.indicators()["adoption"]}, {"row": "row"})
    economy = ran(seed=2, collect=collector, **WATCHED)
    assert np.array_equal(collector.get_model_vars_dataframe()["adoption"], economy.series["adoption"])
    assert len(collector.get_agent_vars_dataframe())


def test_a_collector_may_begin_in_mid_run() -> None:
    economy = Economy(seed=2, collect=False, **WATCHED)
    economy.step()
    assert economy.datacollector.get_model_vars_dataframe().empty
    late = economy.datacollector = SeriesCollector()
    economy.step()
    late.collect(economy)
    assert late.model_vars["output"] == [economy.series["output"][1]]


def test_batch_run() -> None:
    from mesa import batch_run

    settings = {"policy": ["rebate", "application"], "seed": [0, 1], **dict(WATCHED, horizon=6)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = batch_run(Economy, settings, iterations=1, number_processes=1, display_progress=False)
    assert len(rows) == 4
    for row in rows:
        run = simulate(Parameters(**dict(WATCHED, horizon=6)), row["policy"], row["seed"])
        assert row["output"] == run.series["output"][-1]


# -- agents


def test_agents_are_made_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr("mesa.Agent.__init__", lambda self, model: made.append(self))
    economy = ran(**WATCHED)
    economy.network()
    assert not made


def test_views_show_their_rows() -> None:
    economy = ran(seed=1, **WATCHED)
    state = economy.simulation.state
    users = economy.agents_by_type[User]
    assert users.get("size") == state.users.size.tolist()
    assert economy.agents_by_type[Supplier].get("domain") == state.suppliers.domain.tolist()
    assert economy.agents_by_type[Innovator].get("row") == np.flatnonzero(state.innovators.alive).tolist()
    assert economy.agents_by_type[Innovator].agg("sales", sum) == pytest.approx(state.innovators.revenue.sum())
    (government,) = economy.agents_by_type[Government]
    assert np.array_equal(government.plan, state.government.plan)
    first = next(iter(users))
    assert isinstance(first.industry, int)
    assert isinstance(first.lead, bool)
    assert first.peers.tolist() == state.users.peers[: state.users.peer_start[1]].tolist()


def test_users_know_the_firms_of_their_contacts() -> None:
    """With more places for contacts than firms some stay empty."""
    economy = Economy(**dict(WATCHED, contacts=20))
    for user, places in zip(economy.agents_by_type[User], economy.simulation.state.users.contacts, strict=True):
        assert sorted(user.contacts.tolist()) == list(range(WATCHED["founders"]))
        assert user.contacts.tolist() == places[places != -1].tolist()


def test_verbs_of_agent_sets() -> None:
    economy = ran(seed=1, **WATCHED)
    innovators = economy.agents_by_type[Innovator]
    sellers = innovators.select(lambda firm: firm.units > 0.0)
    assert 0 < len(sellers) <= len(innovators)
    assert sum(economy.agents_by_type[User].groupby("industry").count().values()) == WATCHED["users"]
    assert innovators.sort("units", ascending=True).get("units") == sorted(innovators.get("units"))
    seen: list[int] = []
    innovators.shuffle_do(lambda firm: seen.append(firm.row))
    assert sorted(seen) == innovators.get("row")
    assert len(economy.agents) == WATCHED["users"] + WATCHED["suppliers"] + len(innovators) + 1
    assert set(economy.agent_types) == {User, Innovator, Supplier, Government}


def test_views_of_firms_come_and_go_with_the_firms() -> None:
    economy = Economy("rebate", seed=1, **dict(WATCHED, seed_cash=0.3, burn=0.3, horizon=40))
    innovators = economy.agents_by_type[Innovator]
    known = list(innovators)
    state = economy.simulation.state.innovators
    while economy.running:
        economy.step()
        assert sorted(innovators.get("row")) == np.flatnonzero(state.alive).tolist()
        known += [firm for firm in innovators if firm not in known]
    left = [firm for firm in known if firm not in innovators]
    assert left, "no firm left: the test sees nothing"
    assert len(known) == WATCHED["founders"] + economy.series["entries"].sum()
    with pytest.raises(RuntimeError, match="has left the economy"):
        _ = left[0].units


def test_views_are_read_only() -> None:
    economy = Economy(**WATCHED)
    firm = next(iter(economy.agents_by_type[Innovator]))
    for write in (
        lambda: setattr(firm, "price", 1.0),
        lambda: setattr(firm, "mood", 1.0),
        lambda: firm.remove(),
        lambda: economy.agents.set("output", 0.0),
    ):
        with pytest.raises(AttributeError, match="views are read-only"):
            write()
    with pytest.raises(ValueError, match="read-only"):
        firm.capability[0] = 9.0


@pytest.mark.parametrize("view", [User, Innovator, Supplier, Government])
def test_every_attribute_says_what_it_is(view: type) -> None:
    attributes = {name: found for name, found in vars(view).items() if isinstance(found, property)}
    assert len(attributes) > 5
    assert all(found.__doc__ for found in attributes.values())


def test_notes_come_from_the_declarations_of_the_state() -> None:
    for layout in (type(part) for part in Economy(**WATCHED).simulation.state[:3]):
        assert set(field_notes(layout)) == set(layout._fields)


# -- house rules


def test_importing_the_model_needs_neither_mesa_nor_pandas() -> None:
    program = (
        "import sys, model; model.Parameters(); model.policies; print({'mesa', 'pandas', 'numba'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
    program = "import sys; from model import simulate; print({'mesa', 'pandas', 'networkx'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_iterations_of_batch_run_are_named_as_the_same_run() -> None:
    """Mesa gives them no seed. A warning says so once, and how seeds are given."""
    from mesa import batch_run

    def rows(settings: dict[str, Any], iterations: int) -> list[Any]:
        many = {"users": 20, "horizon": 2, **settings}
        return batch_run(Economy, many, iterations=iterations, number_processes=1, display_progress=False)

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        same = rows({}, 3)
    told = [str(warning.message) for warning in shown if "every iteration" in str(warning.message)]
    assert len(told) == 1 and '{"seed": range(n)}' in told[0]
    assert len({row["output"] for row in same}) == 1
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        given = rows({"seed": range(3)}, 1)
    assert not [warning for warning in shown if "every iteration" in str(warning.message)]
    expected = [
        simulate(Parameters(users=20, horizon=2), "laissez_faire", seed).series["output"][-1] for seed in range(3)
    ]
    assert [row["output"] for row in given] == expected and len(set(expected)) == 3
