"""Stored results to look into: a comparison and a small grid of the tiny economy, made once and copied."""

from dataclasses import replace
from pathlib import Path

from experiments.analysis.comparison import compare_study
from experiments.analysis.sweep import sweep_study
from experiments.study.study import Study
from model.policy.presets import find_policies
from tests.economies import TINY

COMPARED = Study(
    name="compared",
    parameters=TINY,
    policies=find_policies(["rebate", "application", "rd_credit"]),
    seeds=(0, 1, 2, 3),
    outcomes=("welfare", "adoption"),
)
GRID = replace(
    COMPARED,
    name="grid",
    seeds=(0, 1),
    uncertain={"policy.foresight": {"range": [0, 1]}, "own_problems": {"values": [0.1, 0.5, 0.9]}},
    design={"kind": "grid", "levels": 2},
)


def store_both(folder: Path) -> Path:
    """Store the comparison and, in a folder below, the grid. Return the folder."""
    compare_study(COMPARED, folder / "compared")
    sweep_study(GRID, folder / "deep" / "grid")
    return folder
