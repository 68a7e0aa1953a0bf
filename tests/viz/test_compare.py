"""What the Compare page asks and shows, without a browser: its questions, sliders, choices and given-up work."""

from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np
import pytest

import viz.lab.parts.live
from experiments.analysis.table import HEADLINE
from experiments.pairs.answer import LiveAnswer
from experiments.pairs.batches import FEWEST_NARROW, NARROW, PAIRS_AT_ONCE, answers
from experiments.pairs.cache import RunCache
from experiments.pairs.question import MOST_PAIRS, ask
from experiments.study.addresses import ADDRESSES
from model import BadInput, Parameters, policies
from tests.economies import TINY, TINY_SIZES
from viz.lab.address import values_in
from viz.lab.pages.compare import COMPARE_NAMES, PAIRS_MOVING, asked_in, choices_of, refusal_of
from viz.lab.parts.fans import _frame
from viz.lab.parts.live import LiveProgress, _work
from viz.lab.parts.sliders import SLIDERS, RefusedNumber, sliders_at

SMALL = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
PAIR = ask([policies["rebate"], policies["application"]], TINY, 20)


def question(query: str) -> Any:
    return asked_in(values_in(query, COMPARE_NAMES), 20)


def test_an_address_is_a_question() -> None:
    asked = question(f"policies=rebate,feng,application&indicator=adoption&policy.foresight=0.8&{SMALL}")
    assert asked.indicator == "adoption"
    assert asked.study.parameters == TINY and asked.study.reference == "rebate"
    assert [policy.name for policy in asked.study.policies] == ["rebate", "feng", "application"]
    assert {policy.foresight for policy in asked.study.policies} == {0.8}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("policies=rebate", "must be 2 to 3 policies"),
        ("policies=rebate,applcation", "application"),
        ("policies=rebate,", "unknown policy"),
        ("indicator=welfar", "welfare"),
        ("users=10000&horizon=400", "users times horizon must be at most"),
        ("policy.foresight=2", "must be a number from 0 to 1"),
        ("policy.mix={grants: 1}", "belongs to Watch"),
        ("policies=rebate&policies=grants", "is given twice"),
        ("indikator=welfare", "unknown"),
        ("seed=abc", "must be a whole number"),
        ("founders=300", "must be at most slots"),
        ("peers_graph=/etc/passwd", "must be a file below the folder"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(query: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        question(query)
    assert "\n" not in str(refused.value)


def test_sliders_come_from_the_declarations() -> None:
    shown = {slider["name"]: slider for slider in sliders_at({"policy.foresight": "0.8", "founders": "many"})}
    assert tuple(shown) == SLIDERS
    for name, slider in shown.items():
        kind, own = ADDRESSES[name]
        declared = next(entry for entry in kind.declarations() if entry["name"] == own)
        low, high = declared["range"]
        assert low <= slider["low"] <= slider["default"] <= slider["high"] <= high
        assert slider["default"] == declared["default"] and slider["unit"] == declared["unit"]
    assert shown["policy.foresight"]["value"] == 0.8 and shown["policy.foresight"]["set"]
    assert shown["founders"]["value"] == Parameters().founders  # the line that refuses it stands beside


def test_a_number_that_is_refused_stands_beside_its_slider_alone() -> None:
    values = values_in(SMALL, COMPARE_NAMES)
    line = refusal_of({**values, "policy.foresight": "7"})
    assert line == "policy.foresight = 7: must be a number from 0 to 1" and not refusal_of(values)
    shown = sliders_at(values, RefusedNumber("policy.foresight", "7", line))
    assert [(one["name"], one["given"]) for one in shown if one["refused"]] == [("policy.foresight", "7")]
    assert [{**one, "given": "", "refused": ""} for one in shown] == sliders_at(values)


@pytest.mark.parametrize("end", ["low", "high"])
def test_every_end_of_a_slider_can_be_asked(end: str) -> None:
    for slider in sliders_at({}):
        question(f"{slider['name']}={slider[end]}")


def test_every_policy_and_indicator_can_be_chosen() -> None:
    reference, _, third, outcomes = choices_of(("rebate", "application"), "welfare")
    assert [option["value"] for option in reference["options"]] == list(policies)
    assert [option["value"] for option in third["options"]] == ["", *policies]
    assert tuple(option["value"] for option in outcomes["options"]) == HEADLINE
    for choice in (reference, outcomes):
        assert choice["note"]


def told_by(indicator: str, tell: Any, given_up: Event) -> None:
    _work(PAIR, indicator, Lock(), given_up, tell)


def test_work_ends_with_the_batch_in_which_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, given_up, told = RunCache(), Event(), []
    monkeypatch.setattr(viz.lab.parts.live, "CACHE", cache)

    def tell(progress: LiveProgress) -> None:
        told.append(progress)
        if len(told) == 2:
            given_up.set()

    told_by("welfare", tell, given_up)
    assert [progress.answer.pairs for progress in told] == [PAIRS_AT_ONCE, 2 * PAIRS_AT_ONCE]
    assert len(cache) <= 2 * 3 * PAIRS_AT_ONCE
    told_by("welfare", told.append, given_up)  # given up before its turn
    assert len(told) == 2


def test_an_error_in_the_work_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Any:
        raise FloatingPointError("made up")

    monkeypatch.setattr(viz.lab.parts.live, "answers", broken)
    told: list[LiveProgress] = []
    told_by("welfare", told.append, Event())
    assert told == [LiveProgress(error="FloatingPointError: made up")]


def test_an_answer_to_other_settings_is_known() -> None:
    found: LiveAnswer = next(answers(PAIR, "welfare", RunCache()))
    progress = LiveProgress(found)
    assert progress.answers(PAIR)
    assert not progress.answers(ask([policies["rebate"], policies["application"]], TINY.replace(founders=7), 20))
    assert not progress.answers(None) and not LiveProgress().answers(PAIR)


def test_zero_lies_in_the_middle_where_all_is_zero() -> None:
    frame = _frame([np.zeros((5, 8))], "difference")
    assert (frame.low, frame.high, frame.periods) == (-1.0, 1.0, 8)


def test_the_guide_has_the_numbers_of_the_page() -> None:
    guide = " ".join((Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8").split())
    for words in (
        f"{PAIRS_AT_ONCE} at a time",
        f"ends at {MOST_PAIRS} pairs",
        f"at most {100 * NARROW:g} % of the mean, and {FEWEST_NARROW} pairs are made",
        f"up to {PAIRS_MOVING} pairs",
    ):
        assert words in guide
