"""`nqpf compare`: the paired comparison, its report and its table."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.analysis.precision import Goal, GoalDifference
from experiments.commands.json import ensemble_content, records, to_json
from experiments.commands.outcome import (
    default_folder,
    kept_in,
    mention_failures,
    mention_graphs,
    mention_seeds,
    mention_warnings,
)
from experiments.files import write_whole
from experiments.running.engines import Execution
from experiments.study.study import Study

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison


class Shown(NamedTuple):
    """The output of `nqpf compare`: every block or only the answer, as text or as JSON."""

    full: bool = False
    as_json: bool = False


def compare_command(
    study: Study, out: Path | None, execution: Execution, responses: bool, shown: Shown, goal: Goal | None = None
) -> int:
    """Compare, write the report, print the answer or JSON. Return the exit code."""
    from experiments.analysis.comparison import compare_study

    folder = out or default_folder(study)
    mention_graphs(study.parameters, execution.quiet)
    try:
        comparison = compare_study(study, folder, execution, responses, goal)
        _write_report(comparison, folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_seeds(folder, comparison.seeds, execution.quiet)
    mention_warnings(comparison.runs, execution.quiet)
    if shown.as_json:
        print(to_json(comparison_content(comparison)))
    else:
        _print(comparison, folder, shown.full)
    return mention_failures(comparison.runs, comparison.out)


def _print(comparison: "Comparison", folder: Path, full: bool) -> None:
    from experiments.commands.answer_text import answer_lines
    from experiments.commands.text import comparison_lines

    print("\n".join(answer_lines(comparison)))
    if full:
        print("", *comparison_lines(comparison), sep="\n")
    print("" if full else "\ntests, and what benefit-cost is: --full; other indicators: a study's outcomes")
    print(f"report: {folder / 'report.html'}")


def _write_report(comparison: "Comparison", folder: Path) -> None:
    from viz.report.report import render_report

    write_whole(folder / "report.html", render_report(comparison).encode(errors="replace"))


def comparison_content(comparison: "Comparison") -> dict[str, Any]:
    """Return a comparison as plain data, with the whole pairs of each policy that its differences rest on."""
    return {
        "study": comparison.study.name,
        "policies": list(comparison.policies),
        "seeds": list(comparison.seeds),
        "reference": comparison.reference,
        "runs": len(comparison.runs),
        "failed": comparison.failed,
        "pairs_asked": comparison.study.sets * len(comparison.seeds),
        "pairs": comparison.whole_pairs.sum().to_dict(),
        "table": records(comparison.table),
        "effects": records(comparison.effects),
        **({"goal": [_goal_content(one) for one in comparison.goal]} if comparison.goal else {}),
        "ensemble": ensemble_content(comparison.study),
        "out": str(comparison.out),
    }


def _goal_content(one: GoalDifference) -> dict[str, Any]:
    """Return a difference with what was asked of it: null where it was not asked."""
    narrow = None if one.wanted != one.wanted else one.narrow
    equivalent = None if one.margin != one.margin else one.equivalent
    return {**asdict(one), "narrow": narrow, "equivalent": equivalent}
