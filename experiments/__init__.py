"""Experiments: studies, running and storing, comparison and the command line. Start with `compare`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparison import Comparison, compare, compare_study
    from experiments.paired import differences
    from experiments.study import Study
    from experiments.sweeping import sweep, sweep_study

__all__ = ["Comparison", "Study", "compare", "compare_study", "differences", "sweep", "sweep_study"]

_ON_FIRST_USE = {
    "Comparison": "experiments.comparison",
    "Study": "experiments.study",
    "compare": "experiments.comparison",
    "compare_study": "experiments.comparison",
    "differences": "experiments.paired",
    "sweep": "experiments.sweeping",
    "sweep_study": "experiments.sweeping",
}


def __getattr__(name: str) -> Any:
    """Load pandas and what needs it only when it is used: `nqpf --help` must answer at once."""
    if name in _ON_FIRST_USE:
        from importlib import import_module

        return getattr(import_module(_ON_FIRST_USE[name]), name)
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
