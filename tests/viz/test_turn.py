""" "Where does it turn?": its question, its rounds, and the command that gives the same."""

import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.exploration.folder import open_folder
from experiments.exploration.registry import views_of
from experiments.frontier.frontier import frontier_rounds, frontier_study, read_frontier
from experiments.frontier.turning import turning_command, turning_python, turning_study
from experiments.frontier.words import frontier_sentences
from experiments.inquiries.frontier import prepared
from experiments.pairs.question import ask
from experiments.running.engines import Execution
from experiments.study.addresses import ADDRESSES
from experiments.study.file import read_study
from model import BadInput, policies
from tests.economies import TINY, TINY_SIZES
from viz.lab.address import values_in
from viz.lab.pages.compare import COMPARE_NAMES, asked_in
from viz.lab.parts.sliders import SLIDERS, slider_ends
from viz.lab.parts.turn import search_in_words

SMALL = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
PAIR = ask([policies["rebate"], policies["rd_credit"]], TINY, 20)
FACTORS = {name: {"range": [0.0, 1.0]} for name in ("policy.foresight", "displacement")}
OPTIONS = dict.fromkeys(("between", "over", "of", "runs", "replicates"))


def question(query: str) -> Any:
    return asked_in(values_in(f"{query}&{SMALL}", COMPARE_NAMES), 20)


@pytest.fixture(scope="module")
def search() -> Any:
    return turning_study(PAIR, FACTORS, "adoption", runs=120)


def test_an_address_asks_for_a_search_between_the_first_two() -> None:
    assert question("policies=rebate,feng,application").turn is None
    found = question("policies=rebate,feng,application&indicator=adoption&turn=policy.foresight,displacement").turn
    assert [policy.name for policy in found.policies] == ["feng", "rebate"] and found.reference == "rebate"
    assert list(found.uncertain) == ["policy.foresight", "displacement"] and found.outcomes == ("adoption",)
    assert found.parameters == TINY


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        ("policy.foresight", "must be two different factors"),
        ("policy.foresight,policy.foresight", "must be two different factors"),
        ("policy.foresight,displacement,founders", "must be two different factors"),
        ("policy.foresigt,displacement", "policy.foresight"),
        ("policy.foresight,users", "unknown factor"),
        ("", "unknown factor"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_line(turn: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        question(f"policies=rebate,feng&turn={turn}")
    assert "\n" not in str(refused.value)


def test_a_search_that_would_take_too_long_is_refused() -> None:
    query = f"turn=horizon,displacement&{SMALL.replace('users=60', 'users=9000')}"
    with pytest.raises(BadInput, match="users times the longest horizon"):
        asked_in(values_in(query, COMPARE_NAMES), 20)


def test_every_factor_offered_has_ends_within_its_declaration() -> None:
    for name in SLIDERS:
        kind, own = ADDRESSES[name]
        low, high = next(entry for entry in kind.declarations() if entry["name"] == own)["range"]
        assert low <= slider_ends(name)[0] < slider_ends(name)[1] <= high


@pytest.mark.slow
def test_rounds_end_in_what_the_command_says(search: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a folder in which the search was kept is read without a run, to the same end."""
    rounds = list(frontier_rounds(search, Execution(jobs=1)))
    assert len(rounds) > 1 and [bool(found.stopped) for found in rounds] == [False] * (len(rounds) - 1) + [True]
    assert [len(found.points) for found in rounds][:2] == [12, 15]
    first, last = search_in_words(rounds[0]), search_in_words(rounds[-1])
    assert first.lines[0].startswith("So far 96 of at most 120 runs") and len(first.pictures) == 1
    monkeypatch.chdir(tmp_path)
    (tmp_path / "turn.yaml").write_text(turning_command(search).partition("\n")[2].partition("END\n")[0])
    words = shlex.split(turning_command(search).splitlines()[-1])
    assert words[:3] == ["nqpf", "frontier", "turn.yaml"]
    declared = read_study(Path("turn.yaml"))
    asked = prepared(declared, {**OPTIONS, "between": words[4]}, "turn.yaml")
    kept = frontier_study(asked, tmp_path / "kept")
    told = list(frontier_sentences(kept))
    assert last.lines[0] == told[0] and set(told) <= set(last.lines)
    pd.testing.assert_frame_equal(kept.points, rounds[-1].points)
    before = {path: path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    stored = read_frontier(Path("kept"))
    assert list(frontier_sentences(stored)) == told
    assert {path: path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file()} == before
    assert "frontier" in views_of(open_folder("kept")) and "table" not in views_of(open_folder("kept"))
    assert "frontier_study(read_study(Path(" in turning_python(search)


def test_a_folder_with_too_few_points_says_so(search: Any, tmp_path: Path) -> None:
    frontier_study(search, tmp_path / "cut")
    for shard in (tmp_path / "cut" / "runs").iterdir():
        shard.unlink()
    with pytest.raises(BadInput, match="first points of the search"):
        read_frontier(tmp_path / "cut")
