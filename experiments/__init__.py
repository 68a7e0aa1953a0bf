"""Experiments: studies, running and storing, comparison and the command line. Start with `compare`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison, compare, compare_study
    from experiments.analysis.paired import differences
    from experiments.analysis.sweep import sweep, sweep_study
    from experiments.decomposition.decomposition import why, why_study
    from experiments.discovery.ema import ema_form
    from experiments.frontier.frontier import find_frontier, frontier_study
    from experiments.inquiries.discover import discover
    from experiments.inquiries.optimise import optimise
    from experiments.inquiries.sensitivity import sensitivity
    from experiments.study.study import Study
    from experiments.validation.calibration import calibrate

__all__ = [
    "Comparison", "Study", "calibrate", "compare", "compare_study", "differences", "discover", "ema_form",
    "find_frontier", "frontier_study", "optimise", "sensitivity", "sweep", "sweep_study", "why", "why_study",
]  # fmt: skip

_ON_FIRST_USE = {
    "Comparison": "experiments.analysis.comparison",
    "Study": "experiments.study.study",
    "calibrate": "experiments.validation.calibration",
    "compare": "experiments.analysis.comparison",
    "compare_study": "experiments.analysis.comparison",
    "differences": "experiments.analysis.paired",
    "discover": "experiments.inquiries.discover",
    "ema_form": "experiments.discovery.ema",
    "optimise": "experiments.inquiries.optimise",
    "sensitivity": "experiments.inquiries.sensitivity",
    "find_frontier": "experiments.frontier.frontier",
    "frontier_study": "experiments.frontier.frontier",
    "sweep": "experiments.analysis.sweep",
    "sweep_study": "experiments.analysis.sweep",
    "why": "experiments.decomposition.decomposition",
    "why_study": "experiments.decomposition.decomposition",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use, as pandas takes long to load and `nqpf --help` must answer at once."""
    if name in _ON_FIRST_USE:
        from importlib import import_module

        return getattr(import_module(_ON_FIRST_USE[name]), name)
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
