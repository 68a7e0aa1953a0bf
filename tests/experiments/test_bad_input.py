"""Everything that can be got wrong: one line that names the place and what is allowed, the right exit code, no harm."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments import compare, sweep
from experiments.cli import main
from model import simulate, simulate_many
from model.declaration.errors import BadInput
from tests.economies import SET_TINY as SET
from tests.economies import TINY, TINY_SIZES

TINY_COMPARE = ["compare", "--policies", "rebate,grants", "--seeds", "2", "--no-responses", "--quiet", *SET]
pytestmark = pytest.mark.usefixtures("blank_report")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    """The one line that a refused command prints; nothing else may be printed or written."""
    before = set(Path().rglob("*"))
    assert main(list(words)) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("nqpf: ")
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    assert set(Path().rglob("*")) == before
    return shown.err


OPTIONS = {
    "unknown policy": (["compare", "--policies", "rebate,vouchrs"], ["'vouchrs'", "'vouchers'"]),
    "no policy at all like it": (["run", "--policy", "qqq"], ["'qqq'", "must be one of 25, such as laissez_faire, "]),
    "policy named twice": (["compare", "--policies", "grants,grants"], ["grants", "twice"]),
    "empty policy": (["compare", "--policies", "rebate,,grants"], ["separated by commas"]),
    "unknown reference": (["compare", "--reference", "rebat"], ["reference 'rebat'", "'rebate'"]),
    "unknown parameter": (["run", "--set", "usrs=3"], ["--set usrs=3", "'users'"]),
    "unknown trait": (["run", "--set", "policy.forsight=1"], ["--set policy.forsight=1", "'policy.foresight'"]),
    "no value": (["run", "--set", "users"], ["--set users", "NAME=VALUE"]),
    "empty value": (["run", "--set", "users="], ["--set users=", "no value"]),
    "set twice": (["run", "--set", "users=5", "--set", "users=6"], ["users", "twice"]),
    "a word for a number": (["run", "--set", "users=many"], ["users", "'many'", "whole number from 1"]),
    "a fraction of a user": (["run", "--set", "users=2.5"], ["users", "2.5", "whole number"]),
    "truth for a number": (["run", "--set", "users=true"], ["users = True", "a whole number from 1"]),
    "negative": (["run", "--set", "risk=-0.1"], ["risk = -0.1", "from 0 to 1"]),
    "not a number": (["run", "--set", "risk=nan"], ["risk", "from 0 to 1"]),
    "infinite": (["run", "--set", "risk=.inf"], ["risk = inf", "from 0 to 1"]),
    "horizon 0": (["run", "--set", "horizon=0"], ["horizon = 0", "from 1 to"]),
    "negative budget": (["run", "--set", "policy.budget=-1"], ["budget = -1", "from 0 to"]),
    "shares that do not sum to 1": (["run", "--set", "policy.mix={grants: 0.5}"], ["sum to 0.5", "must sum to 1"]),
    "unknown instrument": (["run", "--set", "policy.mix={grant: 1}"], ["'grant'", "'grants'"]),
    "phase-out longer than the policy": (
        ["run", "--set", "policy.phase_out=121"], ["phase_out = 121", "at most the policy's length of 120"],
    ),
    "end before start": (["run", "--set", "policy.start=130"], ["end = 120", "at least start = 130"]),
    "more champions than slots": (
        ["run", "--policy", "grants", "--set", "policy.champions=200"], ["champions = 200", "at most slots = 128"],
    ),
    "more founders than slots": (["run", "--set", "founders=200"], ["founders = 200", "at most slots = 128"]),
    "unknown word": (["run", "--set", "peer_network=comunity"], ["peer_network", "community"]),
    "no seeds": (["compare", "--seeds", "0"], ["seeds = 0", "from 1 to"]),
    "too many seeds": (["compare", "--seeds", "99999999999"], ["seeds = 99999999999", "from 1 to"]),
    "seeds in words": (["compare", "--seeds", "ten"], ["--seeds", "integer"]),
    "negative seed": (["run", "--seed", "-1"], ["seed = -1", "from 0 to"]),
    "huge seed": (["run", "--seed", str(2**70)], [str(2**70), "from 0 to"]),
    "unknown timing": (["compare", "--timing", "nonsense"], ["timing = 'nonsense'", "own, yoked"]),
    "empty timing": (["compare", "--timing", ""], ["timing = ''", "own, yoked"]),
    "half an option": (["compare", "--no-response"], ["'--no-response'", "'--no-responses'"]),
    "a calendar below zero": (["run", "--set", "policy.calendar=[1, -1]"], ["calendar[1] = -1", "from 0 to 1e+06"]),
    "later shares": (["run", "--set", "policy.later_mix={grants: 0.5}"], ["later_mix", "sum to 0.5", "must sum to 1"]),
    "a later mix alone": (
        ["run", "--policy", "laissez_faire", "--set", "policy.later_mix={grants: 1}"],
        ["later_mix", "needs a mix to start with"],
    ),
    "unknown fact": (["validate", "hhy"], ["fact 'hhy'", "'hhi'"]),
    "no seeds for facts": (["validate", "hhi", "--seeds", "0"], ["--seeds: seeds = 0", "from 1 to"]),
    "no jobs for a run": (["run", "--jobs", "0"], ["--jobs 0", "at least 1"]),
    "no jobs for facts": (["validate", "hhi", "--jobs", "0"], ["--jobs 0", "at least 1"]),
    "no jobs": (["compare", "--jobs", "0"], ["--jobs 0", "at least 1"]),
    "unknown engine": (["compare", "--engine", "thread"], ["'thread'", "'threads'"]),
    "a scheduler without its engine": (["compare", "--scheduler", "tcp://here:1"], ["--scheduler", "--engine dask"]),
    "unknown option": (["compare", "--sed", "3"], ["'--sed'", "'--seed'"]),
    "option without value": (["run", "--policy"], ["--policy", "requires an argument"]),
    "unknown command": (["comapre"], ["'comapre'", "'compare'"]),
    "no command at all like it": (["zzz"], ["'zzz'", "compare, run"]),
    "too many arguments": (["policies", "extra"], ["extra"]),
    "no such study": (["compare", "absent.yaml"], ["absent.yaml", "no such file"]),
    "a folder for a study": (["compare", "."], ["is a directory"]),
    "no such policy file": (["run", "--policy", "absent.yaml"], ["absent.yaml", "no such file"]),
    "no folder for a file": (["run", "--series", "absent/s.parquet"], ["absent/s.parquet", "no folder"]),
    "a folder for a file": (["run", "--graph", "."], ["is a folder"]),
    "too long a name": (["run", "--series", f"{'x' * 300}.parquet"], ["name too long"]),
    "two outputs in one file": (["run", "--series", "s.parquet", "--agents", "./s.parquet"], ["asked for twice"]),
    "no results": (["status", "."], ["no results of nqpf"]),
    "too long a folder": (["status", "x" * 300], ["name too long"]),
    "too long a results folder": (["compare", "--quick", "--out", "x" * 300], ["name too long"]),
    "no name for results": (["compare", "--out", ""], ["--out", "must be a name"]),
    "no name for a file": (["run", "--series", ""], ["--series", "must be a name"]),
    "no name for figures": (["why", "rebate", "grants", "--figures", ""], ["--figures", "must be a name"]),
    "no indicator to explain": (["why", "rebate", "grants", "--of", ""], ["--of : unknown indicator ''"]),
    "no mechanism": (["why", "rebate", "grants", "--mechanisms", ""], ["--mechanisms : unknown mechanism ''"]),
    "unknown part": (["sweep", "dose-frontier", "--shard", "3/2"], ["--shard 3/2", "1 <= i <= n"]),
    "a part with too many digits": (["sweep", "dose-frontier", "--shard", f"1/{'9' * 5000}"], ["--shard 1/99"]),
    "no seeds for claims": (["claims", "--ensemble", "none", "--seeds", "0"], ["--seeds: seeds = 0", "from 1 to"]),
    "factors for a mix": (["optimise", "dose-frontier"], ["uncertain", "give each factor a value (", "nqpf sweep"]),
    "port out of range": (["view", "--port", "99999"], ["--port", "65535"]),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_wrong_options_are_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, fragments = OPTIONS[case]
    line = refused(capsys, *words)
    assert [fragment for fragment in fragments if fragment not in line] == []


def test_a_pipe_for_an_output_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """As a device would be; no device here, since root would lose it where this is not refused."""
    os.mkfifo("pipe")
    assert "pipe: is a device or pipe" in refused(capsys, "run", "--graph", "pipe")
    assert Path("pipe").is_fifo()


def test_a_link_for_an_output_is_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("there.parquet").write_text("old")
    Path("link.parquet").symlink_to("there.parquet")
    assert main(["run", "--set", "users=60", "--set", "horizon=4", "--series", "link.parquet"]) == 0
    assert Path("link.parquet").is_symlink()
    assert Path("there.parquet").read_bytes()[:4] == b"PAR1"


STUDIES = {
    "empty": ("", ["s.yaml:1:", "is empty: must be 'key: value' lines"]),
    "kind as a list": ("design: {kind: [lhs], samples: 2}\n", ["s.yaml:1:", "kind = ['lhs']", "must be one of"]),
    "a list": ("- a\n- b\n", ["s.yaml:1:", "['a', 'b']", "must be 'key: value' lines"]),
    "a word": ("welfare\n", ["s.yaml:1:", "'welfare'"]),
    "not YAML": ("name: [\n", ["s.yaml:2:", "not valid YAML"]),
    "a tab": ("name: x\n\tseeds: 1\n", ["s.yaml:2:", "not valid YAML"]),
    "a key twice": ("name: a\nname: b\n", ["s.yaml:2:", "not valid YAML", "duplicate key"]),
    "two documents": ("name: a\n---\nname: b\n", ["s.yaml:", "not valid YAML"]),
    "unknown key": ("name: x\nseed: 3\n", ["s.yaml:2:", "'seed'", "'seeds'"]),
    "unknown parameter": ("parameters:\n  users: 60\n  usrs: 3\n", ["s.yaml:3:", "'usrs'", "'users'"]),
    "parameters that are no mapping": ("parameters: 3\n", ["s.yaml:1:", "parameters", "name: value"]),
    "out of range": ("name: x\nparameters:\n  users: 60\n  risk: -3\n", ["s.yaml:4:", "risk = -3", "from 0 to 1"]),
    "not finite": ("parameters: {risk: .nan}\n", ["s.yaml:1:", "risk = nan", "from 0 to 1"]),
    "parameters at odds": ("parameters:\n  slots: 20\n  founders: 30\n", ["s.yaml:3:", "founders = 30", "slots = 20"]),
    "nothing as a value": ("parameters:\n  users:\n", ["s.yaml:2:", "users", "no value"]),
    "policies as a word": ("policies: rebate\n", ["s.yaml:1:", "a list of policies"]),
    "unknown policy": ("policies:\n  - rebate\n  - vouchrs\n", ["s.yaml:3:", "'vouchrs'", "'vouchers'"]),
    "policy that is a number": ("policies:\n  - rebate\n  - 3\n", ["s.yaml:3:", "policies[1] = 3: must be"]),
    "policy without a name": ("policies:\n  - {mix: {grants: 1}}\n", ["s.yaml:2:", "needs a name"]),
    "policy with a comma": ("policies:\n  - {name: 'a,b', mix: {grants: 1}}\n", ["s.yaml:2:", "'a,b'", "commas"]),
    "policy with two lines": ('policies:\n  - {name: "a\\nb", mix: {grants: 1}}\n', ["s.yaml:2:", "printable"]),
    "policy with two owners": ("policies: [grants, grants]\n", ["s.yaml:1:", "policies[1] = 'grants': is given twice"]),
    "bad shares": ("policies:\n  - name: a\n    mix: {grants: 0.4}\n", ["s.yaml:3:", "sum to 0.4", "sum to 1"]),
    "bad trait": ("policies:\n  - name: a\n    mix: {grants: 1}\n    budgt: 1\n", ["s.yaml:4:", "'budgt'", "'budget'"]),
    "long phase-out": (
        "policies:\n  - name: a\n    mix: {grants: 1}\n    phase_out: 130\n",
        ["s.yaml:4:", "phase_out = 130", "length of 120"],
    ),
    "many champions": (
        "policies:\n  - rebate\n  - {name: a, mix: {grants: 1}, champions: 200}\n",
        ["s.yaml:3:", "champions = 200", "slots = 128"],
    ),
    "seeds in words": ("seeds: ten\n", ["s.yaml:1:", "seeds = 'ten'", "a number of seeds"]),
    "no seeds": ("seeds: []\n", ["s.yaml:1:", "seeds", "at least one"]),
    "seed twice": ("seeds: [4, 4]\n", ["s.yaml:1:", "seeds", "twice"]),
    "negative seed": ("seeds: [4, -4]\n", ["s.yaml:1:", "-4", "from 0"]),
    "half a seed": ("seeds: 1.5\n", ["s.yaml:1:", "1.5", "whole number"]),
    "true seeds": ("seeds: true\n", ["s.yaml:1:", "seeds = True", "a number of seeds"]),
    "unknown indicator": ("name: x\noutcomes: [welfar]\n", ["s.yaml:2:", "'welfar'", "'welfare'"]),
    "outcomes as a word": ("outcomes: welfare\n", ["s.yaml:1:", "a list of indicators"]),
    "unknown reference": ("seeds: 2\nreference: grnts\n", ["s.yaml:2:", "'grnts'", "'grants'"]),
    "a name that leaves the folder": ("name: ../x\n", ["s.yaml:1:", "'../x'", "letters, digits"]),
    "a name that is a date": ("name: 2020-01-01\n", ["s.yaml:1:", "letters, digits"]),
    "uncertain factors": (
        "uncertain:\n  users: {range: [10, 20]}\n", ["s.yaml", "uncertain", "(users)", "nqpf sweep"],
    ),
    "unknown factor": ("uncertain:\n  usrs: {range: [1, 2]}\n", ["s.yaml:2:", "'usrs'", "'users'"]),
    "factor without range": ("uncertain:\n  users: {log: true}\n", ["s.yaml:2:", "range: [low, high]"]),
    "factor the wrong way round": ("uncertain:\n  users: {range: [9, 1]}\n", ["s.yaml:2:", "low < high"]),
    "match as a word": ("name: x\nmatch: maybe\n", ["s.yaml:2:", "match", "'maybe'", "true or false"]),
    "match as a number": ("match: 1\n", ["s.yaml:1:", "match", "true or false"]),
    "match without value": ("match:\n", ["s.yaml:1:", "match", "true or false"]),
    "unknown timing": ("name: x\ntiming: yoke\n", ["s.yaml:2:", "timing = 'yoke'", "own, yoked"]),
    "timings": ("timing: [own, yoked]\n", ["s.yaml:1:", "timing", "own, yoked"]),
    "factors to be matched": (
        "match: true\nuncertain:\n  users: {range: [10, 20]}\n", ["s.yaml", "(users)", "nqpf sweep"],
    ),
    "calendar not finite": (
        "policies:\n  - name: a\n    mix: {grants: 1}\n    calendar: [1, .inf]\n", ["s.yaml:4:", "calendar[1] = inf"],
    ),
    "unknown design": ("design: {kind: sobl}\n", ["s.yaml:1:", "'sobl'", "sobol"]),
}  # fmt: skip


@pytest.mark.parametrize("text", ["mix: {grants: 1}\n", "name: rebate\nmix: {grants: 1}\n"])
def test_a_policy_with_a_presets_name_has_its_mix(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Above all the reference: a table of differences to `rebate` must mean the preset."""
    Path("rebate.yaml").write_text(text)
    for words in (["compare", "--policies", "rebate.yaml,application"], ["run", "--policy", "rebate.yaml"]):
        line = refused(capsys, *words)
        assert "rebate.yaml:" in line and "name = 'rebate': is a preset with another mix" in line


@pytest.mark.parametrize("case", STUDIES)
def test_malformed_studies_are_one_line_with_file_and_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, fragments = STUDIES[case]
    Path("s.yaml").write_text(text)
    line = refused(capsys, "compare", "s.yaml")
    assert [fragment for fragment in fragments if fragment not in line] == []


def test_a_study_that_is_not_text(capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.yaml").write_bytes(b"\xff\xfe\x00")
    assert "s.yaml: is not text in UTF-8" in refused(capsys, "compare", "s.yaml")


def test_a_malformed_policy_file_names_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.yaml").write_text("mix: {grants: 1}\nbudgt: 3\n")
    assert "p.yaml:2: unknown policy setting 'budgt': did you mean 'budget'?" in refused(
        capsys, "run", "--policy", "p.yaml"
    )


POLICY_FILES = {
    "below zero": ("calendar: [1, -2]", ["calendar[1] = -2", "from 0 to 1e+06"]),
    "not a number": ("calendar: [1, .nan]", ["calendar[1] = nan", "from 0 to 1e+06"]),
    "infinite": ("calendar: [.inf]", ["calendar[0] = inf", "from 0 to 1e+06"]),
    "a word": ("calendar: [a]", ["calendar[0] = 'a'", "a number from 0"]),
    "one number": ("calendar: 3", ["calendar = 3", "list of numbers"]),
    "nested": ("calendar: [[1]]", ["calendar[0] = [1]", "a number from 0"]),
    "nothing": ("calendar:", ["calendar", "no value"]),
    "shares below 1": ("later_mix: {vouchers: 0.4}", ["later_mix", "sum to 0.4", "must sum to 1"]),
    "unknown instrument": ("later_mix: {vouchrs: 1}", ["'vouchrs'", "'vouchers'"]),
    "share not a number": ("later_mix: {vouchers: .nan}", ["later_mix.vouchers = ", "from 0 to 1"]),
    "share below zero": ("later_mix: {vouchers: -1}", ["later_mix.vouchers = ", "from 0 to 1"]),
    "no mapping": ("later_mix: [1]", ["later_mix", "mapping of instruments"]),
    "half a quarter": ("later_from: 2.5", ["later_from = 2.5", "whole number"]),
}


@pytest.mark.parametrize("case", POLICY_FILES)
def test_a_policy_file_with_a_bad_calendar_names_file_and_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    line, fragments = POLICY_FILES[case]
    Path("p.yaml").write_text(f"name: mine\nmix: {{grants: 1}}\n{line}\n")
    said = refused(capsys, "compare", "--policies", "rebate,p.yaml")
    assert [fragment for fragment in ("p.yaml:3:", *fragments) if fragment not in said] == []


def test_an_output_folder_that_holds_something_else_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.tex").write_text("years of work")
    assert "--out mine: is not empty" in refused(capsys, *TINY_COMPARE, "--out", "mine")
    assert Path("mine/thesis.tex").read_text() == "years of work"


def test_an_output_folder_of_another_study_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TINY_COMPARE, "--out", "x"]) == 0
    capsys.readouterr()
    before = {path: path.read_bytes() for path in Path("x").rglob("*") if path.is_file()}
    line = refused(capsys, *TINY_COMPARE, "--set", "risk=0.01", "--out", "x")
    assert "--out x: holds results of study 'compare'" in line
    assert {path: path.read_bytes() for path in Path("x").rglob("*") if path.is_file()} == before


def test_a_manifest_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "--policies", "rebate,grants", "--seeds", "1", "--no-responses", "--quick", "--out", "x"]
    words += ["--set", "users=60", "--set", "horizon=4"]
    assert main(words) == 0
    capsys.readouterr()
    manifest = Path("x/manifest.json")
    whole = json.loads(manifest.read_text())
    parts = ([3], ["x/2"], [f"1/{'9' * 5000}"])
    for change in (*({"shards": part} for part in parts), {"hash": 3}, {"study": 3}, {"seeds": "x"}):
        manifest.write_text(json.dumps(whole | change))
        for again in (["status", "x"], words, ["merge", "x", "y"]):
            assert "manifest.json: is not a manifest of nqpf" in refused(capsys, *again)


def test_the_nearest_shipped_study_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'foresight-frontier'" in refused(capsys, "sweep", "foresight-frontiers")


@pytest.mark.parametrize(
    "words",
    [
        [*TINY_COMPARE, "--out"],
        ["calibrate", "default", "--accept", "2", "--quick", "--out"],
        ["why", "rebate", "grants", "--figures"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
@pytest.mark.parametrize("place", ["link", "link/x"])
def test_a_link_that_leads_nowhere_is_no_folder(
    words: list[str], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("link").symlink_to("nowhere")
    line = refused(capsys, *words, place)
    assert f"{words[-1]} {place}: " in line and "is a link that leads nowhere; give a folder" in line


def test_an_output_folder_that_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x").write_text("")
    assert "--out x: x is a file" in refused(capsys, *TINY_COMPARE, "--out", "x")


@pytest.mark.parametrize("place", ["/proc/results", "/dev/null/results"])
def test_a_folder_that_cannot_be_made(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert place in refused(capsys, *TINY_COMPARE, "--out", place, code=2 if "null" in place else 1)


def test_a_disk_without_space_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = os.fsync

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 2:  # the manifest still fits
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    assert main([*TINY_COMPARE, "--out", "x"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "no space left on device" in shown.err
    assert "x/series/" in shown.err
    assert not list(Path("x").rglob("*.tmp")) + list(Path("x").rglob("*.parquet")) + list(Path("x").rglob("*.html"))


@pytest.mark.parametrize("option", ["--series", "--agents", "--graph"])
def test_a_file_that_does_not_fit_is_not_half_written(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    line = refused(capsys, "run", option, "file", *SET, code=1)
    assert line == "nqpf: file: no space left on device\n"


def test_an_unforeseen_fault_is_one_line_without_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("by design\nin two lines")

    monkeypatch.setattr("model.simulation.simulate", broken)
    line = refused(capsys, "run", *SET, code=1)
    assert "ZeroDivisionError: by design in two lines" in line
    assert "NQPF_DEBUG=1" in line
    monkeypatch.setenv("NQPF_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["run", *SET])


def test_ctrl_c_is_one_line_and_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.running.runner.run_task", interrupted)
    assert main([*TINY_COMPARE, "--out", "x", "--jobs", "1"]) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "nqpf: interrupted; what was done is kept in x; the same command goes on from there\n"


RUNS: dict[str, Any] = {"policies": ["rebate"], "parameters": TINY_SIZES, "seeds": [0]}
CALLS: dict[str, tuple[Callable[[], object], str]] = {
    "one policy for a list": (lambda: list(simulate_many(**RUNS | {"policies": "rebate"})), "policies = 'rebate'"),
    "a mix for a list": (lambda: compare(**RUNS | {"policies": {"grants": 1.0}}), "must be a list of policies"),
    "no policies": (lambda: compare(**RUNS | {"policies": 5}), "policies = 5: must be a list"),
    "a policy that is none": (lambda: simulate(TINY_SIZES, {"grants": 1.0}), "must be a Policy or a preset's name"),
    "parameters that are none": (lambda: simulate(5), "parameters = 5: must be Parameters, or values by name"),
    "an unknown parameter": (lambda: list(simulate_many(**RUNS | {"parameters": {"usrs": 1}})), "'usrs'.*'users'"),
    "a number for seeds": (lambda: list(simulate_many(**RUNS | {"seeds": 3})), "seeds = 3: must be a list"),
    "a word for a list of seeds": (lambda: list(simulate_many(**RUNS | {"seeds": "3"})), "seeds = '3': must be a list"),
    "half a seed": (lambda: compare(**RUNS | {"seeds": 2.5}), "seeds = 2.5: must be a whole number from 1 to"),
    "truth for seeds": (lambda: sweep(**RUNS | {"seeds": True}), "seeds = True: must be a number of seeds, or a list"),
    "a word for seeds": (lambda: compare(**RUNS | {"seeds": "3"}), "seeds = '3': must be a number of seeds, or a list"),
    "a list of factors": (lambda: sweep(["risk"], **RUNS), r"uncertain = \['risk'\]: must be settings by name"),
    "a design by name": (lambda: sweep({"risk": {"range": [0, 1]}}, "lhs", **RUNS), "design = 'lhs': must be settings"),
    "a word for jobs": (lambda: compare(**RUNS, jobs="2"), "--jobs '2': must be a whole number"),
}


@pytest.mark.parametrize("case", CALLS)
def test_wrong_types_from_python_are_one_line(case: str) -> None:
    call, said = CALLS[case]
    with pytest.raises(BadInput, match=said) as fault:
        call()
    assert "\n" not in str(fault.value)


def test_parameters_may_be_values_by_name() -> None:
    """Everywhere alike."""
    (run,) = simulate_many(TINY_SIZES, ["rebate"], [0])
    assert run.parameters == simulate(TINY_SIZES).parameters == TINY
