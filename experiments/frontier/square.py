"""The unit square of two factors, in which a frontier is looked for: each factor on the scale of its own range."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.study.factors import Factor, is_whole
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.float64]

CANDIDATES = 512
"""Places of Sobol's sequence among which the next runs are chosen, a power of two."""

FINEST = 41
"""Most positions of an axis at which the answer is read."""

COARSEST = 21
"""Most positions of an axis for what is drawn jointly, which takes time with the cube of their number."""

LEVELS_SHOWN = 5
"""Values of the second factor at which words describe the frontier, where it has more."""

MOST_VALUES = 8
"""Values of a second factor that words all describe."""


@dataclass(frozen=True)
class FactorSide:
    """One factor as a side of the square: its address and its range or its list of numbers."""

    name: str
    factor: Factor

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The values of a list or of a short range of whole numbers, rising; none where the factor is continuous."""
        if "values" in self.factor:
            return tuple(sorted(float(value) for value in self.factor["values"]))
        low, high = self.factor["range"]
        whole = is_whole(self.name) and high - low < FINEST and not self.factor.get("log")
        return tuple(float(value) for value in range(int(low), int(high) + 1)) if whole else ()

    @property
    def is_log(self) -> bool:
        """Return whether the range is on a logarithmic scale."""
        return bool(self.factor.get("log"))

    def setting(self, position: float) -> float | int:
        """Return the value that is run at a position in [0, 1]."""
        value = self.values[round(position * (len(self.values) - 1))] if self.values else self.reading(position)
        return round(value) if is_whole(self.name) else float(value)

    def reading(self, position: float) -> float:
        """Return the value at a position, also between values that can be run."""
        if self.values:
            return float(np.interp(position * (len(self.values) - 1), np.arange(len(self.values)), self.values))
        low, high = self.factor["range"]
        if self.is_log:
            return float(min(max(low * (high / low) ** position, low), high))
        return float(low + (high - low) * position)

    def position(self, value: float) -> float:
        """Return the position of a value."""
        if self.values:
            return float(np.interp(value, self.values, np.linspace(0.0, 1.0, len(self.values))))
        low, high = self.factor["range"]
        return float(np.log(value / low) / np.log(high / low) if self.is_log else (value - low) / (high - low))

    @cached_property
    def grid(self) -> "Positions":
        """Positions at which the answer is read: every value, or FINEST of a range."""
        return np.linspace(0.0, 1.0, len(self.values) or FINEST)

    @cached_property
    def levels(self) -> "Positions":
        """Positions of the grid at which words describe the frontier."""
        if self.values and len(self.values) <= MOST_VALUES:
            return self.grid
        return self.grid[np.unique(np.linspace(0, len(self.grid) - 1, LEVELS_SHOWN).round().astype(int))]


@dataclass(frozen=True)
class Square:
    """The unit square of two factors, x first."""

    x: FactorSide
    y: FactorSide

    @classmethod
    def of(cls, factors: Mapping[str, Factor]) -> "Square":
        """Return the square of two factors. Raises BadInput where one of them has a single value."""
        sides = [FactorSide(name, factor) for name, factor in factors.items()]
        for side in sides:
            if len(side.values) == 1:
                raise BadInput("has one value only, an axis needs two", f"uncertain.{side.name}")
        return cls(*sides)

    @property
    def names(self) -> list[str]:
        """The two factors."""
        return [self.x.name, self.y.name]

    def settings(self, position: "Positions") -> dict[str, Any]:
        """Return the settings that are run at a position of shape (2,)."""
        return {side.name: side.setting(float(at)) for side, at in zip((self.x, self.y), position, strict=True)}

    def run_at(self, positions: "Positions") -> "Positions":
        """Return the positions of the settings that are run at positions, each once. Shape (at most n, 2)."""
        sides = (self.x, self.y)
        moved = [
            [side.position(side.setting(float(at))) for side, at in zip(sides, row, strict=True)] for row in positions
        ]
        _, first = np.unique(np.round(moved, 12), axis=0, return_index=True)
        return np.array(moved)[np.sort(first)]

    def sobol(self, count: int, seed: int) -> "Positions":
        """Return the corners and so many places of Sobol's sequence (1967), as they are run."""
        from scipy.stats import qmc

        drawn = qmc.Sobol(2, seed=np.random.default_rng(seed)).random(count)
        corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
        return self.run_at(np.vstack([corners, drawn]))

    @cached_property
    def mesh(self) -> "Positions":
        """Positions at which the answer is read, y by y. Shape (len(y.grid) * len(x.grid), 2)."""
        return _mesh(self.x.grid, self.y.grid)

    @cached_property
    def coarse(self) -> "Positions":
        """Positions of the mesh of which each axis has at most COARSEST."""
        x, y = (side.grid[:: 1 + (len(side.grid) - 1) // COARSEST] for side in (self.x, self.y))
        return _mesh(x, y)


def _mesh(x: "Positions", y: "Positions") -> "Positions":
    across, up = np.meshgrid(x, y)
    return np.column_stack([across.ravel(), up.ravel()])
