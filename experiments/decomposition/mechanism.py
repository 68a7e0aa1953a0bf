"""A mechanism of the economy as it is declared: name, words, and the settings at which it does nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from model.parameters import Parameters

OffSettings = Mapping[str, Any]
"""Values by address, as `imitation` or `policy.patience`."""


@dataclass(frozen=True)
class Mechanism:
    """A registry entry. `words` say what the economy does with it, `without` what it does where it is off.

    `off` are the settings of its limit case, or a function that makes them of the parameters. Where `weakened` is true
    no allowed value switches it off, and the settings leave as little of it as can be.
    """

    name: str
    words: str
    without: str
    off: OffSettings | Callable[[Parameters], OffSettings]
    weakened: bool = False

    def settings(self, parameters: Parameters) -> dict[str, Any]:
        """Return the settings that switch the mechanism off in an economy of these parameters."""
        return dict(self.off(parameters) if callable(self.off) else self.off)
