"""Money in another unit: nothing real changes, and what is counted in money changes by the unit.

Compiled code holds the numeraire: 1 is what a unit of size produces with the quality 1. Here output is restated in a
unit c times smaller, and with it every parameter, trait and indicator that its declaration says is in money. With c a
power of two this is exact in floating point.
"""

import numpy as np
import pytest

import model.phases.use
from model.indicators.indicator import INDICATORS
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Simulation, finish
from tests.economies import EVERY_INSTRUMENT

EVERYTHING = Policy(name="everything", mix=EVERY_INSTRUMENT, award_size=0.05)
SHOCKS = {"decoupling": 8, "demand_shock": 10, "demand_duration": 3, "cost_shock": 12, "paradigm_break": 15,
          "entry_surge": 18, "surge_size": 4}  # fmt: skip
SEEING = EVERYTHING.replace(foresight=1.0, bias_size=1.0, bias_past=0.5, champions=2, local_champions=1, budget=0.05)
STUDIES = {
    "no policy": (policies["laissez_faire"], {}),
    "application": (policies["feng"], {"refinance": 0.5, "deterrence": 0.2}),
    "selection": (policies["new_national_system"], {"learning_by_research": 0.2}),
    "all instruments, all shocks": (EVERYTHING, SHOCKS),
    "a government that sees and is biased": (SEEING, {}),
}


def power_of_money(unit):
    """How often money enters a declared unit: 1 for money, -1 for things per money, 0 for what is real."""
    what, _, per = unit.partition(" per ")
    return (what in ("money", "output")) - ("money" in per)


def restated(settings, unit):
    """The same parameters or policy with all that is declared in money counted in the new unit."""
    power = {entry["name"]: power_of_money(entry["unit"]) for entry in type(settings).declarations()}
    return settings.replace(**{name: getattr(settings, name) * unit**n for name, n in power.items() if n})


def restated_course(parameters, policy, seed, unit, monkeypatch):
    """An economy whose output, from t = 0 on, is counted in the new unit."""
    simulation = Simulation(restated(parameters, unit), restated(policy, unit), seed)
    reference = Simulation(parameters, policy, seed).state
    simulation.state.users.output[:] = simulation.start_output[:] = unit * reference.users.output
    simulation.state.users.productivity[:] = unit * reference.users.productivity
    simulation.state.market[0].initial_output = unit * reference.market[0].initial_output
    simulation.state.market[0].initial_wage = simulation.state.market[0].wage = unit * reference.market[0].initial_wage

    def output(size, value_of_quality, valuation, useful_quality):
        return size * (unit + value_of_quality * valuation * (useful_quality - 1.0))

    monkeypatch.setattr(model.phases.use, "output", output)
    return simulation


@pytest.mark.parametrize("unit", [0.25, 2.0])
@pytest.mark.parametrize("study", STUDIES)
def test_nothing_real_depends_on_the_unit_of_money(study, unit, tiny, monkeypatch):
    """Every indicator changes by the power of money in its declared unit; real ones not at all, to the last bit."""
    policy, changes = STUDIES[study]
    parameters, policy = tiny.replace(**changes), policy.replace(end=18, later_from=9, plan_period=4)
    simulation = Simulation(parameters, policy, 3)
    simulation.advance(parameters.horizon)
    plain = finish(simulation, [])
    simulation = restated_course(parameters, policy, 3, unit, monkeypatch)
    simulation.advance(parameters.horizon)
    other = finish(simulation, [])
    assert plain.series["adoption"][-1] > 0.0
    for name, values in plain.series.items():
        expected = values * unit ** power_of_money(INDICATORS[name].unit)
        np.testing.assert_array_equal(other.series[name], expected, err_msg=name)
    for name, value in plain.own_summary.items():
        declared = INDICATORS.get(name.removesuffix("_at_withdrawal"))
        expected = value * unit ** power_of_money(declared.unit if declared else "")
        np.testing.assert_allclose(other.own_summary[name], expected, rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(other.state.ledger.moved, unit * plain.state.ledger.moved)
    for name in ("provider", "mastery", "contacts", "old_quality"):
        np.testing.assert_array_equal(getattr(other.state.users, name), getattr(plain.state.users, name), err_msg=name)


def test_money_is_where_it_is_expected():
    """Parameters in money, and those per money, are these."""
    power = {entry["name"]: power_of_money(entry["unit"]) for entry in Parameters.declarations()}
    assert {name for name, n in power.items() if n > 0} == {
        "value_of_quality", "old_price", "choice_noise", "integration", "risk", "friction", "initial_cost",
        "floor_cost", "seed_cash", "fixed_cost", "foreign_income",
    }  # fmt: skip
    assert {name for name, n in power.items() if n < 0} == {"entry_profit"}
