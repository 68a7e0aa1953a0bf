"""The declaration of a claim of an essay: its words, a statement that can fail, and the runs that put it to the test.

A claim compares a treatment with a reference in every cell of its grid. A cell has one level of each axis. What a
level does not act on is not changed, so that runs are shared between cells and between claims.
"""

from typing import Literal, NamedTuple

from model.policy.policy import Policy


# -- arms
class Times(NamedTuple):
    """A parameter multiplied: each parameter set's own value times a factor, within the declared range."""

    factor: float


class Plus(NamedTuple):
    """A parameter raised: each parameter set's own value plus an amount, within the declared range."""

    amount: float


Level = float | int | str
Change = Level | Times | Plus
Changes = tuple[tuple[str, Change], ...]
"""Parameters that differ from those of the parameter set, by name."""


class Arm(NamedTuple):
    """A policy at changed parameters. `policy` is None where the cell's level of the axis POLICY stands.

    With a `base`, the arm's outcome is its gain over that arm in percent of the level of the base.
    """

    policy: Policy | None
    changes: Changes = ()
    base: "Arm | None" = None


Choice = tuple[Arm, ...]
"""Arms of which the best one counts, found on other seeds than those that it is judged on."""

Side = tuple[Choice, ...]
"""A side of a comparison: the sum of its choices."""


# -- cells
class Axis(NamedTuple):
    """A line of the grid. `name` is a parameter, a trait as `policy.foresight`, or one of the names below.

    Levels weigh alike. `quick` are the levels of `--quick`. `words` name the axis in a sentence.
    """

    name: str
    levels: tuple[Level, ...]
    quick: tuple[Level, ...]
    words: str


EFFICACY, POLICY, RATE, HORIZON = "efficacy", "policy", "rate", "quarters"
"""Axes that are no setting: the multiple of all assumed efficacies, the policy of arms without one, the discount rate
in % a quarter, and the quarter up to which welfare is counted."""

Cell = dict[str, Level]
"""A level of each axis, by the name of the axis."""


class Outcome(NamedTuple):
    """The number that a claim compares: a measure of a run (`experiments.claims.measures`), with {rate} and {horizon}.

    `scale` says how a difference is shown: in "percent" of the reference, or as it is ("points"), or times 100
    ("share"). `unit` stands behind it. `better` is the direction in which the best of several arms is looked for.
    """

    measure: str
    words: str
    unit: str = "%"
    scale: Literal["percent", "points", "share"] = "percent"
    better: Literal["higher", "lower"] = "higher"


# -- claims
class Passage(NamedTuple):
    """The words of an essay, and the essay by author, title and year."""

    text: str
    source: str


class Claim(NamedTuple):
    """A claim put to the test. `number` is that of the list of sixteen, `part` a letter where it has several parts.

    `expected` is the sign of treatment less reference that the essay expects. `limits` says what the model cannot
    express, empty where nothing is missing. With `equal_money`, cells in which an arm leaves money unspent are not
    judged, and such an arm is never the best.
    """

    number: int
    part: str
    title: str
    passages: tuple[Passage, ...]
    statement: str
    treatment: Side
    reference: Side
    treatment_words: str
    reference_words: str
    outcome: Outcome
    expected: Literal[1, -1]
    falsified_by: str
    opposite: str
    axes: tuple[Axis, ...] = ()
    limits: str = ""
    equal_money: bool = True

    @property
    def id(self) -> str:
        """The number with the letter of the part, as "1a"."""
        return f"{self.number}{self.part}"


class Untested(NamedTuple):
    """Words of the essay that this model cannot test, and why."""

    number: int
    passage: Passage
    reason: str
