"""One number of the results that README and documentation show, and the size at which it was computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

REFERENCE = "rebate"
TWO_BY_TWO = (REFERENCE, "rd_credit", "selective", "application", "procurement")


class Result(NamedTuple):
    """One number of a table, as text with the decimals that are shown. `mark` is "*" where the interval leaves out
    zero and "!" where money is not equal."""

    table: str
    row: str
    column: str
    value: str
    low: str = ""
    high: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Size:
    """The size of the economy and the number of seeds. None means the numbers that the documents state."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    seeds: int | None = None
    users: tuple[int, ...] = (1000, 4000, 16_000)


def welfare_rows(frame: Any) -> Iterator[Any]:
    """Yield the row of welfare of every policy but the reference."""
    yield from frame[(frame["indicator"] == "welfare") & (frame["policy"] != REFERENCE)].itertuples()
