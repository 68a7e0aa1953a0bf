"""The whole state of an economy: one struct of arrays per kind of agent, the ledger and the quarter's record."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from agents.government import GovernmentState
from agents.industry import Industries
from agents.innovator import Innovators
from agents.kernel.decorators import inlined_rule
from agents.kernel.fields import DRAWN, Field
from agents.supplier import Suppliers
from agents.user import Users
from model.state.ledger import Ledger
from model.state.stocks import Stocks
from model.state.support import Support
from model.state.tallies import MARKET, TALLIES, Shares
from model.state.workspace import PhaseWorkspace, ThreadWorkspace

LAST_GENERATION = 63  # later ones are counted with it; a run of 2,000 quarters stays far below
BLOCK = 2048  # users taken together, so that their working arrays stay in cache
SHARE = 16 * BLOCK  # users that a thread takes at a time; sums are kept by share, however many threads there are


def number_of_shares(users: int) -> int:
    """Shares that so many users are dealt out in, the last of them perhaps short."""
    return -(-users // SHARE)


@inlined_rule
def share_of_users(k: int, users: int) -> tuple[int, int]:
    """First and last (not included) user of share k."""
    return k * SHARE, min((k + 1) * SHARE, users)


class State(NamedTuple):
    """Everything that changes, and the fixed networks. G generations, T quarters."""

    users: Users
    innovators: Innovators
    suppliers: Suppliers
    industries: Industries
    government: GovernmentState
    support: Support
    stocks: Stocks
    ceiling: Annotated[np.ndarray, Field("G", "capability", "ceiling of capability per generation", first=DRAWN)]
    ledger: Ledger
    market: Annotated[Any, Field("1", "", "record of MARKET", columns=MARKET)]
    tallies: Annotated[Any, Field("T", "", "records of TALLIES", columns=TALLIES)]
    gains: Annotated[np.ndarray, Field("2, classes", "", "domestic firms' solutions by their gain, and its sum")]
    shares: Shares
    thread_workspace: ThreadWorkspace
    phase_workspace: PhaseWorkspace


class RunInputs(NamedTuple):
    """All inputs of the quarters of an economy."""

    parameters: Any  # (1,) record of Parameters
    policy: Any  # (1,) record of Policy
    outlays: np.ndarray  # (T, I): budget per quarter and instrument as a share of Y_0
    seed: np.ndarray  # (2,): its halves
    state: Any  # State, or the reference to one

    @property
    def given(self) -> tuple[Any, ...]:
        """The arguments of a step of the schedule, after the quarter."""
        return self.parameters[0], self.policy[0], self.outlays, (self.seed[0], self.seed[1]), self.state


def copy_state(state: State) -> State:
    """Return a deep copy: the same numbers in new arrays."""

    def copied(part: Any) -> Any:
        return part.copy(order="K") if isinstance(part, np.ndarray) else type(part)(*(copied(field) for field in part))

    duplicate: State = copied(state)
    return duplicate
