"""Networks: peers among users and supply of innovators, as index arrays for the compiled phases.

The default peers are drawn vectorised: half from the own industry, half from the own region. Graphs by NetworkX
generators are built once per (generator, parameters, seed) and shared.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from model.inputs.graphs_file import peer_rows, supplier_table
from model.parameters import Parameters
from model.randomness import Stream, uniforms

_PLACES_OF_FIRMS = 128  # in a graph with suppliers: the same for any number of slots


def peer_ties(p: Parameters, seed: int, industry: np.ndarray, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return peers of every user in compressed rows: (start (U + 1,), peers (ties,)), in new arrays."""
    if p.users == 1:
        start, peers = np.zeros(2, np.int64), np.zeros(0, np.int64)
    elif p.peers_graph:
        start, peers = peer_rows(p.peers_graph, p.users)
    elif p.peer_network == "community":
        alike = _community_peers(p, seed, industry, region)
        start, peers = np.arange(p.users + 1) * alike.shape[1], alike.ravel()
    else:
        blocks = tuple(np.bincount(industry, minlength=p.industries).tolist())
        start, peers = _graph_rows(p.peer_network, p.users, min(p.peers, p.users - 1), p.rewiring, blocks, seed)
    # Shared arrays are read-only, which is another type for compiled code; short numbers halve what is read.
    return start.copy(), peers.astype(np.int32)


def watchers_of(start: np.ndarray, peers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return peers in compressed rows from the other end: for every user, who has it as a peer. Shapes as given."""
    users = start.shape[0] - 1
    seen = np.concatenate([[0], np.cumsum(np.bincount(peers, minlength=users))])
    short = peers.astype(np.min_scalar_type(users))  # numbers of 16 bits are sorted in a tenth of the time
    return seen, np.repeat(np.arange(users, dtype=np.int32), np.diff(start))[np.argsort(short, kind="stable")]


def supply_ties(p: Parameters, seed: int) -> np.ndarray:
    """Return the supplier of every slot in every domain, (slots, domains). Domain c has suppliers c, c + D, …

    The one that `supply_graph` names; where it names none, one drawn or near as `supply_network` says.
    """
    generated = _generated_supply_ties(p, seed)
    if not p.supply_graph:
        return generated
    named = supplier_table(p.supply_graph, p.slots, p.suppliers, p.domains)
    return np.where(named >= 0, named, generated)


def _generated_supply_ties(p: Parameters, seed: int) -> np.ndarray:
    """Return one of the domain's suppliers at random or, with a graph over suppliers and slots, the nearest one."""
    draws = uniforms(seed, Stream.SUPPLY, p.slots, p.domains)[..., 0]
    per_domain = (p.suppliers - 1 - np.arange(p.domains)) // p.domains + 1
    picked = np.minimum((draws * per_domain).astype(np.int64), per_domain - 1)
    random_supplier = np.arange(p.domains) + p.domains * picked
    if p.supply_network == "random":
        return random_supplier
    distance = _supply_distances(p.supply_network, p.suppliers, min(p.peers, p.suppliers), p.rewiring, seed)
    distance = distance[np.arange(p.slots) % _PLACES_OF_FIRMS]
    nearest = np.empty((p.slots, p.domains), np.int64)
    for c in range(p.domains):
        suppliers = np.arange(c, p.suppliers, p.domains)
        reach = distance[:, suppliers] + 1e-3 * (suppliers != random_supplier[:, c, None])  # ties by the keyed draw
        nearest[:, c] = suppliers[np.argmin(reach, axis=1)]
    return nearest


def _community_peers(p: Parameters, seed: int, industry: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Draw half of a user's peers from its own industry, half from its own region. Shape (users, peers)."""
    draws = uniforms(seed, Stream.PEERS, p.users, (p.peers + 1) // 2).reshape(p.users, -1)[:, : p.peers]
    peers = np.empty((p.users, p.peers), np.int64)
    for first, group in enumerate((industry, region)):
        peers[:, first::2] = _others_alike(group, draws[:, first::2].T).T
    return peers


def _others_alike(group: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Return a uniform other member of every user's group per row of `draw`, of all users where it is alone in it."""
    users = group.shape[0]
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    rank = np.empty(users, np.int64)
    rank[order] = np.arange(users)
    alone = size[group] == 1
    first = np.where(alone, 0, (np.cumsum(size) - size)[group])
    others = np.where(alone, users, size[group]) - 1
    pick = first + np.minimum((draw * others).astype(np.int64), others - 1)
    return order[pick + (pick >= rank)]


def _generate(kind: str, nodes: int, degree: int, rewiring: float, blocks: tuple[int, ...], seed: int) -> Any:
    """Return a NetworkX graph on `nodes` nodes with about `degree` ties each."""
    import networkx as nx

    if kind == "watts_strogatz":
        return nx.watts_strogatz_graph(nodes, min(degree + degree % 2, nodes - 1), rewiring, seed=seed)
    if kind == "barabasi_albert":
        return nx.barabasi_albert_graph(nodes, max(1, min(degree // 2, nodes - 1)), seed=seed)
    if kind == "random_regular":
        return nx.random_regular_graph(degree - (nodes * degree) % 2, nodes, seed=seed)
    within = [min(1.0, (1.0 - rewiring) * degree / max(size - 1, 1)) for size in blocks]
    across = min(1.0, rewiring * degree / nodes)
    chances = [[within[a] if a == b else across for b in range(len(blocks))] for a in range(len(blocks))]
    return nx.stochastic_block_model(list(blocks), chances, seed=seed, sparse=True)


@lru_cache(maxsize=16)
def _graph_rows(
    kind: str, nodes: int, degree: int, rewiring: float, blocks: tuple[int, ...], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return neighbours of every node of a generated graph in compressed rows, read-only."""
    graph = _generate(kind, nodes, degree, rewiring, blocks, seed)
    ends = np.array(graph.edges(), np.int64).reshape(-1, 2)
    source, target = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    order = np.lexsort((target, source))
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=nodes))])
    rows = start, target[order]
    for array in rows:
        array.flags.writeable = False
    return rows


@lru_cache(maxsize=16)
def _supply_distances(kind: str, suppliers: int, degree: int, rewiring: float, seed: int) -> np.ndarray:
    """Return ties between 128 slots and suppliers in a generated graph over both, interleaved. (128, suppliers).

    The graph does not grow with the number of slots, so that no firm's suppliers depend on it.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    nodes = suppliers + _PLACES_OF_FIRMS
    half = nodes // 2
    start, target = _graph_rows(kind, nodes, degree, rewiring, (half, nodes - half), seed)
    graph = csr_matrix((np.ones(target.shape[0]), target, start), (nodes, nodes))
    places = np.floor(np.arange(suppliers) * nodes / suppliers).astype(np.int64)  # suppliers spread over the graph
    others = np.setdiff1d(np.arange(nodes), places)
    distance = shortest_path(graph, unweighted=True, indices=places)
    found: np.ndarray = np.minimum(distance[:, others].T, nodes)
    return found
