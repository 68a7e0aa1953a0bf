"""What a comparison says that its numbers rest on, where some of its runs failed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.analysis.comparison import Comparison
from experiments.analysis.sentences import counted, of_asked
from experiments.analysis.table import tabulate
from experiments.commands.answer_text import answer_lines
from experiments.commands.compare import comparison_content
from experiments.commands.json import to_json
from experiments.study.study import Ensemble, Study
from tests.comparisons import made_up
from viz.figures.overview import draw_overview
from viz.report.report import render_report

ARMS = ("rebate", "vouchers", "grants")


def failed(*runs: tuple[str, int], seeds: int = 4) -> Comparison:
    """Return a made-up comparison in which the runs of some policies and seeds failed."""
    whole = made_up(ARMS, seeds=seeds)
    broken = [(row.policy, row.seed) in runs for row in whole.runs.itertuples()]
    lost = whole.runs.assign(status=whole.runs["status"].mask(broken, "failed"), error="ValueError: by design")
    return replace(whole, runs=lost, table=tabulate(whole.study, lost))


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([], "4 paired seeds"),
        ([("rebate", 0), ("rebate", 2)], "2 of 4 paired seeds"),
        ([("grants", 0), ("vouchers", 2)], "3 of 4 paired seeds"),
        ([("grants", 0)], "3 to 4 of 4 paired seeds"),
        ([("rebate", seed) for seed in range(4)], "0 of 4 paired seeds"),
    ],
)
def test_text_report_and_picture_say_on_how_many_pairs_they_rest(
    runs: list[tuple[str, int]], said: str, tmp_path: Path
) -> None:
    """A pair is whole where the policy's run and the reference's succeeded."""
    comparison = failed(*runs)
    assert f"3 policies, {said} (0 to 3)" in " ".join(answer_lines(comparison))
    assert f"3 policies, {said}, " in render_report(comparison)
    draw_overview(comparison, tmp_path / "overview.svg")
    assert f"rebate, {said}, 95 %" in (tmp_path / "overview.svg").read_text()


def test_json_counts_failed_runs_and_whole_pairs() -> None:
    """A failed run of the reference takes a pair from every policy, another run from its own only."""
    content = json.loads(to_json(comparison_content(failed(("rebate", 0), ("grants", 2)))))
    assert (content["runs"], content["failed"], content["pairs_asked"]) == (12, 2, 4)
    assert content["pairs"] == {"vouchers": 3, "grants": 2}


def test_pairs_that_failed_do_not_count_for_an_adjusted_test() -> None:
    """Eleven seeds suffice for the tests of this table, and nine do not."""
    tests = int(failed(seeds=11).table["p_holm"].notna().sum())
    assert failed(seeds=11).too_few_seeds == ""
    assert (
        f"With 3 seeds Holm's adjustment over {tests} tests"
        in failed(*(("rebate", seed) for seed in range(8)), seeds=11).too_few_seeds
    )


def test_sets_that_failed_are_said_too() -> None:
    study = Study(seeds=(0, 1), ensemble=Ensemble({number: {} for number in (1, 2, 3)}, "mine.parquet"))
    assert counted(study) == "3 parameter sets x 2 paired seeds" == counted(study, [6, 6])
    assert counted(study, [4, 5]) == "4 to 5 of 6 pairs of 3 parameter sets x 2 seeds"
    assert of_asked([2], 1000) == "2 of 1000"


def test_one_seed_is_singular() -> None:
    comparison = made_up(ARMS, seeds=1)
    assert "With 1 seed Holm's" in comparison.too_few_seeds
    assert "1 paired seed (seed 0)" in " ".join(answer_lines(comparison))
