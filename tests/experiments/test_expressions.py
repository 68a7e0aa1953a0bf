"""The grammar of questions: what it reads, what it means, and one line that names the place of what it does not."""

import numpy as np
import pandas as pd
import pytest

from experiments.expressions import parse_condition, parse_sum
from model.declaration.errors import BadInput

POLICIES = ("rebate", "selective", "application")
RUNS = pd.DataFrame(
    {
        "point": [0, 0, 0, 0, 1, 1], "set": 0, "seed": [0, 0, 1, 1, 0, 0],
        "policy": ["selective", "application"] * 3, "status": ["ok"] * 5 + ["failed"],
        "welfare": [1.0, 4.0, 2.0, 7.0, 5.0, 6.0], "adoption": [0.5, 0.25, 0.5, 0.75, 1.0, 1.0],
    }
)  # fmt: skip


def test_a_difference_is_taken_within_the_pair() -> None:
    """Within point and seed, and without a value where either run failed."""
    found = parse_sum("welfare[application] - welfare[selective]", POLICIES, "--of").value(RUNS)
    assert found.to_dict() == pytest.approx({(0, 0, 0): 3.0, (0, 0, 1): 5.0, (1, 0, 0): np.nan}, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("welfare[application]", 4.0), ("-welfare[application] + 1e1", 6.0), ("2*welfare[application]-.5", 7.5),
        ("welfare[application] - 4 * adoption[selective] - 1", 1.0), (" welfare [ application ] ", 4.0),
    ],
)  # fmt: skip
def test_sums_mean_what_they_say(text: str, value: float) -> None:
    found = parse_sum(text, POLICIES, "--of")
    assert found.value(RUNS).iloc[0] == pytest.approx(value)
    assert parse_sum(str(found), POLICIES, "--of") == found


@pytest.mark.parametrize(
    ("sign", "expected"), [("<", [True, False, False]), ("<=", [True, True, False]), (">", [False, False, True]),
                           (">=", [False, True, True])],
)  # fmt: skip
def test_conditions_compare_both_sides(sign: str, expected: list[bool]) -> None:
    condition = parse_condition(f"welfare[application] {sign} welfare[selective] + 3", POLICIES, "--where")
    assert list(condition.holds(np.array([-1.0, 0.0, 1.0]))) == expected
    assert condition.gap.value(RUNS).iloc[0] == pytest.approx(0.0)


def test_an_indicator_without_a_policy_is_a_difference_or_a_level() -> None:
    bare = parse_sum("welfare + adoption[rebate]", POLICIES, "--of")
    assert str(bare.between("a", "b")) == "welfare[a] - welfare[b] + adoption[rebate]"
    assert str(bare.under("a")) == "welfare[a] + adoption[rebate]"


BAD = {
    "welfar[rebate] < 1": ["letter 1", "unknown indicator 'welfar'", "did you mean 'welfare'"],
    "welfare[rebat] < 1": ["letter 8", "unknown policy 'rebat'", "did you mean 'rebate'"],
    "welfare < 1": ["letter 9", "expected a policy in brackets"],
    "welfare[rebate]": ["at its end", "expected one of"],
    "welfare[rebate] << 1": ["letter 18", "expected an indicator"],
    "welfare[rebate] < ": ["at its end", "expected an indicator"],
    "welfare[rebate] < 1 < 2": ["letter 21", "expected the end"],
    "welfare[rebate] < 1 2": ["letter 21", "expected the end"],
    "welfare[rebate] == 1": ["letter 17", "'== 1'"],
    "welfare[rebate] > 1; drop": ["letter 20", "'; drop'"],
    "welfare[rebate < 1": ["letter 8", "'[rebate < 1'"],
    "2 < 3": ["holds no indicator"],
    "": ["at its end"],
    "\n\x1b[31m": ["letter 2"],
    "+" * 2000: ["at most 1000 letters"],
    "(welfare[rebate]) < 1": ["letter 1", "'(welfare"],
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_condition_is_one_line_with_the_place(text: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_condition(text, POLICIES, "--where")
    line = str(error.value)
    assert line.startswith("--where") and line.isprintable() and len(line) < 300
    assert all(fragment in line for fragment in BAD[text]), line


def test_a_condition_is_no_sum() -> None:
    with pytest.raises(BadInput, match=r"--of: .*letter 17.*--where"):
        parse_sum("welfare[rebate] < 1", POLICIES, "--of")
