"""Tables and numbers as the documents show them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from docs.result import Result


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a Markdown table."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def shown(result: Result, interval: bool = True) -> str:
    """Return a difference as the documents show it: sign, thousands, mark, and the interval where asked for."""
    numbers = [signed(text) for text in (result.value, result.low, result.high) if text]
    with_ends = interval and len(numbers) == 3 and result.column in ("welfare", "output")
    ends = f" [{numbers[1]},\u00a0{numbers[2]}]" if with_ends else ""
    return f"{numbers[0]}{result.mark}{ends}"


def signed(text: str) -> str:
    """Return a number with its sign and with thousands set apart: "+3,087"."""
    decimals = len(text.partition(".")[2])
    return f"{float(text):+,.{decimals}f}"
