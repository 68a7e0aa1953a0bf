"""An inquiry: one question that an analysis answers, declared once. Command, JSON and figures follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from experiments.running.engines import Execution
    from experiments.study.study import Study


class Needs(Enum):
    """The evidence that an inquiry asks for, as its command names it."""

    RESULTS = "DIR"
    STUDY = "STUDY.yaml"
    RESULTS_OR_STUDY = "DIR|STUDY.yaml"
    TWO_POLICIES = "A B"


@dataclass(frozen=True)
class Option:
    """An option of an inquiry's command, by its name without dashes. A `bool` is a flag.

    An option with the default `...` must be given.
    """

    name: str
    meaning: str
    metavar: str = "TEXT"
    kind: type = str
    default: Any = None


@dataclass(frozen=True)
class Request:
    """An inquiry as asked for: the study, the folder of its results, and the inquiry's own options by name.

    `stored` says that the folder was given, so that no run is made. `place` names the study in errors. Of two policies
    the study has the first as its last arm and the second as its reference.
    """

    study: "Study"
    place: str
    folder: Path
    options: Mapping[str, Any]
    execution: "Execution"
    stored: bool = False
    quick: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure as data: a kind that viz.figures.pictures draws, its table, its labels and its text alternative."""

    name: str
    kind: str
    table: "pd.DataFrame"
    words: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The answer to an inquiry: lines of at most 80 columns with the answer first, plain data, tables, pictures.

    `runs` are the runs that were made for it: their warnings and failures are reported.
    """

    lines: tuple[str, ...]
    content: Mapping[str, Any]
    tables: Mapping[str, "pd.DataFrame"] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    runs: "pd.DataFrame | None" = None


@dataclass(frozen=True)
class Inquiry:
    """A registry entry: name, question in one sentence, what it needs, its own options, and the function that answers.

    `answer` imports what it needs when it runs, so that `nqpf --help` answers at once. `prepare` makes the study that
    is run of the one that is declared, from the options and the study's place in errors.
    """

    name: str
    question: str
    needs: Needs
    answer: Callable[[Request], Answer]
    options: tuple[Option, ...] = ()
    prepare: "Callable[[Study, Mapping[str, Any], str], Study] | None" = None
