"""Errors in studies, options and points: the key, the place and what is allowed, whoever gave them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import compare
from experiments.cli import main
from experiments.commands.options import run_from, study_from
from experiments.study.addresses import parse_settings
from experiments.study.design import Design
from experiments.study.file import read_study
from experiments.study.study import Study, check_seeds, seeds_from
from model.declaration.errors import BadInput
from model.declaration.numbers import LARGEST_SEED
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policy


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def refused(call: Any, *given: Any, **named: Any) -> BadInput:
    """The error of a call that must be refused."""
    with pytest.raises(BadInput) as caught:
        call(*given, **named)
    assert str(caught.value).isprintable()
    return caught.value


STUDIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a key": ({"seed": 3}, "seed", "did you mean 'seeds'?"),
    "a parameter": ({"parameters": {"risk": -3}}, "parameters.risk", "from 0 to 1"),
    "a parameter's name": ({"parameters": {"usrs": 3}}, "parameters.usrs", "'users'"),
    "parameters at odds": ({"parameters": {"slots": 9}}, "parameters.founders", "at most slots = 9"),
    "parameters as a word": ({"parameters": "x"}, "parameters", "name: value"),
    "a trait": ({"policies": ["rebate", {"name": "a", "budget": -1}]}, "policies[1].budget", "from 0 to 0.1"),
    "a share": ({"policies": [{"name": "a", "mix": {"grants": 7}}]}, "policies[0].mix.grants", "from 0 to 1"),
    "champions": (
        {"policies": ["rebate", {"name": "a", "mix": {"grants": 1}, "champions": 200}]}, "policies[1].champions", "128",
    ),
    "a policy": ({"policies": ["rebate", "vouchrs"]}, "policies[1]", "'vouchers'"),
    "a policy twice": ({"policies": ["rebate", "rebate"]}, "policies[1]", "given twice"),
    "a policy's name": ({"policies": [{"name": "a,b", "mix": {"grants": 1}}]}, "policies[0].name", "without commas"),
    "a symbol": ({"uncertain": {"kappa": {"range": [0, 1]}}}, "uncertain.kappa", "'own_problems'"),
    "a factor": ({"uncertain": {"policy.forsight": {"range": [0, 1]}}}, "uncertain.policy.forsight", "foresight"),
    "a range": ({"uncertain": {"policy.foresight": {"range": [0, 7]}}}, "uncertain.policy.foresight.range", "0 to 1"),
    "a value": ({"uncertain": {"risk": {"values": [0.1, 7]}}}, "uncertain.risk.values[1]", "0 to 1"),
    "a factor as a word": ({"uncertain": {"risk": 3}}, "uncertain.risk", "range: [low, high]"),
    "levels": ({"uncertain": {"risk": {"range": [0, 1], "levels": 0}}}, "uncertain.risk.levels", "from 1 to"),
    "a kind": ({"design": {"kind": "sobl"}}, "design.kind", "sobol"),
    "samples": ({"design": {"kind": "lhs", "samples": 0.5}}, "design.samples", "whole number from 1"),
    "a point": (
        {"design": {"kind": "list", "points": [{"users": 9}, {"usrs": 9}]}}, "design.points[1].usrs", "'users'",
    ),
    "seeds": ({"seeds": "ten"}, "seeds", "a number of seeds"),
    "a seed": ({"seeds": [4, LARGEST_SEED + 1]}, "seeds[1]", f"from 0 to {LARGEST_SEED}"),
    "an outcome": ({"outcomes": ["hhi", "welfar"]}, "outcomes[1]", "'welfare'"),
    "outcomes": ({"outcomes": "hhi"}, "outcomes", "list of indicators"),
    "the reference": ({"reference": "grnts"}, "reference", "'grants'"),
    "match": ({"match": 1}, "match", "true or false"),
    "timing": ({"timing": []}, "timing", "own, yoked"),
    "the name": ({"name": "../x"}, "name", "letters, digits"),
}  # fmt: skip


@pytest.mark.parametrize("case", STUDIES)
def test_a_study_refuses_its_own_errors(case: str) -> None:
    """The same error, key and line whether plain data or a file declare it."""
    content, key, allowed = STUDIES[case]
    error = refused(Study.from_content, content)
    assert (error.key, error.place.removesuffix("point 1")) == (key, "")
    assert allowed in error.allowed
    Path("s.yaml").write_text(f"# one\n# two\n{content!r}".replace("True", "true"))
    again = refused(read_study, Path("s.yaml"))
    assert (again.key, again.allowed) == (key, error.allowed)
    assert again.place.startswith("s.yaml:3" if key != "nothing" else "s.yaml")


def test_the_line_is_that_of_the_key() -> None:
    text = "name: x\npolicies:\n  - rebate\n  - name: a\n    mix: {grants: 1}\n    champions: 200\nuncertain:\n"
    Path("s.yaml").write_text(f"{text}  risk:\n    values:\n      - 0.1\n")
    assert refused(read_study, Path("s.yaml")).place == "s.yaml:6"
    Path("s.yaml").write_text(f"{text.replace('200', '9')}  risk:\n    values:\n      - 0.1\n      - 7\n")
    assert refused(read_study, Path("s.yaml")).place == "s.yaml:11"


def test_a_policy_file_in_a_study_adds_its_own_line() -> None:
    Path("p.yaml").write_text("mix: {grants: 1}\nbudget: -1\n")
    Path("s.yaml").write_text("policies:\n  - rebate\n  - p.yaml\n")
    error = refused(read_study, Path("s.yaml"))
    assert (error.key, error.value, error.place) == ("policies[1].budget", -1, "s.yaml:3: p.yaml:2")


def test_what_python_gives_is_validated_alike() -> None:
    champions = Policy(name="a", mix={"grants": 1.0}, champions=200)
    assert refused(Study, policies=(find_policy("rebate"), champions)).key == "policies[1].champions"
    assert refused(compare, policies=["rebate"], seeds=[0, -1]).key == "seeds[1]"


def test_numpys_numbers_make_the_same_study() -> None:
    plain = {
        "seeds": (3, 5),
        "uncertain": {"users": {"values": [60, 70]}, "risk": {"range": [0.0, 0.5], "levels": 2}},
        "design": {"kind": "grid", "levels": 3},
    }
    numpy = {
        "seeds": np.array([3, 5]),
        "uncertain": {
            "users": {"values": np.array([60, 70])},
            "risk": {"range": [np.float64(-0.0), np.float32(0.5)], "levels": np.int64(2)},
        },
        "design": {"kind": "grid", "levels": np.float64(3)},
    }
    assert Study(**numpy).identity("m") == Study(**plain).identity("m")
    assert Study(**numpy).content() == Study(**plain).content()


@pytest.mark.parametrize("truth", [True, np.True_])
def test_truth_is_no_number_in_a_study(truth: Any) -> None:
    for given, key in (
        ({"seeds": truth}, "seeds"),
        ({"seeds": [1, truth]}, "seeds[1]"),
        ({"uncertain": {"users": {"values": [1, truth]}}}, "uncertain.users.values[1]"),
        ({"uncertain": {"risk": {"range": [0, truth]}}}, "uncertain.risk.range"),
        ({"design": {"kind": "lhs", "samples": truth}}, "design.samples"),
        ({"design": {"kind": "list", "points": [{"users": truth}]}}, "design.points[0].users"),
    ):
        assert refused(Study, **given).key == key


def test_a_point_is_named_by_its_number() -> None:
    points = [{"founders": 10}] * 17 + [{"founders": 999}]
    study = Study(policies=(find_policy("rebate"),), design={"kind": "list", "points": points})
    error = refused(list, Design(study, "s.yaml"))
    assert (error.key, error.value, error.place) == ("founders", 999, "s.yaml: point 17")
    assert error.allowed == "must be at most slots = 128"


def test_seeds_have_one_range() -> None:
    assert check_seeds([LARGEST_SEED]) == seeds_from(1, LARGEST_SEED) == (LARGEST_SEED,)
    allowed = f"must be a whole number from 0 to {LARGEST_SEED}"
    for call in (
        lambda: check_seeds([LARGEST_SEED + 1]),
        lambda: seeds_from(1, LARGEST_SEED + 1),
        lambda: seeds_from(2, LARGEST_SEED),
        lambda: run_from("rebate", LARGEST_SEED + 1, (), quick=False),
    ):
        assert refused(call).allowed == allowed


# -- options
@pytest.mark.parametrize(
    ("setting", "key", "value", "allowed"),
    [
        ("users=x", "users", "x", "must be a whole number from 1 to 5e+06"),
        ("policy.budget=-1", "policy.budget", -1, "must be a number from 0 to 0.1"),
        ("policy.mix={grants: 7}", "policy.mix.grants", 7, "must be a number from 0 to 1"),
        ("policy.champions=200", "policy.champions", 200, "must be at most slots = 128, or all"),
        ("usrs=3", "usrs", "usrs", "did you mean 'users'?"),
        ("kappa=0.3", "kappa", "kappa", "is the symbol of 'own_problems'"),
        ("phi=0.3", "phi", "phi", "is the symbol of 'policy.foresight'"),
        ("budget=3", "budget", "budget", "did you mean 'policy.budget'?"),
    ],
)
def test_an_option_is_the_place(setting: str, key: str, value: Any, allowed: str) -> None:
    error = refused(run_from, "grants", 0, [setting], quick=False)
    assert (error.key, error.value, error.allowed, error.place) == (key, value, allowed, f"--set {setting}")


def test_settings_at_odds_with_defaults() -> None:
    error = refused(run_from, "rebate", 0, ["slots=10"], quick=False)
    assert (error.key, error.place) == ("founders", "--set")


def test_other_options_are_places_too() -> None:
    options: dict[str, Any] = {"file": None, "seeds": 1, "seed": 0, "settings": (), "quick": False}
    given = {"policies": "grants", "reference": "rebate"}
    assert refused(study_from, **options | given | {"policies": "grnts"}).place == "--policies"
    assert refused(study_from, **options | given | {"reference": "rebat"}).place == "--reference"
    assert refused(study_from, **options | given | {"seeds": 0}).place == "--seeds"


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "&a [*a]", "x" * 300_000, "!!python/none ''", "a: b: c"])
def test_hostile_settings_are_one_short_line(text: str) -> None:
    error = refused(parse_settings, [f"users={text}"])
    assert error.key == "users" and error.place.startswith("--set users=")
    assert "must be a number, a word or {name: value}" in error.allowed
    assert len(str(error)) < 400


def test_a_terminal_gets_no_escape(capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.yaml").write_text('name: "\\e[31m\\0"\n')
    for words in (
        ["compare", "s.yaml"], ["run", "--policy", "\x1b[31m"], ["run", "--set", "users=\x1b[31m"], ["\x1b[31m"],
        ["run", "--\x1b[31m"], ["status", "\x1b[31m"], ["run", "--graph", "no/\x1b[31m"],
        ["compare", "\x1b[31m.yaml"],
    ):  # fmt: skip
        assert main(words) == 2
        line = capsys.readouterr().err
        assert line.endswith("\n") and line[:-1].isprintable()
        assert "\\x1b[31m" in line


def test_a_file_is_the_text_after_the_equals_sign() -> None:
    Path("home").mkdir()
    for name in ("data #1.csv", "[1].csv", "a: b", "home/x.csv"):
        Path(name).write_text("x")
    assert parse_settings(["industries_file=data #1.csv"]) == {"industries_file": "data #1.csv"}
    assert parse_settings(["peers_graph=[1].csv", "supply_graph=a: b"]) == {
        "peers_graph": "[1].csv",
        "supply_graph": "a: b",
    }
    assert parse_settings(["industries_file=~/x.csv"]) == {"industries_file": str(Path("home/x.csv").resolve())}


def test_a_study_s_files_may_lie_at_home() -> None:
    Path("home").mkdir()
    Path("home/p.csv").write_text("users\n60\n")
    Path("s.yaml").write_text("policies: [grants]\ndesign: {kind: list, points_file: ~/p.csv}\n")
    assert read_study(Path("s.yaml")).design["points"] == [{"users": 60}]


def test_outputs_may_lie_at_home(capsys: pytest.CaptureFixture[str]) -> None:
    Path("home").mkdir()
    (Path("home") / "full").mkdir()
    (Path("home") / "full" / "thesis.tex").write_text("x")
    assert main(["compare", "--policies", "rebate,grants", "--seeds", "1", "--set", "users=60", "--out=~/full"]) == 2
    assert f"{Path('home/full').resolve()}: is not empty" in capsys.readouterr().err
    assert main(["run", "--graph=~/full"]) == 2
    assert main(["run", "--graph=~nobody.of.this.name/x"]) == 2
    assert f"{Path('home/full').resolve()}: is a folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ['"a\\0b"', '"\\e[1m"', "[1]", "3", "{a: b}"])
def test_what_is_no_file_name_is_one_line(name: str) -> None:
    for text in (f"parameters: {{industries_file: {name}}}", f"design: {{kind: list, points_file: {name}}}"):
        Path("s.yaml").write_text(text)
        assert refused(read_study, Path("s.yaml")).place.startswith("s.yaml:1")


def test_an_endless_file_is_refused() -> None:
    assert "at most" in refused(read_study, Path("/dev/zero")).allowed


def test_a_study_is_one_that_its_content_declares() -> None:
    study = Study(
        parameters=Parameters(users=60), policies=(find_policy("rebate"), Policy(name="a", mix={"grants": 1}))
    )
    assert Study.from_content(study.content()) == study
