"""The live state as one multilayer NetworkX graph: contacts, use, supply, peers and rivals.

Nodes are strings, "user:3", "innovator:17" (by slot), "supplier:5"; `kind` and `index` say the same in parts. Edges
carry their type as `kind`, and a key of their own, which GraphML writes as their id. Every attribute is a plain number,
truth value or text, so that GraphML, Gephi and R read the graph as it is.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csr_matrix

from agents.industry import LAYERS
from agents.innovator import Innovators
from agents.supplier import Suppliers
from agents.user import Users
from model.state.state import State

RIVALS = 10  # a firm's strongest rivals that are drawn as edges, so that the layer stays bounded


def live_graph(state: State, period: int, industry_names: Sequence[str] = ()) -> Any:
    """Return the network after `period` quarters, as a networkx.MultiDiGraph.

    Users carry an `industry_name` where industries have names, which a file of industries gives.

    | edge | from -> to | attributes |
    |---|---|---|
    | contact | user -> innovator it knows | |
    | use | user -> its provider | `units` per quarter, `payment`: own money per quarter |
    | peer | user -> user whose adoption it sees | |
    | order | innovator -> supplier | `units` of components per quarter, `domains` supplied |
    | rivalry | innovator <-> innovator | `weight` = `shared_users` known by both + `shared_suppliers`, per domain |

    Rivalry is given in both directions, for the RIVALS strongest rivals of every firm. Use and orders are those of
    the quarter just past: a firm that entered at its end has none yet, and users of a firm that left have no provider.
    """
    graph = nx.MultiDiGraph(period=period)
    firms = np.flatnonzero(state.innovators.alive)
    users = _names("user", np.arange(state.users.size.shape[0]))
    innovators = _names("innovator", firms)
    suppliers = _names("supplier", np.arange(state.suppliers.domain.shape[0]))
    _add_nodes(graph, "user", users, _user_columns(state, industry_names))
    _add_nodes(graph, "innovator", innovators, _innovator_columns(state, firms))
    _add_nodes(graph, "supplier", suppliers, _supplier_columns(state.suppliers))
    _add_user_ties(graph, state.users, users, innovators)
    _add_orders(graph, state.innovators, firms, innovators, suppliers)
    _add_rivalry(graph, state, firms, innovators)
    return graph


Names = dict[int, str]  # of nodes, by row of the state


def _names(kind: str, rows: np.ndarray) -> Names:
    return {row: f"{kind}:{row}" for row in rows.tolist()}


def _user_columns(state: State, industry_names: Sequence[str]) -> dict[str, list[Any]]:
    users, layer = state.users, state.industries.layer
    provider = users.provider.tolist()
    named = {"industry_name": [industry_names[j] for j in users.industry.tolist()]} if industry_names else {}
    return named | {
        "industry": users.industry.tolist(),
        "layer": [LAYERS[k] for k in layer[users.industry].tolist()],
        "region": users.region.tolist(),
        "size": users.size.tolist(),
        "lead": users.lead.tolist(),
        "adopted": (users.provider >= 0).tolist(),
        "provider": [f"innovator:{i}" if i >= 0 else "" for i in provider],
        "mastery": users.mastery.tolist(),
        "useful_quality": users.quality_used.tolist(),
        "output": users.output.tolist(),
    }


def _innovator_columns(state: State, firms: np.ndarray) -> dict[str, list[Any]]:
    shown = (
        "region",
        "foreign",
        "birth",
        "generation",
        "units",
        "share",
        "price",
        "unit_cost",
        "revenue",
        "public_total",
    )
    columns = {name: getattr(state.innovators, name)[firms].tolist() for name in shown}
    columns["capability"] = state.innovators.capability[firms].mean(axis=1).tolist()
    columns["cash"] = state.ledger.cash[firms].tolist()
    return columns


def _supplier_columns(suppliers: Suppliers) -> dict[str, list[Any]]:
    shown = ("domain", "region", "foreign", "capability", "capacity", "orders", "cost_factor")
    return {name: getattr(suppliers, name).tolist() for name in shown}


def _add_nodes(graph: Any, kind: str, names: Names, columns: dict[str, list[Any]]) -> None:
    graph.add_nodes_from(
        (name, {"kind": kind, "index": row, **dict(zip(columns, values, strict=True))})
        for (row, name), values in zip(names.items(), zip(*columns.values(), strict=True), strict=True)
    )


def _add_user_ties(graph: Any, users: Users, user: Names, innovator: Names) -> None:
    """Add contacts, use and peers."""
    knowing, place = np.nonzero(users.contacts >= 0)
    _add_edges(graph, "contact", (knowing, user), (users.contacts[knowing, place], innovator))
    adopters = np.flatnonzero(users.provider >= 0)
    used = {"units": users.size[adopters], "payment": users.spending[adopters]}
    _add_edges(graph, "use", (adopters, user), (users.provider[adopters], innovator), used)
    watching = np.repeat(np.arange(len(user)), np.diff(users.peer_start))
    _add_edges(graph, "peer", (watching, user), (users.peers, user))


def _add_orders(graph: Any, innovators: Innovators, firms: np.ndarray, innovator: Names, supplier: Names) -> None:
    """Add one edge per firm and supplier, whatever the number of domains that the supplier serves it in."""
    domains = innovators.supplier.shape[1]
    pairs = np.stack([np.repeat(firms, domains), innovators.supplier[firms].ravel()])
    (buyer, seller), count = np.unique(pairs, axis=1, return_counts=True)
    columns = {"units": innovators.units[buyer] * count, "domains": count}
    _add_edges(graph, "order", (buyer, innovator), (seller, supplier), columns)


def _add_rivalry(graph: Any, state: State, firms: np.ndarray, innovator: Names) -> None:
    """Add edges both ways between every firm and those with which it shares most users and suppliers."""
    shared_users, shared_suppliers = _shared_users(state.users, firms), _shared_suppliers(state, firms)
    weight = shared_users + shared_suppliers
    np.fill_diagonal(weight, 0)
    strongest = np.argsort(-weight, axis=1, kind="stable")[:, :RIVALS]
    drawn = np.zeros(weight.shape, bool)
    np.put_along_axis(drawn, strongest, True, axis=1)
    one, other = np.nonzero((drawn | drawn.T) & (weight > 0))
    columns = {"weight": weight, "shared_users": shared_users, "shared_suppliers": shared_suppliers}
    found = {name: values[one, other] for name, values in columns.items()}
    _add_edges(graph, "rivalry", (firms[one], innovator), (firms[other], innovator), found)


def _shared_users(users: Users, firms: np.ndarray) -> np.ndarray:
    """Return the number of users that know both of two firms. Shape (firms, firms)."""
    knowing, place = np.nonzero(users.contacts >= 0)
    known = np.searchsorted(firms, users.contacts[knowing, place])
    ones = np.ones(known.shape[0], np.int64)
    knows = csr_matrix((ones, (knowing, known)), (users.contacts.shape[0], firms.shape[0]))
    both: np.ndarray = (knows.T @ knows).toarray()
    return both


def _shared_suppliers(state: State, firms: np.ndarray) -> np.ndarray:
    """Return the number of domains in which two firms have the same supplier. Shape (firms, firms)."""
    supplier = state.innovators.supplier[firms]
    shared = np.zeros((firms.shape[0], firms.shape[0]), np.int64)
    for own in supplier.T:
        shared += own[:, None] == own[None, :]
    return shared


def _add_edges(
    graph: Any,
    kind: str,
    source: tuple[np.ndarray, Names],
    target: tuple[np.ndarray, Names],
    columns: dict[str, np.ndarray] | None = None,
) -> None:
    """Add edges between rows that have names, each with a key of its own, its kind, and attributes by column."""
    (sources, source_names), (targets, target_names) = source, target
    found = {name: values.tolist() for name, values in (columns or {}).items()}
    rows = zip(*found.values(), strict=True) if found else repeat((), sources.shape[0])
    ends = (
        (source_names[one], target_names[other]) for one, other in zip(sources.tolist(), targets.tolist(), strict=True)
    )
    graph.add_edges_from(
        (one, other, f"{kind} {one} {other}", {"kind": kind, **dict(zip(found, row, strict=True))})
        for (one, other), row in zip(ends, rows, strict=True)
    )
