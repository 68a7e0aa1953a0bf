"""Who sees whom and who supplies whom: the networks of section 5 of model/ODD.md."""

from typing import Any

import networkx as nx

from model.randomness import Stream
from tests.reference.agents import Supplier, User
from tests.reference.draws import index


def tie_peers(economy: Any) -> None:
    """Peers of all users; a user alone in the world has none."""
    p = economy.p
    if p.users == 1:
        return
    if p.peer_network == "community":
        for user in economy.users:
            user.peers = [community_peer(economy, user, m) for m in range(p.peers)]
        return
    blocks = [len(industry.users) for industry in economy.industries]
    graph = draw_graph(p.peer_network, p.users, min(p.peers, p.users - 1), p.rewiring, economy.seed, blocks)
    for user in economy.users:
        user.peers = [economy.users[v] for v in sorted(graph.neighbors(user.index))]


def community_peer(economy: Any, user: User, m: int) -> User:
    """Peer m: from the own industry (m even) or the own region (m odd); of all others for a user alone in its group."""
    for_even, for_odd = economy.draws.pair(Stream.PEERS, 0, user.index, m // 2)
    if m % 2 == 0:
        luck, group, group_of = for_even, user.industry.users, industry_of
    else:
        luck, group, group_of = for_odd, economy.regions[user.region], region_of
    if len(group) == 1:
        others = [other for other in sorted(economy.users, key=group_of) if other is not user]
        return others[index(luck, len(others))]
    place = index(luck, len(group) - 1)
    return group[place] if group[place].index < user.index else group[place + 1]  # the user itself is skipped


def industry_of(user: User) -> int:
    """The group of even peers."""
    return user.industry.index


def region_of(user: User) -> int:
    """The group of odd peers."""
    return user.region


def draw_graph(kind: str, n: int, degree: int, rewiring: float, seed: int, blocks: list[int]) -> nx.Graph:
    """A NetworkX graph on n nodes of about the given degree."""
    if kind == "watts_strogatz":
        return nx.watts_strogatz_graph(n, min(degree + degree % 2, n - 1), rewiring, seed=seed)
    if kind == "barabasi_albert":
        return nx.barabasi_albert_graph(n, max(1, min(degree // 2, n - 1)), seed=seed)
    if kind == "random_regular":
        return nx.random_regular_graph(degree - n * degree % 2, n, seed=seed)
    across = min(1.0, rewiring * degree / n)
    within = [min(1.0, (1.0 - rewiring) * degree / max(size - 1, 1)) for size in blocks]
    ties = [[within[a] if a == b else across for b in range(len(blocks))] for a in range(len(blocks))]
    return nx.stochastic_block_model(blocks, ties, seed=seed)


def choose_suppliers(economy: Any) -> None:
    """A supplier per slot and domain."""
    p = economy.p
    distances = {} if p.supply_network == "random" else supply_distances(economy)
    for firm in economy.innovators:
        firm.supplier = []
        for c in range(p.domains):
            fellows = [s for s in economy.suppliers if s.domain == c]
            drawn = fellows[index(economy.draws.U52(Stream.SUPPLY, 0, firm.index, c), len(fellows))]
            nearest = min(fellows, key=lambda s: distance(distances, firm.index, s, drawn)) if distances else drawn
            firm.supplier.append(nearest)


def distance(distances: dict[tuple[int, int], float], slot: int, supplier: Supplier, drawn: Supplier) -> float:
    """Steps between a slot and a supplier; among equals the one that would be drawn is nearer."""
    return distances[slot % 128, supplier.index] + (0.0 if supplier is drawn else 0.001)


def supply_distances(economy: Any) -> dict[tuple[int, int], float]:
    """Shortest paths from 128 slots to every supplier in one graph of both."""
    p = economy.p
    n = p.suppliers + 128
    blocks = [n // 2, n - n // 2]
    graph = draw_graph(p.supply_network, n, min(p.peers, p.suppliers), p.rewiring, economy.seed, blocks)
    of_suppliers = [s * n // p.suppliers for s in range(p.suppliers)]
    of_slots = [node for node in range(n) if node not in of_suppliers]
    found = {}
    for s, start in enumerate(of_suppliers):
        steps = nx.single_source_shortest_path_length(graph, start)
        for i, node in enumerate(of_slots):
            found[i, s] = float(min(steps.get(node, n), n))
    return found
