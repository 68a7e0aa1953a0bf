"""The calendar of a policy: what it raises per quarter and instrument, and who takes over when the mix changes."""

import numpy as np
import pytest

from model.declaration.errors import BadInput
from model.policy.catalogue import INSTRUMENTS
from model.policy.instruments import NUMBER
from model.policy.policy import Policy
from model.policy.presets import policies
from model.state.ledger import Entry

GRANTS = Policy(name="of grants", mix={"grants": 1.0}, budget=0.005)
BEFORE, AFTER = NUMBER["grants"], NUMBER["vouchers"]


def budget(horizon, **traits):
    """Budget of every quarter in units of the policy's budget. Shape (T,)."""
    return GRANTS.replace(**traits).outlays(horizon).sum(axis=1) / GRANTS.budget


# -- known answers
def test_budget_between_start_and_end():
    """g while the policy runs, nothing before the start or from the end on, also where it outlasts the horizon."""
    assert budget(14, start=4, end=10).tolist() == [0.0] * 4 + [1.0] * 6 + [0.0] * 4
    assert budget(5, start=4, end=10).tolist() == [0.0] * 4 + [1.0]
    assert budget(4, start=4, end=10).tolist() == [0.0] * 4
    assert budget(6, start=3, end=3).tolist() == [0.0] * 6


def test_budget_fades_linearly():
    """A phase-out over n quarters falls in equal steps that reach nothing at the end."""
    paid = budget(12, end=10, phase_out=4)
    np.testing.assert_allclose(paid, [1.0] * 6 + [0.8, 0.6, 0.4, 0.2, 0.0, 0.0], rtol=1e-12)


def test_calendar_multiplies_the_budget():
    """Multiples count from the start; quarters beyond the list have none, those beyond the end are cut."""
    assert budget(8, start=2, end=8, calendar=[2.0, 0.0, 0.5]).tolist() == [0.0, 0.0, 2.0, 0.0, 0.5, 0.0, 0.0, 0.0]
    assert budget(5, start=2, end=4, calendar=[1.0, 3.0, 9.0]).tolist() == [0.0, 0.0, 1.0, 3.0, 0.0]
    assert budget(3, start=2, end=9, calendar=[1.0, 3.0, 9.0]).tolist() == [0.0, 0.0, 1.0]
    assert budget(2, start=5, end=9, calendar=[1.0, 3.0, 9.0]).tolist() == [0.0, 0.0]
    assert budget(6, end=6, calendar=[1.0] * 6).tolist() == budget(6, end=6).tolist()


def test_calendar_and_phase_out_multiply():
    """A calendar fades as any budget does."""
    paid = budget(4, end=4, phase_out=3, calendar=[1.0, 2.0, 2.0, 4.0])
    np.testing.assert_allclose(paid, [1.0, 1.5, 1.0, 1.0], rtol=1e-12)


def test_outlays_are_split_by_the_mix():
    """The first mix before `later_from`, the later one from it on, in the order of the instruments."""
    policy = Policy(mix={"grants": 0.4, "vouchers": 0.6}, later_mix={"vouchers": 1.0}, later_from=3, end=5, budget=0.01)
    outlays = policy.outlays(6)
    assert outlays.shape == (6, len(INSTRUMENTS))
    np.testing.assert_allclose(outlays[:, BEFORE], [0.004] * 3 + [0.0] * 3, rtol=1e-12)
    np.testing.assert_allclose(outlays[:, AFTER], [0.006] * 3 + [0.01] * 2 + [0.0], rtol=1e-12)
    others = np.delete(outlays, [BEFORE, AFTER], axis=1)
    assert not others.any()


def test_without_a_later_mix_the_mix_stays():
    """`later_from` alone changes nothing."""
    assert np.array_equal(GRANTS.replace(later_from=3).outlays(9), GRANTS.outlays(9))


def test_a_later_mix_needs_a_first():
    """A policy cannot begin with nothing and go on with something."""
    with pytest.raises(BadInput, match="later_mix"):
        Policy(later_mix={"vouchers": 1.0})


@pytest.mark.parametrize("calendar", [[-0.5], [float("nan")], [1e6 + 0.5], "often", 3, ["x"], [True]], ids=str)
def test_calendars_are_numbers(calendar):
    """Anything but a list of finite multiples of the budget is refused by name, in one line."""
    with pytest.raises(BadInput, match=r"^[^\n]*calendar[^\n]*$"):
        Policy(mix={"grants": 1.0}, calendar=calendar)


def test_calendars_reach_from_nothing_to_a_million():
    """Both ends are allowed."""
    assert Policy(mix={"grants": 1.0}, calendar=[0.0, 1e6]).calendar == (0.0, 1e6)


# -- in the economy
def test_taxes_follow_the_calendar(run):
    """What is raised is the calendar's multiple of budget * Y_0, in every quarter."""
    multiples = [0.0, 2.0, 0.5] * 12
    made = run(policies["rebate"].replace(end=36, calendar=multiples))
    raised = made.series["budget_raised"] / (0.005 * made.state.market[0].initial_output)
    np.testing.assert_allclose(raised, [*multiples, *[0.0] * 12], rtol=1e-12)


def test_the_same_money_whatever_the_order(run):
    """A calendar that only moves money in time raises as much as an even one."""
    even, uneven = (
        run(policies["rebate"].replace(end=36, calendar=calendar)).summary["budget_raised"]
        for calendar in ([1.0] * 36, [36.0, *[0.0] * 35])
    )
    assert even == pytest.approx(uneven, rel=1e-12)


def test_a_later_mix_takes_over_what_is_unspent(simulation):
    """Vouchers that could place nothing leave all their money to the rebate that follows, which places it at once."""
    policy = Policy(
        mix={"vouchers": 1.0}, later_mix={"rebate": 0.75, "rd_credit": 0.25}, later_from=10, end=36, subsidy_cap=0.0
    )
    under_way = simulation(policy, until=11)
    state, quarterly = under_way.state, 0.005 * under_way.state.market[0].initial_output
    assert state.government.purse[NUMBER["vouchers"]] == 0.0 and state.government.placed[:10].sum() == 0.0
    net = 11.0 * quarterly * (1.0 - policy.leakage - policy.administration)
    assert state.government.placed[10, NUMBER["rebate"]] == pytest.approx(0.75 * net, rel=1e-9)
    assert state.government.placed[10, NUMBER["rd_credit"]] == pytest.approx(0.25 * net, rel=1e-9)
    assert state.ledger.moved[:11, Entry.RETURNED].sum() == 0.0


def test_an_instrument_that_goes_on_keeps_its_purse(simulation):
    """Money moves from instruments that end to those that go on; these also keep what they have themselves."""
    policy = Policy(
        mix={"vouchers": 0.5, "grants": 0.5}, later_mix={"vouchers": 1.0}, later_from=10, end=36, subsidy_cap=0.0
    )
    under_way = simulation(policy, until=10)
    before = under_way.state.government.purse.copy()
    quarterly = 0.005 * under_way.state.market[0].initial_output
    under_way.advance(11)
    purse = under_way.state.government.purse
    assert purse[AFTER] == pytest.approx(before.sum() + quarterly, rel=1e-9) and before[AFTER] > 0.0
    assert np.count_nonzero(purse) == 1


def test_a_change_of_mix_changes_nothing_before(run, same_series):
    """Until `later_from` a policy that changes its mix is the policy that does not; afterwards it is not."""
    once = policies["rd_credit"].replace(end=36)
    twice = once.replace(later_mix={"vouchers": 1.0}, later_from=20)
    assert same_series(run(once), run(twice), until=20) and not same_series(run(once), run(twice))


def test_a_mix_that_changes_into_itself_is_no_change(run, same_series):
    """The same mix twice is the same policy."""
    once = Policy(mix={"grants": 0.5, "vouchers": 0.5}, end=36)
    assert same_series(run(once), run(once.replace(later_mix=dict(once.mix), later_from=12)))


def test_withdrawal_is_an_early_end(run, same_series):
    """The shock of withdrawal in quarter 20 is, quarter by quarter, a policy that ends there at once."""
    policy = Policy(mix={"grants": 0.5, "vouchers": 0.5}, end=36, phase_out=10)
    withdrawn = run(policy, withdrawal=20)
    assert same_series(run(policy.replace(end=20, phase_out=0)), withdrawn) and not same_series(run(policy), withdrawn)
    returned = ("budget_returned", "net_tax_pv")  # what was never placed goes back in the last quarter
    assert same_series(run(policy), withdrawn, until=20, but=returned)


@pytest.mark.parametrize("quarter", [-1, 36, 47])
def test_withdrawal_of_nothing(quarter, run, same_series):
    """A policy that has ended, or is never withdrawn, runs its simulation."""
    policy = policies["grants"].replace(end=36)
    assert same_series(run(policy), run(policy, withdrawal=quarter))
