"""The error for bad input: its structure, its one printable line, and the one rule for numbers, seeds and YAML."""

import pickle
from typing import Any

import numpy as np
import pytest

from model import BadInput, Economy, Parameters, Policy, simulate
from model.declaration.errors import MOST_NAMES, inside, unknown
from model.declaration.numbers import LARGEST_SEED, python_number, valid_seed, whole_number
from model.declaration.yaml_text import MOST_CHARACTERS, MOST_ITEMS, MOST_NESTED, read_yaml


def refused(call: Any, *given: Any, **named: Any) -> BadInput:
    """The error of a call that must be refused."""
    with pytest.raises(BadInput) as caught:
        call(*given, **named)
    assert str(caught.value).isprintable()
    return caught.value


def parts(error: BadInput) -> tuple[str, Any, str, str]:
    return error.key, error.value, error.allowed, error.place


# -- structure
def test_an_error_is_its_parts() -> None:
    error = BadInput("must be at most 9", "budget", 12).within("policies[2]").at("s.yaml", 4).at("--policies")
    assert parts(error) == ("policies[2].budget", 12, "must be at most 9", "--policies: s.yaml:4")
    assert str(error) == "--policies: s.yaml:4: policies[2].budget = 12: must be at most 9"
    assert isinstance(error, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert (parts(again), str(again)) == (parts(error), str(error))


def test_keys_are_put_before_keys() -> None:
    with pytest.raises(BadInput) as caught, inside("seeds"), inside("[3]"):
        raise BadInput("must be whole")
    assert (caught.value.key, str(caught.value)) == ("seeds[3]", "seeds[3]: must be whole")


def test_the_parts_of_a_message_may_be_missing() -> None:
    assert str(BadInput("no such file", place="a.csv")) == "a.csv: no such file"
    assert str(BadInput("must be a word", value=3)) == "3: must be a word"
    assert (
        str(BadInput("did you mean 'b'?", "a", "a", problem="unknown key 'a'")) == "unknown key 'a': did you mean 'b'?"
    )


@pytest.mark.parametrize(
    ("make", "key", "value", "allowed"),
    [
        (lambda: Parameters(risk=-3), "risk", -3, "must be a number from 0 to 1"),
        (lambda: Parameters(users=True), "users", True, "must be a whole number from 1 to 5e+06"),
        (lambda: Parameters(peer_network="x"), "peer_network", "x", "must be one of: community, watts_strogatz"),
        (lambda: Parameters(founders=30, slots=20), "founders", 30, "must be at most slots = 20"),
        (lambda: Parameters(supplier_low=1, supplier_high=0.5), "supplier_low", 1.0, "at most supplier_high = 0.5"),
        (lambda: Policy(mix={"grants": 2}), "mix.grants", 2, "must be a number from 0 to 1"),
        (lambda: Policy(mix={"grants": 0.4}), "mix", {"grants": 0.4}, "sum to 0.4, must sum to 1"),
        (lambda: Policy(mix={"grnts": 1}), "mix.grnts", "grnts", "did you mean 'grants'?"),
        (lambda: Policy(calendar=[1, -1]), "calendar[1]", -1, "must be a number from 0 to 1e+06"),
        (lambda: Policy(phase_out=130), "phase_out", 130, "must be at most the policy's length of 120 quarters"),
        (lambda: Economy(**{"policy.budget": -1}), "policy.budget", -1, "must be a number from 0 to 0.1"),
        (lambda: Economy(**{"policy.budgt": 0}), "policy.budgt", "policy.budgt", "did you mean 'policy.budget'?"),
        (lambda: Parameters(users=None), "users", ..., "must be a whole number from 1"),
    ],
)
def test_settings_are_refused_with_key_value_and_what_is_allowed(make: Any, key: str, value: Any, allowed: str) -> None:
    error = refused(make)
    assert (error.key, error.value) == (key, value)
    assert allowed in error.allowed


# -- one printable line
HOSTILE = "\x1b[31mred\x00\n\r\u202e\ud800\x9b\u2028"


@pytest.mark.parametrize("part", ["allowed", "key", "value", "place", "problem"])
def test_nothing_that_a_terminal_would_obey_is_printed(part: str) -> None:
    line = str(BadInput(**{"allowed": "must be tame", part: HOSTILE}))
    assert line.isprintable()
    assert "\\x1b[31mred\\x00\\n\\r\\u202e\\ud800\\x9b\\u2028" in line


def test_hostile_names_and_values_are_printable_and_short() -> None:
    assert "\\x1b" in str(refused(lambda: Parameters(**{HOSTILE: 1})))
    for value in ("x" * 10_000, list(range(10_000)), 10**6000, {"a": "\x1b" * 5000}):
        error = refused(lambda value=value: Parameters(risk=value))
        assert error.value == value
        assert len(str(error)) < 200
    assert len(str(refused(lambda: Parameters(**{"x" * 1_000_000: 1})))) < 200


# -- names
def test_at_most_five_names_are_suggested() -> None:
    error = unknown("thing", "zzz", [f"name{number}" for number in range(169)])
    assert error.allowed.count("name") == MOST_NAMES == 5
    assert "one of 169, such as name0" in error.allowed
    assert unknown("thing", "zzz", ["a", "b"]).allowed == "must be one of a, b"
    assert len(str(refused(lambda: Parameters(qqqqq=1)))) < 160


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("kappa", "own_problems"), ("lambda", "concentration"), ("eta", "generality"), ("mu", "supplier_weight"),
        ("sigma", "supplier_exponent"), ("rho", "complementarity"), ("tau", "carried"), ("gamma", "solution_rate"),
        ("delta", "disclosure"), ("psi", "congestion"), ("eps", "supply_elasticity"), ("chi", "funds_cost"),
        ("H_0", "engineers"),
    ],
)  # fmt: skip
def test_a_symbol_is_answered_with_its_parameter(symbol: str, name: str) -> None:
    for make in (lambda: Parameters(**{symbol: 0.3}), lambda: Economy(**{symbol: 0.3})):
        error = refused(make)
        assert (error.key, error.value, error.allowed) == (symbol, symbol, f"is the symbol of '{name}'")


def test_symbols_are_declared_once() -> None:
    """Each stands for one setting and no longer in the text of its meaning."""
    entries = [*Parameters.declarations(), *Policy.declarations()]
    symbols = [entry["symbol"] for entry in entries if entry["symbol"]]
    assert len(symbols) == len(set(symbols)) == 29
    assert not [entry for entry in entries if entry["meaning"].startswith(f"{entry['symbol'] or '?'}:")]
    assert refused(lambda: Economy(phi=1)).allowed == "is the symbol of 'policy.foresight'"


# -- numbers
@pytest.mark.parametrize("kind", [int, float, np.int8, np.int64, np.uint64, np.float16, np.float32, np.float64])
def test_numpys_numbers_are_pythons(kind: Any) -> None:
    made = Parameters(users=kind(60), old_price=kind(0), industries=kind(3))
    assert made == Parameters(users=60, old_price=0.0, industries=3)
    assert {type(made.users), type(made.old_price)} == {int, float}
    policy = Policy(mix={"grants": kind(1)}, calendar=[kind(2)], champions=kind(3))
    assert policy == Policy(mix={"grants": 1.0}, calendar=[2.0], champions=3)
    assert {type(policy.mix[0][1]), type(policy.calendar[0])} == {float}
    assert whole_number("n", kind(5), 1, 9) == valid_seed(kind(5)) == 5


@pytest.mark.parametrize("truth", [True, False, np.True_, np.False_])
def test_truth_is_no_number(truth: Any) -> None:
    for make in (
        lambda: Parameters(users=truth),
        lambda: Parameters(risk=truth),
        lambda: Policy(mix={"grants": truth}),
        lambda: Policy(mix={"grants": 1}, calendar=[truth]),
        lambda: python_number(truth),
        lambda: whole_number("n", truth, 0, 9),
        lambda: valid_seed(truth),
    ):
        assert "must" in refused(make).allowed


@pytest.mark.parametrize("value", [2.5, np.float32(2.5), float("nan"), float("inf"), "2.5", [2], 1e300])
def test_a_fraction_is_no_whole_number(value: Any) -> None:
    assert refused(lambda: Parameters(users=value)).key == "users"
    assert refused(whole_number, "levels", value, 1, 9).key == "levels"


def test_minus_nought_is_nought() -> None:
    assert str(Parameters(foreign_lead=-0.0).foreign_lead) == str(python_number(np.float32(-0.0))) == "0.0"
    assert all(str(Parameters(risk=text).risk) == "0.0" for text in ("-0", "-0.0", " -0e9 ", "0"))
    assert str(Policy(mix={"grants": 1.0, "vouchers": -0.0}).mix) == str(Policy(mix={"grants": 1, "vouchers": 0}).mix)
    assert str(Policy(mix={"grants": 1}, calendar=[-0.0]).calendar) == "(0.0,)"


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1, 2**64, 1.5, True, "x", "9" * 5000, None, [1]])
def test_seeds_have_one_range(seed: Any) -> None:
    for make in (lambda: valid_seed(seed), lambda: simulate({"users": 60}, seed=seed)):
        error = refused(make)
        assert (error.key, error.allowed) == ("seed", f"must be a whole number from 0 to {LARGEST_SEED}")


# -- YAML
def bomb(levels: int) -> str:
    """Each level holds the one before nine times."""
    lines = ["a0: &a0 [1, 2, 3]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "allowed", "line"),
    [
        ("[" * 5000, f"nested at most {MOST_NESTED} deep", 1),
        ("{a: " * 5000, f"nested at most {MOST_NESTED} deep", 1),
        ("\n".join(" " * k + "a:" for k in range(300)), f"nested at most {MOST_NESTED} deep", MOST_NESTED + 1),
        ("- " * 300, f"nested at most {MOST_NESTED} deep", 1),
        (bomb(12), f"at most {MOST_ITEMS} items", 5),
        ("a: &a [*a]", "must not hold itself", 1),
        ("x: 1\na: &a {b: [*a]}", "must not hold itself", 2),
        ("a: *b", "not valid YAML", 1),
        ("a: 1\nb: !!python/object:os.system {}", "not valid YAML", 2),
        ("a: 1\nb: [", "not valid YAML", 2),
        ("a: \x1b[31m", "not valid YAML", 1),
        ("a: " + "9" * 5000, "not valid YAML", 1),
        ("%YAML 1.1\n---\na: 1:30\n", "not valid YAML", 1),
        ("? [a]: b\n: c", "not valid YAML", 1),
    ],
    ids=range(14),
)
def test_hostile_yaml_is_refused_before_anything_is_built(text: str, allowed: str, line: int) -> None:
    error = refused(read_yaml, text, "f.yaml")
    assert allowed in error.allowed
    assert error.place == f"f.yaml:{line}"


def test_yaml_that_is_too_long_is_not_read() -> None:
    assert "characters" in refused(read_yaml, "#" * (MOST_CHARACTERS + 1), "f.yaml").allowed
    assert read_yaml("#" * MOST_CHARACTERS, "f.yaml").content is None


def test_yaml_as_deep_as_is_allowed() -> None:
    content = read_yaml("[" * MOST_NESTED + "]" * MOST_NESTED, "f").content
    for _ in range(MOST_NESTED - 1):
        (content,) = content
    assert content == []


def test_a_key_has_a_line() -> None:
    text = read_yaml("a: 1\nb:\n  - {name: x,\n     policy.c: 2}\n  - &y [1,\n     2]\nd: *y\n1: e\n", "f.yaml")
    assert text.content == {"a": 1, "b": [{"name": "x", "policy.c": 2}, [1, 2]], "d": [1, 2], "1": "e"}
    wanted = {
        "a": 1, "b": 2, "b[0]": 3, "b[0].name": 3, "b[0].policy.c": 4, "b[1][1]": 6, "b[1][7]": 5, "b[0].policy.d": 3,
        "b[9].x": 2, "a.x.y[3]": 1, "1": 8, "nothing": 1, "": 1,
    }  # fmt: skip
    assert {key: text.line_of(key) for key in wanted} == wanted
