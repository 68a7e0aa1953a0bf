"""The picture of a comparison that the README shows.

`python -m viz.figures.overview [STUDY.yaml]` writes `overview.svg` beside this file.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from experiments.analysis.comparison import Comparison, compare_study
from experiments.analysis.over_seeds import quantile_paths
from experiments.analysis.sentences import counted
from experiments.study.file import read_study
from experiments.study.study import DEFAULT_POLICIES, Study
from model.policy.presets import find_policies
from viz.figures.charts import MEDIAN
from viz.figures.styles import STYLES, Style, style_slots

PICTURE = Path(__file__).with_name("overview.svg")
_DASHES = {"6 3": "--", "1.5 3": ":", "8 3 1.5 3": "-."}


def draw_overview(comparison: Comparison, path: Path) -> None:
    """Draw median adoption per policy, and each policy's paired effect on welfare with its 95 % interval."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "overview", "font.size": 9})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=(1.1, 1), layout="constrained")
    styles = {name: STYLES[slot] for name, slot in style_slots(comparison.study.policies).items()}
    _draw_adoption(left, comparison, styles)
    _draw_welfare(right, comparison, styles)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def _draw_adoption(axes: Axes, comparison: Comparison, styles: Mapping[str, Style]) -> None:
    paths = quantile_paths(comparison.series, "adoption")
    for policy in comparison.policies:
        style = styles[policy]
        axes.plot(paths[policy][MEDIAN], color=style.light, ls=_DASHES.get(style.dash, "-"), label=policy)
    axes.axvline(max(policy.end for policy in comparison.study.policies), color="grey", lw=0.8)
    axes.set(xlabel="quarter (line: policy ends)", ylabel="share of economic size", title="Adoption, median of seeds")
    axes.legend(fontsize=7, frameon=False)


def _draw_welfare(axes: Axes, comparison: Comparison, styles: Mapping[str, Style]) -> None:
    rows = comparison.table.query("indicator == 'welfare' and policy != @comparison.reference").iloc[::-1]
    for height, row in enumerate(rows.itertuples()):
        colour = styles[row.policy].light
        axes.plot([row.low, row.high], [height, height], color=colour, lw=2.5)
        axes.plot(row.difference, height, "o", color=colour)
    axes.axvline(0.0, color="grey", lw=0.8)
    axes.set_yticks(range(len(rows)), rows["policy"])
    seeds = counted(comparison.study, comparison.whole_pairs.sum())
    axes.set(xlabel="money, over the whole run", title=f"Welfare less {comparison.reference}, {seeds}, 95 %")


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    study = read_study(chosen) if chosen else Study(policies=find_policies(DEFAULT_POLICIES))
    draw_overview(compare_study(study), PICTURE)
    print(PICTURE)
