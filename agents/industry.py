"""Industries: what users of each need from the technology."""

from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.arithmetic import exp
from agents.kernel.decorators import inlined_rule
from agents.kernel.fields import DRAWN, Field

TRADITIONAL, EMERGING, FUTURE = 0, 1, 2
LAYERS = ("traditional", "emerging", "future")
LEAST = 0.003  # a need is at least this over the number of domains


class Industries(NamedTuple):
    """State of J industries. D problem domains."""

    # fmt: off
    layer: Annotated[np.ndarray, Field("J", "", "TRADITIONAL, EMERGING or FUTURE", np.int64, first=DRAWN)]
    share: Annotated[np.ndarray, Field("J", "share", "share of economic size", first=DRAWN)]
    first: Annotated[np.ndarray, Field("J + 1", "", "users of industry j are first_j ... first_(j+1) - 1", np.int64, first=DRAWN)]
    latent: Annotated[np.ndarray, Field("J, D", "share", "needs before the least need, each row sums to 1", first=DRAWN)]
    needs: Annotated[np.ndarray, Field("D, J", "share", "n_jc >= 0.003 / D, each column sums to 1", first=DRAWN)]
    # fmt: on


@inlined_rule
def drifted(latent: float, drift: float, shock: float) -> float:
    """Return a latent need after a quarter, not yet normalised: latent * exp(drift * shock), shock standard normal."""
    return latent * exp(drift * shock)


@inlined_rule
def need(latent: float, domains: int) -> float:
    """Return n = 0.003 / D + (1 - 0.003) * latent: no need is ever nothing, and needs still sum to 1."""
    return LEAST / domains + (1.0 - LEAST) * latent
