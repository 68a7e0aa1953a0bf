"""Agents as Mesa sees them: views of rows of the state, made when somebody asks for agents, holding no state.

Every array of a kind of agent becomes a read-only attribute of its view; its declaration in agents/
gives the docstring.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from mesa import Agent

from agents.government import GovernmentState
from agents.innovator import Innovators, firm_number
from agents.kernel.fields import fields_of
from agents.supplier import Suppliers
from agents.user import Users
from model.state.ledger import GOVERNMENT
from model.state.state import State

_BOOKKEEPING = ("model", "unique_id", "pos", "row")  # what Mesa and this file write on a view
_LEFT = -1  # the row of a firm that has left
V = TypeVar("V", bound="type[View]")


def field_notes(layout: type) -> dict[str, str]:
    """Return unit and meaning of the fields of a struct of arrays, as they are declared."""
    return {name: field.note for name, field in fields_of(layout).items()}


def _shows(part: str, layout: Any, *, whole: bool = False, without: tuple[str, ...] = ()) -> Callable[[V], V]:
    """Give a view class an attribute per field of its struct of arrays: the own row, or the whole array."""

    def add(view: V) -> V:
        notes = field_notes(layout)
        for name in layout._fields:
            if name not in without:
                setattr(view, name, _attribute(part, name, notes[name], whole))
        return view

    return add


def _attribute(part: str, name: str, note: str, whole: bool) -> property:
    def read(self: "View") -> Any:
        values = getattr(getattr(self.state, part), name)
        return _frozen(values if whole else values[self._living_row()])

    return property(read, doc=note)


def _frozen(value: Any) -> Any:
    """Return a plain Python number, or a read-only copy of an array."""
    if not isinstance(value, np.ndarray):
        return value.item()
    copied = value.copy()
    copied.flags.writeable = False
    return copied


class View(Agent):
    """A view of one row of the state. It holds its row and nothing else, and refuses to be written to."""

    row: int

    def __init__(self, model: Any, row: int) -> None:
        self.row = row
        super().__init__(model)
        self.unique_id = self._number()  # Mesa's own count would depend on when somebody first asks for agents

    @property
    def state(self) -> State:
        """The economy's whole state, of which this is a row."""
        state: State = self.model.simulation.state
        return state

    def _number(self) -> int:
        """Return the view's number among all agents that ever live: users first, then suppliers, government, firms."""
        return 1 + self.row

    def _living_row(self) -> int:
        return self.row

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _BOOKKEEPING:
            raise AttributeError(_read_only(f"{type(self).__name__}.{name} belongs to the state"))
        object.__setattr__(self, name, value)

    def remove(self) -> None:
        """Refused: agents come and go by the rules of the economy."""
        raise AttributeError(_read_only(f"{self!r} cannot be removed"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.row})"


def _read_only(what: str) -> str:
    return f"views are read-only: {what}, which only the phases of model/schedule.py change; set parameters or a policy"


@_shows("users", Users, without=("contacts", "peer_start", "peers", "watcher_start", "watchers"))
class User(View):
    """A user: a firm of an existing industry."""

    @property
    def contacts(self) -> np.ndarray:
        """Slots of the innovators known."""
        known = self.state.users.contacts[self.row]
        return np.asarray(_frozen(known[known >= 0]))

    @property
    def peers(self) -> np.ndarray:
        """Rows of the other users whose adoption is seen."""
        users = self.state.users
        return np.asarray(_frozen(users.peers[users.peer_start[self.row] : users.peer_start[self.row + 1]]))


@_shows("innovators", Innovators)
class Innovator(View):
    """A living innovator, by its slot. Once the firm has left, its view can no longer be read."""

    @property
    def sales(self) -> float:
        """Sales: money per quarter, units * price before subsidy. The same as `revenue`."""
        return float(self.state.innovators.revenue[self._living_row()])

    @property
    def cash(self) -> float:
        """Cash: money."""
        return float(self.state.ledger.cash[self._living_row()])

    def _number(self) -> int:
        p, birth = self.model.parameters, int(self.state.innovators.birth[self.row])
        return 2 + p.users + p.suppliers + int(firm_number(self.row, birth))

    def _living_row(self) -> int:
        if self.row == _LEFT:
            raise RuntimeError(f"innovator {self.unique_id} has left the economy: there is nothing to see any more")
        return self.row

    def leave(self) -> None:
        """Called by the economy when the firm has left; it changes nothing in the economy."""
        Agent.remove(self)
        self.row = _LEFT


@_shows("suppliers", Suppliers)
class Supplier(View):
    """A supplier of one problem domain."""

    def _number(self) -> int:
        return 1 + self.model.parameters.users + self.row


@_shows("government", GovernmentState, whole=True)
class Government(View):
    """The government: arrays over instruments, innovators' slots and domains."""

    def _number(self) -> int:
        p = self.model.parameters
        return 1 + p.users + p.suppliers

    @property
    def cash(self) -> float:
        """Public money carried: money."""
        return float(self.state.ledger.cash[GOVERNMENT])
