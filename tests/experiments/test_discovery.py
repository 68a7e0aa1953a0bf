"""Boxes: a planted one is found with its coverage, pure chance has none, and the words say what the box is."""

import numpy as np
import pandas as pd
import pytest

from experiments.discovery.boxes import Limits, find_boxes
from model.declaration.errors import BadInput

pytest.importorskip("ema_workbench", reason="the EMA workbench comes with the discovery extra")
POINTS = 600


def space(points: int = POINTS) -> pd.DataFrame:
    """Points in four factors: two ranges, a list of whole numbers and a list of words."""
    draw = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "a": draw.random(points), "b": draw.random(points), "industries": draw.choice([1, 2, 5, 10, 20], points),
            "award": draw.choice(["equal", "merit", "lot"], points),
        }
    ).astype(object)  # fmt: skip


SPACE = space()
PLANTED = ((SPACE["a"] > 0.6) & (SPACE["b"] < 0.5)).to_numpy(bool)


def test_a_planted_box_is_found_whole() -> None:
    """All of it and hardly more: density and coverage are 1 but for the grain of the peeling."""
    found = find_boxes(SPACE, PLANTED, 0.9)
    (box,) = found.boxes
    assert list(box.limits) == ["a", "b"]
    assert box.limits["a"].low == pytest.approx(0.6, abs=0.04) and box.limits["a"].high is None
    assert box.limits["b"].high == pytest.approx(0.5, abs=0.06) and box.limits["b"].low is None
    assert box.found.coverage > 0.9 and box.held_out.coverage > 0.85
    assert box.found.density >= 0.9 and box.held_out.density > 0.85
    assert found.share == pytest.approx(PLANTED.mean())
    inside = np.logical_and.reduce([limits.holds(SPACE[name]) for name, limits in box.limits.items()])
    assert box.found.points + box.held_out.points == inside.sum()


def test_words_and_whole_numbers_are_limits_too() -> None:
    cases = ((SPACE["industries"] >= 5) & (SPACE["award"] != "lot")).to_numpy(bool)
    (box,) = find_boxes(SPACE, cases, 0.9).boxes
    assert box.limits == {"industries": Limits(5), "award": Limits(values=("equal", "merit"))} | dict(
        industries=Limits(low=box.limits["industries"].low)
    )
    assert 2 < float(box.limits["industries"].low or 0) <= 5 and type(box.limits["industries"].low) is int
    assert box.held_out.coverage == box.held_out.density == 1.0
    assert str(box).endswith("award is equal or merit")


def test_two_planted_boxes_are_found_one_after_the_other() -> None:
    cases = ((SPACE["a"] > 0.7) | (SPACE["award"] == "lot")).to_numpy(bool)
    found = find_boxes(SPACE, cases, 0.95)
    assert {name for box in found.boxes for name in box.limits} == {"a", "award"}
    assert sum(box.held_out.coverage for box in found.boxes) > 0.9


@pytest.mark.parametrize("seed", range(10, 14))
def test_pure_chance_has_no_box(seed: int) -> None:
    """Although peeling finds some box that is dense on the points it was given, and the library returns one."""
    cases = np.random.default_rng(seed).random(POINTS) < 0.5
    found = find_boxes(SPACE, cases, 0.7)
    assert not found.boxes and found.why_not
    if found.rejected is not None:
        assert found.rejected.found.density >= 0.7 and "does not stand" in found.why_not


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (np.zeros(POINTS, bool), "holds at no point"), (np.ones(POINTS, bool), "holds at every point"),
        (SPACE["a"].to_numpy(float) > 0.1, "needs no box"),
    ],
)  # fmt: skip
def test_where_there_is_nothing_to_find_that_is_the_answer(cases: np.ndarray, words: str) -> None:
    found = find_boxes(SPACE, cases, 0.8)
    assert not found.boxes and words in found.why_not


def test_what_would_mislead_is_refused() -> None:
    with pytest.raises(BadInput, match="here: 39 points have a value: at least 40"):
        find_boxes(space(39), np.arange(39) % 2 == 0, 0.8, "here")
    for density in (0.0, 1.5, float("nan")):
        with pytest.raises(BadInput, match=r"--density: density = .*at most 1"):
            find_boxes(SPACE, PLANTED, density)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(0.25), "at least 0.25"), (Limits(None, 3), "at most 3"), (Limits(1, 2.5), "from 1 to 2.5"),
        (Limits(values=("x", "y")), "is x or y"), (Limits(0.2, 7.9).whole(), "from 1 to 7"),
    ],
)  # fmt: skip
def test_limits_in_words(limits: Limits, words: str) -> None:
    assert str(limits) == words
