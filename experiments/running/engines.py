"""Engines: how many runs are made at a time, and by threads or processes. Results never depend on it."""

from dataclasses import dataclass

from model.declaration.errors import BadInput, unknown

ENGINES = ("threads", "processes")


@dataclass(frozen=True)
class Execution:
    """The way in which tasks are run. It never affects results."""

    jobs: int | None = None
    engine: str = "threads"
    check: bool = False
    quiet: bool = True

    def __post_init__(self) -> None:
        if self.engine == "dask":
            raise BadInput("not available yet; one of: " + ", ".join(ENGINES), place="--engine dask")
        if self.engine not in ENGINES:
            raise unknown("engine", self.engine, ENGINES)
        if self.jobs is not None and (type(self.jobs) is not int or self.jobs < 1):
            raise BadInput("must be a whole number of at least 1", place=f"--jobs {self.jobs!r}")
