"""Progress on stderr: a bar on a terminal, sparse lines otherwise, nothing when quiet."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PAUSE = 10.0
"""Seconds between two lines when stderr is not a terminal."""


class Progress:
    """Counts runs that are done and safe."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def advance(self, runs: int) -> None:
        """Count so many more runs as done."""
        self.done += runs


class Lines(Progress):
    """A line every few seconds."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self._next = time.monotonic() + PAUSE

    def advance(self, runs: int) -> None:
        super().advance(runs)
        if time.monotonic() >= self._next or self.done == self.total:
            _tell(f"{self.done} of {self.total} runs")
            self._next = time.monotonic() + PAUSE


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Progress]:
    """Show progress over `total` runs in the way that suits stderr."""
    if quiet or not total:
        yield Progress(total)
    elif not sys.stderr.isatty():
        yield Lines(total)
    else:
        with _bar(total) as bar:
            yield bar


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("runs", total=total)

        class Bar(Progress):
            def advance(self, runs: int) -> None:
                super().advance(runs)
                display.update(task, completed=self.done)

        yield Bar(total)


def say(message: str, quiet: bool) -> None:
    """Print a line on stderr unless quiet."""
    if not quiet:
        _tell(message)


def _tell(message: str) -> None:
    with suppress(OSError):  # stderr may be a pipe that nobody reads any more, and the runs are worth more
        print(message, file=sys.stderr, flush=True)
