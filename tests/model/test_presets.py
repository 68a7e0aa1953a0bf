"""Presets, calendars and local governments: the regimes that the project compares by name are what they say."""

import numpy as np
import pytest

from model.declaration.errors import BadInput
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from model.state.ledger import Entry

NAMED = {
    "laissez_faire": {},
    "rebate": {"rebate": 1.0},
    "selective": {"grants": 1.0},
    "rd_credit": {"rd_credit": 1.0},
    "procurement": {"procurement": 1.0},
    "application": {"vouchers": 1.0},
    "guidance_funds": {"guidance_fund": 1.0},
    "new_national_system": {"mission": 0.6, "basic_research": 0.3, "grants": 0.1},
    "community": {"platform": 0.4, "common_technology": 0.4, "infrastructure": 0.2},
    "feng": {"vouchers": 0.5, "platform": 0.2, "common_technology": 0.2, "infrastructure": 0.1},
    "sequenced": {"rd_credit": 1.0},
}


def test_presets_are_those_of_the_specification():
    """The named regimes and each instrument alone, under its own name; nothing else."""
    assert set(policies) == set(NAMED) | set(INSTRUMENTS)
    assert all(policies[name].name == name for name in policies)


@pytest.mark.parametrize(("name", "mix"), {**{i: {i: 1.0} for i in INSTRUMENTS}, **NAMED}.items())
def test_mixes(name, mix):
    """Exactly these shares, with the default government and calendar: presets differ in nothing else."""
    default = Policy()
    assert dict(policies[name].mix) == mix
    changed = {"name", "mix"} | ({"budget"} if name == "laissez_faire" else set())
    changed |= {"later_mix", "later_from"} if name == "sequenced" else set()
    for trait in set(Policy.model_fields) - changed:
        assert getattr(policies[name], trait) == getattr(default, trait), trait


def test_defaults_of_a_policy():
    """Half a per cent of initial output from quarter 0 to 120; five champions, plans for five years, compliance 0.8."""
    policy = Policy()
    assert (policy.budget, policy.start, policy.end, policy.phase_out) == (0.005, 0, 120, 0)
    assert (policy.champions, policy.plan_period, policy.compliance, policy.subsidy_cap) == (5, 20, 0.8, 0.5)
    assert (policy.criterion, policy.award, policy.coordination) == ("marginal", "proportional", 0.1)


def test_who_chooses():
    """Government or regions choose firms for the selective instruments, and for no other."""
    selective = {entry.name for entry in INSTRUMENTS.values() if entry.reach == "selective"}
    assert selective == {"grants", "guidance_fund", "mission", "procurement"}
    assert {e.name for e in INSTRUMENTS.values() if e.chooser} == selective
    assert [e.name for e in INSTRUMENTS.values() if e.chooser == "regions"] == ["guidance_fund"]


# -- calendars
def quarterly(run, policy):
    """Taxes per quarter as a share of initial output."""
    found = run(policy)
    return found.state.ledger.moved[:, Entry.TAX] / found.state.market[0].initial_output


def test_budget_runs_from_start_to_end(run):
    """The same share in every quarter of the calendar, none outside."""
    expected = np.zeros(48)
    expected[7:31] = 0.01
    np.testing.assert_allclose(quarterly(run, policies["vouchers"].replace(start=7, end=31, budget=0.01)), expected)


@pytest.mark.parametrize("preset", NAMED)
def test_phase_out_is_linear(preset, run, arm):
    """Over the last n quarters the budget is n / (n + 1), ..., 1 / (n + 1) of itself, whatever the mix."""
    expected = 0.005 * np.array([1.0] * 32 + [0.8, 0.6, 0.4, 0.2] + [0.0] * 12)
    taxed = quarterly(run, arm(preset, phase_out=4))
    np.testing.assert_allclose(taxed, expected if preset != "laissez_faire" else 0.0 * expected, rtol=1e-9, atol=1e-15)


def test_calendar_multiplies_the_budget(run, arm):
    """Multiples count from the start; quarters that the list does not reach get nothing."""
    policy = arm("rebate", start=3, calendar=(2.0, 0.0, 0.5))
    np.testing.assert_allclose(quarterly(run, policy), 0.005 * np.array([0.0] * 3 + [2.0, 0.0, 0.5] + [0.0] * 42))


def test_sequence_changes_sides(run, arm):
    """R&D money until quarter 40 and vouchers after it, from the same taxes."""
    policy = arm("sequenced", end=48, later_from=40)
    placed = dict(zip(INSTRUMENTS, run(policy).state.government.placed.T, strict=True))
    assert np.all(placed["rd_credit"][:40] > 0.0) and not np.any(placed["rd_credit"][40:])
    assert not np.any(placed["vouchers"][:40]) and placed["vouchers"][40:].sum() > 0.0
    np.testing.assert_allclose(quarterly(run, policy), 0.005)
    assert policies["sequenced"].later_from == 40 and dict(policies["sequenced"].later_mix) == {"vouchers": 1.0}


def test_what_is_unspent_moves_on(simulation, arm):
    """Instruments that end leave their purse to those that follow, in proportion; none is lost."""
    policy = Policy(
        mix={"vouchers": 1.0},
        later_mix={"infrastructure": 0.75, "rebate": 0.25},
        later_from=10,
        end=36,
        subsidy_cap=0.0,
    )
    under_way = simulation(policy, until=11)
    placed = dict(zip(INSTRUMENTS, under_way.state.government.placed[10], strict=True))
    total = 0.93 * 11 * 0.005 * under_way.state.market[0].initial_output
    assert placed["infrastructure"] == pytest.approx(0.75 * total) and placed["rebate"] == pytest.approx(0.25 * total)


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({"mix": {"vouchers": 0.5}}, "sum to 0.5"),
        ({"mix": {"voucher": 1.0}}, "vouchers"),
        ({"later_mix": {"vouchers": 1.0}}, "later_mix"),
        ({"start": 10, "end": 5}, "at least start = 10"),
        ({"start": 10, "end": 15, "phase_out": 6}, "length of 5 quarters"),
        ({"calendar": (1.0, -1.0)}, r"calendar\[1\] = -1"),
        ({"calendar": "often"}, "numbers"),
        ({"leakage": 0.6, "administration": 0.4}, "below 0.99"),
    ],
    ids=str,
)
def test_contradictions_are_refused(traits, words):
    """A policy that cannot be is refused in one line that says what is allowed."""
    with pytest.raises(BadInput, match=words) as refusal:
        Policy(**traits)
    assert "\n" not in str(refusal.value)


# -- local governments
def test_local_governments_back_firms_of_their_region(simulation, arm):
    """Each region has at most its seats, filled with own domestic firms while there are any."""
    under_way = simulation(arm("guidance_funds", local_champions=2), regions=3, founders=40)
    for t in range(36):
        under_way.advance(t + 1)
        s = under_way.state
        backed = s.government.backed
        assert np.all(np.bincount(s.innovators.region[backed], minlength=3) <= 2)
        # a firm that fails leaves its seat open until the next quarter
        assert t > 0 or np.array_equal(np.bincount(s.innovators.region[backed], minlength=3), [2, 2, 2])
        assert np.all(s.innovators.alive[backed] & ~s.innovators.foreign[backed])


def test_regions_decide_for_themselves(simulation, arm):
    """Without foresight local governments back others than the nation's government would, by signals of their own."""
    local = simulation(arm("guidance_funds", foresight=0.5, herding=0.0), until=1, regions=1, founders=40).state
    national = simulation(arm("grants", foresight=0.5, champions=2), until=1, regions=1, founders=40).state
    assert local.government.backed.sum() == national.government.chosen.sum() == 2
    assert not np.array_equal(local.government.backed, national.government.chosen)
