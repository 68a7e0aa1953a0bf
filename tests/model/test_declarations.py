"""Declarations: parameters and policies are declared once, validated, frozen, hashable, and round-trip."""

import json
import math

import numpy as np
import pytest

from model.declaration.errors import BadInput
from model.declaration.settings import NOT_IDENTIFIED, bounds, is_efficacy
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy, policies

SETTINGS = {"parameters": Parameters, "policy": Policy}
NUMBERS = [
    (kind, name)
    for kind, cls in SETTINGS.items()
    for name, field in cls.model_fields.items()
    if bounds(field)[0] is not None
]


def refusal(make, **values):
    """The one line with which bad settings are refused."""
    with pytest.raises(BadInput) as caught:
        make(**values)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# -- declarations
@pytest.mark.parametrize("settings", SETTINGS.values())
def test_every_setting_is_documented(settings):
    """Each has a unit, a meaning, a source, and a default inside its range."""
    for entry in settings.declarations():
        assert set(entry) == {"name", "symbol", "default", "unit", "range", "meaning", "source"}
        assert all(str(entry[key]).strip() for key in ("unit", "meaning", "source")), entry["name"]


def test_default_is_inside_its_finite_range():
    """A number's range is finite, not empty, and contains the default."""
    for kind, name in NUMBERS:
        field = SETTINGS[kind].model_fields[name]
        low, high = bounds(field)
        assert math.isfinite(low) and math.isfinite(high) and low < high, name
        assert low <= field.default <= high, name


@pytest.mark.parametrize("made", [Parameters(), policies["grants"]], ids=["parameters", "policy"])
def test_declared_once(made):
    """Compiled code reads exactly the declared numbers: no second list of names or defaults."""
    numbers = {name for name in type(made).model_fields if isinstance(getattr(made, name), int | float)}
    assert numbers <= set(made.record.dtype.names)
    assert all(made.record[name] == getattr(made, name) for name in numbers)
    derived = {"omega", "equal_award", "criterion", "chooses", "plans", "backs", "moves_on"}
    assert set(made.record.dtype.names) - numbers <= derived


def test_each_user_stands_for_the_same_size():
    """omega = 1,000 * market_size / users."""
    assert Parameters(users=250, market_size=2.0).record.omega == 8.0


def test_swept_ranges_cover_what_the_specification_asks():
    """MODEL.md's swept ranges lie inside the declared ones, so that nothing is hard-wired to win."""
    wanted = {
        "supply_elasticity": (0, 3), "own_problems": (0, 1), "concentration": (0.5, 1), "novelty_half": (1, 50),
        "congestion": (0, 1), "report_noise": (0, 1), "disclosure": (0, 1), "imitation": (0, 1), "displacement": (0, 1),
        "learning_by_doing": (0, 1), "learning_by_research": (0, 1), "complementarity": (-30, 0.9),
        "supplier_exponent": (-6, 0), "segmentation": (0, 1),
    }  # fmt: skip
    traits = {
        "foresight": (0, 1),
        "budget": (0.0005, 0.02),
        "compliance": (0, 1),
        "leakage": (0, 0.5),
        "explore": (0, 1),
    }
    for settings, ranges in ((Parameters, wanted), (Policy, traits)):
        for name, (low, high) in ranges.items():
            declared = bounds(settings.model_fields[name])
            assert declared[0] <= low and high <= declared[1], name


# -- frozen, hashable, round trips
@pytest.mark.parametrize(
    "settings", [Parameters(users=123), policies["selective"].replace(award="equal", champions="all")]
)
def test_frozen_and_hashable(settings):
    """Settings cannot be changed; equal ones hash alike, different ones are different."""
    with pytest.raises(Exception, match="frozen"):
        setattr(settings, next(iter(type(settings).model_fields)), 1)
    copy = settings.replace()
    assert copy == settings and hash(copy) == hash(settings)
    changed = settings.replace(**({"users": 124} if isinstance(settings, Parameters) else {"budget": 0.001}))
    assert changed != settings and len({settings, copy, changed}) == 2


@pytest.mark.parametrize(
    "settings", [Parameters(), Parameters(users=77, needs_drift=0.1 + 0.2 / 3.0), *policies.values()]
)
def test_round_trips(settings):
    """YAML and JSON bring back an equal object, to the last bit of every number."""
    kind = type(settings)
    assert kind.from_yaml(settings.to_yaml()) == settings
    assert kind(**json.loads(json.dumps(settings.model_dump(mode="json")))) == settings
    assert kind.from_yaml(json.dumps(settings.model_dump(mode="json"))) == settings
    assert kind.model_validate_json(settings.model_dump_json()) == settings


def test_yaml_has_a_line_per_setting():
    """So that versions can be compared line by line."""
    names = [line.partition(":")[0] for line in Parameters().to_yaml().splitlines()]
    assert names == list(Parameters.model_fields)


@pytest.mark.parametrize("text", ["{", "- users", "users"])
def test_yaml_that_is_none(text):
    """What is not YAML, or not names with values, is refused."""
    assert refusal(Parameters.from_yaml, text=text).startswith(("parameters:1: not valid YAML", "parameters = "))


def test_a_file_is_what_it_holds():
    """Results depend on settings as they stand, and on files by their digest alone."""
    assert Parameters(users=77).content() == Parameters(users=77).model_dump(mode="json")
    named = Parameters(industries_file="tests/data/industries.csv", domains=3)
    assert named.industries == 4
    assert named.industries_file == f"tests/data/industries.csv#{named.content()['industries_file']}"


def test_mixes_compare_by_content():
    """A mix is a set of shares: order of writing does not matter."""
    one = Policy(mix={"grants": 0.4, "vouchers": 0.6})
    assert one == Policy(mix={"vouchers": 0.6, "grants": 0.4})
    for shares in one.shares:
        assert dict(zip(INSTRUMENTS, shares, strict=True))["vouchers"] == 0.6 and shares.sum() == 1.0
    later = one.replace(later_mix={"vouchers": 0.5, "rebate": 0.5})
    assert later == one.replace(later_mix={"rebate": 0.5, "vouchers": 0.5}) != one


def test_equal_after_use():
    """Settings that have been used (their compiled numbers read) still compare and hash by content."""
    one, two = (policies["grants"].replace(foresight=0.3) for _ in range(2))
    for policy in (one, two):
        assert policy.record.foresight == 0.3 and policy.outlays(9).sum() > 0.0
    assert one == two and {one: "found"}[two] == "found" and one != policies["grants"]
    used, fresh = Parameters(users=55), Parameters(users=55)
    assert used.record.users == 55 and used == fresh


# -- refusals
def test_unknown_names_are_refused_with_the_nearest():
    """A misspelt name is refused and the right one suggested; where none is near, all are listed."""
    five = ", ".join(list(policies)[:5])
    assert refusal(find_policy, policy="???").endswith(f": must be one of {len(policies)}, such as {five}")
    assert refusal(Parameters, usrs=3) == "unknown parameter 'usrs': did you mean 'users'?"
    assert refusal(Policy, foresigt=0.1) == "unknown policy setting 'foresigt': did you mean 'foresight'?"
    assert "'vouchers'" in refusal(Policy, mix={"voucher": 1.0})
    assert "'rd_credit'" in refusal(find_policy, policy="rd_credits")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "many", None, [1]])
def test_no_number(value):
    """What is no finite number is refused, by name."""
    assert "risk" in refusal(Parameters, risk=value)
    assert "budget" in refusal(Policy, budget=value)


def test_out_of_range():
    """Numbers outside the declared range are refused and the range is named."""
    for kind, name in NUMBERS:
        low, high = bounds(SETTINGS[kind].model_fields[name])
        for value in (low - 1, high + 1):
            message = refusal(SETTINGS[kind], **{name: value})
            assert all(word in message for word in (name, f"{low:g}", f"{high:g}")), f"{name} = {value}: {message}"


def test_whole_numbers_stay_whole():
    """Half a user is refused."""
    assert "users = 2.5: must be a whole number from" in refusal(Parameters, users=2.5)
    assert "champions" in refusal(Policy, champions=2.5)
    assert "risk = -1: must be a number from 0 to" in refusal(Parameters, risk=-1)


def test_of_several_faults_the_first_is_named():
    """The first in the order of the declarations, whatever the order in which settings are given."""
    assert refusal(Parameters, users=-1, horizon=0) == "horizon = 0: must be a whole number from 1 to 2000"


@pytest.mark.parametrize(
    "values",
    [
        {"traditional_share": 0.9, "emerging_share": 0.2},
        {"founders": 60, "slots": 50},
        {"suppliers": 5, "domains": 6},
        {"industries": 30, "users": 20},
        {"floor_cost": 0.2, "initial_cost": 0.1},
        {"supplier_low": 0.9, "supplier_high": 0.5},
        {"peer_network": "hexagons"},
        {"horizon": 0},
        {"users": -1},
    ],
)
def test_inconsistent_parameters(values):
    """Settings that cannot go together are refused, and the message names one of them."""
    message = refusal(Parameters, **values)
    assert any(name in message for name in values)


def test_parameters_as_far_as_they_go_together():
    """Suppliers may all be alike, and cost at its floor at once; by how much shares are too large is said."""
    assert Parameters(supplier_low=0.5, supplier_high=0.5).supplier_high == 0.5
    assert Parameters(floor_cost=0.2, initial_cost=0.2).floor_cost == 0.2
    assert "emerging_share = 1.1: must be at most 1" in refusal(Parameters, traditional_share=0.9, emerging_share=0.2)


@pytest.mark.parametrize(
    ("name", "file"),
    [("industries_file", "industries.csv"), ("peers_graph", "peers.graphml"), ("supply_graph", "supply.edgelist")],
)
def test_each_file_is_checked(name, file):
    """Also alone, against the other parameters."""
    assert f"{name}." in refusal(Parameters, domains=2, suppliers=2, **{name: f"tests/data/{file}"})


def test_shocks_are_those_that_strike():
    """From quarter 0 on; -1 is never."""
    assert Parameters().shocks == {}
    assert Parameters(decoupling=0, withdrawal=3).shocks == {"decoupling": 0, "withdrawal": 3}


@pytest.mark.parametrize(
    "values",
    [
        {"start": 50, "end": 40},
        {"start": 10, "end": 20, "phase_out": 11},
        {"leakage": 0.9, "administration": 0.2},
        {"leakage": 0.5, "administration": 0.49},
        {"mix": {"grants": 0.5}},
        {"mix": {"grants": 0.5, "vouchers": 0.6}},
        {"mix": {"grants": -0.5, "vouchers": 1.5}},
        {"mix": {"grants": -0.5, "vouchers": 0.75, "rebate": 0.75}},
        {"mix": {"grants": True}},
        {"mix": {"grants": float("nan"), "vouchers": 1.0}},
        {"mix": "grants"},
        {"mix": {"grants": 1.0}, "later_mix": {"vouchers": 0.7}},
        {"mix": {"grants": 1.0}, "calendar": "weekly"},
        {"champions": "most"},
        {"criterion": "beauty"},
        {"award": "random"},
    ],
)
def test_inconsistent_policies(values):
    """Traits that cannot go together are refused, and the message names one of them."""
    message = refusal(Policy, **values)
    assert any(name in message for name in values)


def test_as_far_as_they_go_together():
    """A policy may last no quarter, fade from the first, and name an instrument that gets nothing and is not used."""
    assert Policy(start=3, end=3).end == 3
    assert Policy(start=10, end=20, phase_out=10).phase_out == 10
    assert "length of 10 quarters" in refusal(Policy, start=10, end=20, phase_out=11)
    idle = Policy(mix={"vouchers": 1.0, "grants": 0.0})
    assert not idle.uses(chooser="government") and idle.replace(mix={"grants": 1.0}).uses(chooser="government")


def test_more_champions_than_places():
    """A selective policy may not choose more firms than there are slots; exactly as many is allowed."""
    assert "champions" in refusal(check_fits, policy=policies["grants"].replace(champions=129), slots=128)
    check_fits(policies["grants"].replace(champions=128), 128)


def test_the_two_by_two():
    """Side and reach of the four instruments under comparison, and who chooses firms for the selective ones."""
    cells = {name: (entry.side, entry.reach) for name, entry in INSTRUMENTS.items()}
    assert cells["rd_credit"] == ("R&D", "broad") and cells["grants"] == ("R&D", "selective")
    assert cells["vouchers"] == ("application", "broad") and cells["procurement"] == ("application", "selective")


def test_laissez_faire_raises_no_tax():
    """Without policy there is no tax; nor with a policy that has no instrument to spend it."""
    assert policies["laissez_faire"].budget == 0.0
    assert np.all(policies["laissez_faire"].shares == 0.0)


# -- instruments
def test_every_instrument_is_documented():
    """The instruments of MODEL.md section 8 with their sides; each has a meaning, a basis, and an act of its own."""
    sides = {
        "reference": {"rebate"},
        "R&D": {"grants", "guidance_fund", "mission", "rd_credit", "basic_research"},
        "application": {"vouchers", "demonstration", "procurement"},
        "entry": {"entry_subsidy"},
        "community": {"platform", "roadmap", "common_technology", "infrastructure"},
        "framework": {"talent", "market_unification", "observatory"},
    }
    assert {side: {name for name, entry in INSTRUMENTS.items() if entry.side == side} for side in sides} == sides
    assert sum(map(len, sides.values())) == len(INSTRUMENTS)
    assert all(entry.name == name and entry.meaning and entry.basis for name, entry in INSTRUMENTS.items())
    assert {name for name, entry in INSTRUMENTS.items() if entry.reach == "selective"} == {
        name for name, entry in INSTRUMENTS.items() if entry.chooser
    }


def test_efficacies_that_cannot_be_identified_are_drawn_over_two_orders_of_magnitude():
    """MODEL.md rule 7: meetings, pooled information, infrastructure, common technology, talent, foresight, and more."""
    efficacies = {name: entry.efficacy for name, entry in INSTRUMENTS.items() if entry.efficacy}
    wanted = {"platform", "roadmap", "infrastructure", "common_technology", "talent", "observatory"}
    assert wanted <= set(efficacies) and len(set(efficacies.values())) == len(efficacies)
    assert {name for name, field in Parameters.model_fields.items() if is_efficacy(field)} >= set(efficacies.values())
    assert not is_efficacy(Parameters.model_fields["users"])
    for name in efficacies.values():
        field = Parameters.model_fields[name]
        low, high = bounds(field)
        assert high / low == pytest.approx(100.0) and field.default == pytest.approx(math.sqrt(low * high))
        assert field.json_schema_extra["log"] and field.json_schema_extra["source"] == NOT_IDENTIFIED
    drawn = {name for name, field in Parameters.model_fields.items() if field.json_schema_extra["log"]}
    assert drawn == set(efficacies.values())


def test_declared_defaults_are_the_defaults():
    """What a declaration shows as default makes, given back, the same settings."""
    for settings in SETTINGS.values():
        shown = {entry["name"]: entry["default"] for entry in settings.declarations()}
        assert settings(**shown) == settings()
        assert shown == {name: settings().model_dump()[name] for name in shown}
