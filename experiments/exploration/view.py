"""A view: one way to look at a results folder, declared once. Its tab, controls, figures and recipe follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from experiments.exploration.folder import ResultsFolder
from experiments.inquiries.inquiry import Answer, Option

if TYPE_CHECKING:
    from experiments.analysis.sweep import Sweep

INDICATOR, POLICIES, PAIR, POINT, AXES, ACROSS = "indicator", "policies", "between", "at", "over", "x"
"""Choices that a view may take: an indicator, some policies, two of them, values of factors, two axes, one axis."""


@dataclass(frozen=True)
class ViewRequest:
    """A view as asked for: of which folder, indicator and policies, at which values of factors, over which axes.

    What is empty is left to the view. `options` are those of an inquiry, by name.
    """

    folder: ResultsFolder
    indicator: str
    policies: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    at: Mapping[str, Any] = field(default_factory=dict)
    over: tuple[str, ...] = ()
    x: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pair(self) -> tuple[str, str]:
        """The two policies to compare: by default the study's last and the one before it, as on the command line."""
        if len(self.between) == 2:
            return self.between[0], self.between[1]
        return self.folder.arms[-1], self.folder.arms[max(len(self.folder.arms) - 2, 0)]


@dataclass(frozen=True)
class ViewRecipe:
    """A command and Python that give what a view shows."""

    command: str
    python: str


@dataclass(frozen=True)
class FolderView:
    """A registry entry: name, title, question, the choices it takes, the folders it suits, answer and recipe.

    `as_printed` says that the lines of its answer are those of a command, in columns.
    """

    name: str
    title: str
    question: str
    takes: tuple[str, ...]
    suits: Callable[[ResultsFolder], bool]
    answer: Callable[[ViewRequest], Answer]
    recipe: Callable[[ViewRequest], ViewRecipe]
    options: tuple[Option, ...] = ()
    as_printed: bool = False


def swept_for(request: ViewRequest, *indicators: str) -> "Sweep":
    """Return the stored runs of a folder at the values of factors that a request names, of all policies."""
    from experiments.analysis.plane import Plane, on_plane
    from experiments.analysis.sweep import read_sweep

    swept = read_sweep(request.folder.path, indicators or (request.indicator,))
    return on_plane(swept, Plane("", "", request.at)) if request.at else swept


def only_policies(swept: "Sweep", policies: tuple[str, ...]) -> "Sweep":
    """Return the runs of some policies, of all where none is named."""
    return replace(swept, runs=swept.runs[swept.runs["policy"].isin(policies)]) if policies else swept
