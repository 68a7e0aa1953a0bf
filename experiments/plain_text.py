"""Plain text for the terminal: at most 80 columns of ASCII, the same on a screen and in a pipe."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import numpy as np

WIDTH = 80
NAME_ROOM = 17
"""The least characters of a column of names."""


def plain_number(value: float, places: int, signed: bool = False, width: int = 10) -> str:
    """Write a number with so many decimals, '-' for none, in powers of ten when it is wider than its column."""
    if value is None or np.isnan(value):
        return "-"
    plain = f"{value:{'+' if signed else ''}z.{places}f}"
    return plain if len(plain) <= width else f"{value:{'+' if signed else ''}.2e}"


def places_for(values: Iterable[float]) -> int:
    """Return the decimals that show the largest of the values with about four digits."""
    finite = [abs(value) for value in values if value is not None and np.isfinite(value) and value]
    return int(np.clip(3 - np.floor(np.log10(max(finite))), 0, 6)) if finite else 1


def beside_names(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield lines of a table: a name and what stands beside it. Names have all the room that the rest leaves them."""
    room = max(NAME_ROOM, WIDTH - max(len(rest) for _, rest in rows))
    texts = shortened([name for name, _ in rows], room)
    width = max(NAME_ROOM, *map(len, texts.values()))
    yield from (f"{texts[name]:<{width}}{rest}" for name, rest in rows)


def shortened(names: Iterable[str], width: int) -> dict[str, str]:
    """Return names by themselves, those of more than so many characters cut. Different names stay different.

    They lose their ends or, where these tell them apart, their middles. Names that are alike at both are numbered.
    """
    names = list(dict.fromkeys(names))
    for cut in (_without_end, _without_middle):
        found = {name: name if len(name) <= width else cut(name, width) for name in names}
        if len(set(found.values())) == len(names):
            return found
    taken = {name for name in names if len(name) <= width}
    found = {name: name for name in taken}
    for name in names:
        if name not in taken:
            numbers = (f"..{number}" for number in count(1))
            found[name] = next(text for end in numbers if (text := name[: width - len(end)] + end) not in taken)
            taken.add(found[name])
    return found


def _without_end(name: str, width: int) -> str:
    return name[: width - 2] + ".."


def _without_middle(name: str, width: int) -> str:
    end = width // 2
    return f"{name[: width - 2 - end]}..{name[-end:]}"


def wrapped(text: str) -> list[str]:
    """Break prose into lines."""
    return textwrap.wrap(text, WIDTH)
