"""Networks: what the generators make, and the live graph against the indicators."""

from collections import defaultdict
from io import BytesIO
from itertools import permutations
from typing import Any, get_args
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from numba import typeof

from model import Economy, Parameters
from model.opening import build_world
from model.parameters import PeerNetwork, SupplyNetwork
from model.start.network import _graph_rows, peer_ties, supply_ties
from model.views.graph import RIVALS
from tests.economies import WATCHED

PEERS, SUPPLIES = get_args(PeerNetwork), get_args(SupplyNetwork)
ODD: dict[str, dict[str, Any]] = {
    "one user": dict(users=1, industries=1, regions=1),
    "two users": dict(users=2, industries=1, regions=1),
    "three users apart": dict(users=3, industries=3, regions=4),
    "one industry": dict(users=60, industries=1),
    "one region": dict(users=60, regions=1),
    "more peers than users": dict(users=10, industries=2, peers=64),
    "as many peers as others": dict(users=9, industries=2, peers=8),
    "one peer": dict(users=50, peers=1),
    "odd degree, odd users": dict(users=51, peers=5),
    "one supplier": dict(domains=1, suppliers=1),
    "a supplier per domain": dict(domains=12, suppliers=12),
    "as few slots as can be": dict(slots=5, founders=1),
    "no rewiring": dict(users=50, rewiring=0.0),
    "all rewired": dict(users=50, rewiring=1.0),
}


def peers_of(p: Parameters, seed: int = 0) -> list[np.ndarray]:
    """Peers of every user, from a whole world."""
    users = build_world(p, seed).users
    return np.split(users.peers, users.peer_start[1:-1])


# -- generators


@pytest.mark.parametrize("kind", PEERS)
@pytest.mark.parametrize("size", ODD)
def test_peers_are_other_users_at_any_size(kind: str, size: str) -> None:
    p = Parameters(**{"users": 40, "industries": 4, **ODD[size], "peer_network": kind})
    rows = peers_of(p)
    assert len(rows) == p.users
    for u, row in enumerate(rows):
        assert np.all((row >= 0) & (row < p.users))
        assert u not in row


@pytest.mark.parametrize("kind", SUPPLIES)
@pytest.mark.parametrize("size", ODD)
def test_suppliers_serve_their_domain_at_any_size(kind: str, size: str) -> None:
    p = Parameters(**{"users": 40, "industries": 4, **ODD[size], "supply_network": kind})
    state = build_world(p, 0)
    assert state.innovators.supplier.shape == (p.slots, p.domains)
    assert np.array_equal(
        state.suppliers.domain[state.innovators.supplier], np.tile(np.arange(p.domains), (p.slots, 1))
    )


def degrees(kind: str, **keywords: Any) -> np.ndarray:
    return np.array([len(row) for row in peers_of(Parameters(**{"users": 200, **keywords, "peer_network": kind}))])


def test_degrees_are_as_asked() -> None:
    assert set(degrees("community", peers=8)) == {8}
    assert set(degrees("community", peers=5)) == {5}
    assert set(degrees("random_regular", peers=8)) == {8}
    assert set(degrees("random_regular", users=10, industries=2, peers=64)) == {9}  # all others
    assert set(degrees("watts_strogatz", peers=8, rewiring=0.0)) == {8}
    assert degrees("watts_strogatz", peers=8, rewiring=0.3).mean() == 8.0
    for users in (9, 10):  # at most as many as there are others, and an even number
        assert set(degrees("watts_strogatz", users=users, industries=2, peers=64, rewiring=0.0)) == {8}
    assert degrees("barabasi_albert", peers=8).mean() == pytest.approx(8.0, rel=0.1)
    assert degrees("barabasi_albert", peers=2).sum() == 2 * (200 - 1)  # a tree
    assert degrees("stochastic_block", peers=8).mean() == pytest.approx(8.0, rel=0.25)


def test_a_scale_free_network_has_hubs() -> None:
    assert degrees("barabasi_albert").max() > 2 * degrees("watts_strogatz").max()


@pytest.mark.parametrize("kind", [kind for kind in PEERS if kind != "community"])
def test_generated_ties_are_mutual(kind: str) -> None:
    rows = peers_of(Parameters(users=60, peer_network=kind))
    ties = {(u, int(v)) for u, row in enumerate(rows) for v in row}
    assert ties == {(v, u) for u, v in ties}


@pytest.mark.parametrize("kind", ["community", "stochastic_block"])
def test_peers_are_mostly_of_ones_own_kind(kind: str) -> None:
    p = Parameters(users=400, industries=4, peer_network=kind)
    industry = build_world(p, 0).users.industry
    own = np.concatenate([industry[row] == industry[u] for u, row in enumerate(peers_of(p))])
    assert own.mean() > 1.5 * np.sum((np.bincount(industry) / 400) ** 2) or own.mean() > 0.5


def test_without_rewiring_blocks_keep_to_themselves() -> None:
    p = Parameters(users=8, industries=4, peers=1, rewiring=0.0, peer_network="stochastic_block")
    start, peers = peer_ties(p, 0, np.repeat(np.arange(4), 2), np.zeros(8, np.int64))
    assert start.tolist() == list(range(9)) and peers.tolist() == [1, 0, 3, 2, 5, 4, 7, 6]


def test_one_seed_gives_one_network() -> None:
    for kind in PEERS:
        p = Parameters(users=50, peer_network=kind)
        same = [np.concatenate(peers_of(p, seed)) for seed in (1, 1, 2)]
        assert np.array_equal(same[0], same[1])
        assert not np.array_equal(same[0], same[2])


def test_generated_graphs_are_made_once() -> None:
    p = Parameters(users=80, peer_network="watts_strogatz", supply_network="watts_strogatz")
    industry, region = np.zeros(80, np.int64), np.zeros(80, np.int64)
    first, misses = (peer_ties(p, 3, industry, region), supply_ties(p, 3)), _graph_rows.cache_info().misses
    again = peer_ties(p.replace(risk=0.2), 3, industry, region), supply_ties(p, 3)
    assert _graph_rows.cache_info().misses == misses
    assert np.array_equal(first[0][1], again[0][1])
    assert np.array_equal(first[1], again[1])
    for kept in _graph_rows("watts_strogatz", 80, 8, 0.1, (80,), 3):
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 1


def test_every_network_is_of_one_compiled_type() -> None:
    """Another type of array, as a read-only one, would compile the whole model again."""
    states = [
        build_world(Parameters(users=users, industries=1, peer_network=kind), 0) for kind in PEERS for users in (1, 30)
    ]
    assert len({(typeof(state.users), typeof(state.innovators)) for state in states}) == 1


def test_all_policies_meet_the_same_networks() -> None:
    for kind in PEERS:
        first, *others = (
            Economy(name, seed=4, peer_network=kind, **WATCHED)
            for name in ("laissez_faire", "selective", "application")
        )
        for other in others:
            assert np.array_equal(first.simulation.state.users.peers, other.simulation.state.users.peers)
            assert np.array_equal(
                first.simulation.state.innovators.supplier, other.simulation.state.innovators.supplier
            )


@pytest.mark.parametrize("kind", [kind for kind in PEERS if kind != "community"])
def test_an_economy_runs_on_every_network(kind: str) -> None:
    supply = "random_regular" if kind == "stochastic_block" else kind
    economy = Economy("application", peer_network=kind, supply_network=supply, **dict(WATCHED, horizon=12))
    economy.run_model()
    assert np.isfinite(economy.series["output"]).all()


# -- the live graph


def edges(graph: Any, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one, other, found) for one, other, found in graph.edges(data=True) if found["kind"] == kind]


def nodes(graph: Any, kind: str) -> dict[str, dict[str, Any]]:
    return {name: found for name, found in graph.nodes(data=True) if found["kind"] == kind}


def adoption(graph: Any) -> float:
    """Size of users with an edge of use, over all users' size."""
    users = nodes(graph, "user")
    return sum(users[user]["size"] for user, _, _ in edges(graph, "use")) / sum(
        found["size"] for found in users.values()
    )


def concentration(graph: Any) -> float:
    """Herfindahl index of units over the edges of use."""
    units: dict[str, float] = defaultdict(float)
    for _, firm, found in edges(graph, "use"):
        units[firm] += found["units"]
    total = sum(units.values())
    return sum((sold / total) ** 2 for sold in units.values()) if units else np.nan


@pytest.mark.parametrize("policy", ["laissez_faire", "selective", "application"])
def test_indicators_recomputed_from_the_graph(policy: str) -> None:
    economy = Economy(policy, seed=6, **dict(WATCHED, seed_cash=0.5))
    quarters_with_exits = 0
    while economy.running:
        economy.step()
        left = economy.series["exits"][-1] > 0.0
        quarters_with_exits += left
        if left or economy.period % 10 == 0:
            graph, now = economy.network(), economy.indicators()
            assert adoption(graph) == pytest.approx(now["adoption"], rel=1e-12, abs=1e-15)
            assert len(nodes(graph, "innovator")) == now["firms"]
            if not np.isnan(now["hhi"]):
                assert concentration(graph) == pytest.approx(now["hhi"], rel=1e-12)
    assert quarters_with_exits > 2, "no firm left: the test sees nothing"


@pytest.fixture(scope="module")
def economy() -> Economy:
    economy = Economy("selective", seed=7, **dict(WATCHED, horizon=60))  # the firm in slot 0 has users
    for _ in range(40):
        economy.step()
    return economy


@pytest.fixture(scope="module")
def graph(economy: Economy) -> Any:
    return economy.network()


def test_nodes_and_edges_are_typed(economy: Economy, graph: Any) -> None:
    state = economy.simulation.state
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.graph["period"] == 40
    assert {found["kind"] for _, found in graph.nodes(data=True)} == {"user", "innovator", "supplier"}
    assert {kind for *_, kind in graph.edges(data="kind")} == {"contact", "use", "peer", "order", "rivalry"}
    assert len(nodes(graph, "user")) == WATCHED["users"]
    assert len(nodes(graph, "supplier")) == WATCHED["suppliers"]
    assert len(edges(graph, "contact")) == np.count_nonzero(state.users.contacts >= 0)
    watching = np.repeat(np.arange(WATCHED["users"]), np.diff(state.users.peer_start))
    assert len(edges(graph, "peer")) == len(set(zip(watching.tolist(), state.users.peers.tolist(), strict=True)))
    for one, other, _ in edges(graph, "use"):
        assert (graph.nodes[one]["kind"], graph.nodes[other]["kind"]) == ("user", "innovator")
        assert graph.nodes[one]["provider"] == other
    using = {one: other for one, other, _ in edges(graph, "use")}
    assert {f"innovator:{firm}" for firm in state.users.provider if firm >= 0} == set(using.values()) != set()
    for user, found in nodes(graph, "user").items():
        assert (found["adopted"], found["provider"]) == (user in using, using.get(user, ""))


def test_payments_and_orders_are_those_of_the_accounts(economy: Economy, graph: Any) -> None:
    state = economy.simulation.state
    paid = sum(found["payment"] for *_, found in edges(graph, "use"))
    assert paid == pytest.approx(state.users.spending[state.users.provider >= 0].sum(), rel=1e-12)
    ordered = sum(found["units"] for *_, found in edges(graph, "order"))
    alive, domains = state.innovators.alive, WATCHED["domains"]
    assert ordered == pytest.approx(domains * state.innovators.units[alive].sum(), rel=1e-12)
    assert sum(found["domains"] for *_, found in edges(graph, "order")) == domains * alive.sum()


@pytest.mark.parametrize(
    "changed", [{"founders": 4}, {"founders": 40}, {"founders": 12, "contacts": 1, "suppliers": 40}]
)
def test_rivals_are_the_firms_that_share_most(changed: dict[str, Any]) -> None:
    """Edges both ways between every firm and its RIVALS strongest rivals, the first of equals, if they share at all."""
    graph = Economy(**{**WATCHED, **changed}).network()
    known: dict[str, set[str]] = defaultdict(set)
    supplied: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for user, firm, _ in edges(graph, "contact"):
        known[firm].add(user)
    for firm, supplier, _ in edges(graph, "order"):
        supplied[firm].add((supplier, graph.nodes[supplier]["domain"]))
    shared = {
        (one, other): (len(known[one] & known[other]), len(supplied[one] & supplied[other]))
        for one, other in permutations(nodes(graph, "innovator"), 2)
    }
    strongest = set()
    for firm in nodes(graph, "innovator"):
        rivals = [pair for pair in shared if pair[0] == firm and sum(shared[pair]) > 0]
        strongest |= set(sorted(rivals, key=lambda pair: -sum(shared[pair]))[:RIVALS])
    found = {(one, other): data for one, other, data in edges(graph, "rivalry")}
    assert found.keys() == strongest | {(other, one) for one, other in strongest}
    for pair, data in found.items():
        assert (data["shared_users"], data["shared_suppliers"]) == shared[pair]
        assert data["weight"] == sum(shared[pair])


def test_graphml_keeps_everything(graph: Any) -> None:
    sink = BytesIO()
    nx.write_graphml(graph, sink)
    sink.seek(0)
    ids = [edge.get("id") for edge in ElementTree.parse(sink).iter("{http://graphml.graphdrawing.org/xmlns}edge")]
    assert len(set(ids)) == len(ids) == graph.number_of_edges(), "Gephi keeps one edge of each id"
    sink.seek(0)
    read = nx.read_graphml(sink, force_multigraph=True)
    assert set(read.nodes) == set(graph.nodes)
    assert read.number_of_edges() == graph.number_of_edges()
    assert adoption(read) == adoption(graph)
    assert read.nodes["user:0"] == graph.nodes["user:0"]


@pytest.mark.parametrize("size", ODD)
def test_any_economy_has_a_graph(size: str) -> None:
    economy = Economy("application", **{"users": 40, "industries": 4, "horizon": 3, **ODD[size]})
    assert adoption(economy.network()) == 0.0
    economy.run_model()
    assert adoption(economy.network()) == pytest.approx(economy.indicators()["adoption"], rel=1e-12, abs=1e-15)


def test_an_empty_economy_has_a_graph() -> None:
    """Without a single firm: as after all have left."""
    economy = Economy("laissez_faire", **WATCHED)
    economy.simulation.state.innovators.alive[:] = False
    economy.simulation.state.users.contacts[:] = -1
    graph = economy.network()
    assert not nodes(graph, "innovator")
    assert {kind for *_, kind in graph.edges(data="kind")} == {"peer"}
