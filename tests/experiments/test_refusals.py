"""Questions that no run can answer are refused before any run is made."""

import json
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.expressions import parse_sum
from model.declaration.errors import BadInput
from tests.economies import TINY_SIZES

WITHOUT_FACTORS = f"policies: [rebate, grants]\nseeds: 1\nparameters: {json.dumps(TINY_SIZES)}\n"
FEW = "uncertain: {own_problems: {values: [0.1, 0.2, 0.3]}, risk: {values: [0.1, 0.2, 0.3]}}\ndesign: {kind: grid}\n"


@pytest.mark.parametrize("words", [["sensitivity", "--of", "3"], ["discover", "--where", "1 < 2"]])
def test_numbers_alone_are_no_question(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, option, text = words
    (tmp_path / "s.yaml").write_text(WITHOUT_FACTORS)
    assert main([command, str(tmp_path / "s.yaml"), option, text]) == 2
    assert f"{option}: {text!r}: holds no indicator" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["1e400 * welfare[grants]", "welfare[grants] - 1e400"])
def test_a_number_too_large_to_hold_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"letter \d+, at '1e400.*expected a smaller number"):
        parse_sum(text, ["grants"], "--of")


@pytest.mark.parametrize(
    ("words", "factors", "said"),
    [
        (["sensitivity"], "", "holds no uncertain factors"),
        (["discover", "--where", "welfare[rebate] < 1"], "", "holds no uncertain factors"),
        (["sensitivity"], FEW, "9 points: at least 10"),
        (["discover", "--where", "welfare[rebate] < 1"], FEW, "9 points: at least 40"),
        (["discover", "--where", "welfare[rebate] < 1", "--density", "2"], FEW, "--density"),
    ],
)
def test_a_study_that_cannot_be_answered_is_refused_before_any_run(
    words: list[str], factors: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = words
    (tmp_path / "s.yaml").write_text(WITHOUT_FACTORS + factors)
    assert main([command, str(tmp_path / "s.yaml"), *options, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (["rebat", "grants"], "nqpf: A: unknown policy 'rebat'"),
        (["grants", "rebat"], "nqpf: B: unknown policy 'rebat'"),
        (["grants,selective", "rebate"], "nqpf: A: "),
        (["rebate", "grants,selective"], "nqpf: B: "),
    ],
)
def test_each_of_two_policies_is_one_policy(
    pair: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", *pair, "--set", "users=0", "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
