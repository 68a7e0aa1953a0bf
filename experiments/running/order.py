"""The order that an engine gets: which work, for which groups of tasks."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from experiments.results.columns import Result
from experiments.study.plan import Task

TaskGroup = list[Task]
"""Runs of one point, set and seed, which differ in policy only."""


class Order(NamedTuple):
    """An order to an engine: `work` for each of the groups, at most `jobs` at a time, on a `scheduler` if it has one.

    `lost` makes the results of a group whose worker was lost in every try.
    """

    work: Callable[[TaskGroup], list[Result]]
    groups: Iterator[TaskGroup]
    jobs: int
    lost: Callable[[TaskGroup, Exception], list[Result]]
    scheduler: str | None
    quiet: bool
