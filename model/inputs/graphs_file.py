"""Users' own graphs: who sees whom among users, who supplies whom.

A reader takes a file as Parameters hold it (name and digest) and is cached by it, so that a sweep reads a file once.
Errors are BadInput as 'FILE:LINE: what is wrong and what is allowed'. What the file holds stands in their value alone.
"""

import math
import re
from functools import lru_cache
from typing import Any

import numpy as np

from model.declaration.errors import BadInput
from model.declaration.input_file import bytes_of, path_of, text_of
from model.inputs.edge_list import read_edge_list
from model.inputs.graphml import read_graphml

GRAPHML, EDGE_LISTS = ".graphml", (".edgelist", ".txt", ".csv")


@lru_cache(maxsize=16)
def read_graph(file: str) -> Any:
    """Read a GraphML file or an edge list as a networkx.MultiDiGraph or MultiGraph, nodes and ties in the file's order.

    `.graphml`: one flat graph, directed or not. `.edgelist`, `.txt`, `.csv`: undirected, a line per tie with two names.
    The separator, the header and comments are found from the whole file. The graph's `read_as` says in words what the
    file was read as. Raises BadInput for what does not fit, and where a file can be read in two ways.
    """
    path = path_of(file)
    if path.lower().endswith(GRAPHML):
        return read_graphml(path, bytes_of(file))
    if path.lower().endswith(EDGE_LISTS):
        return read_edge_list(path, text_of(file))
    raise BadInput(f"must be GraphML ({GRAPHML}) or an edge list ({', '.join(EDGE_LISTS)})", place=path)


def read_as(file: str) -> str:
    """Return in words what the reader took a file for, with its size."""
    graph = read_graph(file)
    size = f"{graph.number_of_nodes():,} nodes and {graph.number_of_edges():,} ties"
    return f"{path_of(file)}: read as {graph.graph['read_as']}: {size}"


# -- peers


@lru_cache(maxsize=16)
def peer_rows(file: str, users: int) -> tuple[np.ndarray, np.ndarray]:
    """Return every user's peers from `peers_graph` in compressed rows, read-only: (start (users + 1,), peers (ties,)).

    A node is a user. An edge u -> v means that u sees v. Undirected edges are seen from both ends. A tie counts as
    often as it is given. If the N nodes are called 0 to N - 1 (or user:0 to user:N-1) these are the users' indices.
    Otherwise users are numbered in the file's order. The first `users` of them are used with the ties among them.
    In a graph as `nqpf run --graph` writes, innovators and suppliers are passed over. Raises BadInput for fewer nodes
    than `users`.
    """
    graph = read_graph(file)
    nodes = [node for node, kind in graph.nodes(data="kind") if kind not in ("innovator", "supplier")]
    if len(nodes) < users:
        raise BadInput(f"must be at least users = {users}", "nodes", len(nodes), path_of(file))
    bare = [node.removeprefix("user:") for node in nodes]
    numbered = set(bare) == {str(k) for k in range(len(bare))}
    indices = {node: int(name) if numbered else k for k, (node, name) in enumerate(zip(nodes, bare, strict=True))}
    index = {node: k for node, k in indices.items() if k < users}
    ends = [(index[u], index[v]) for u, v in graph.edges() if u in index and v in index]
    pairs = np.array(ends, np.int64).reshape(-1, 2)
    if not graph.is_directed():
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
    source, target = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].T
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=users))])
    return _frozen(start), _frozen(target.copy())


# -- supply


@lru_cache(maxsize=16)
def supplier_table(file: str, slots: int, suppliers: int, domains: int) -> np.ndarray:
    """Return the supplier of every slot in every domain from `supply_graph`, -1 where it gives none. (slots, domains)

    Nodes are called innovator:K (by slot) and supplier:K, as `nqpf run --graph` writes them. Edges lead from innovators
    to suppliers or have no direction. A supplier serves its own domain, K modulo `domains`. Of several in a domain the
    first in the file counts. Users, and edges with them or of the kind 'rivalry', are passed over. Raises BadInput for
    nodes that do not exist and for other edges. The array is read-only.
    """
    path, graph = path_of(file), read_graph(file)
    kinds = {node: _kind_and_index(path, node, slots, suppliers) for node in graph}
    for one, other, label in graph.edges(data="kind"):
        ends = kinds[one][0], kinds[other][0]
        right = ("innovator", "supplier") in ((ends,) if graph.is_directed() else (ends, ends[::-1]))
        if not right and "user" not in ends and label != "rivalry":
            raise BadInput("must lead from an innovator to a supplier", "edge", (one, other), path)
    table = np.full((slots, domains), -1)
    for innovator in (node for node in graph if kinds[node][0] == "innovator"):
        own = table[kinds[innovator][1]]
        for kind, supplier in (kinds[node] for node in graph.adj[innovator]):
            if kind == "supplier" and own[supplier % domains] < 0:
                own[supplier % domains] = supplier
    return _frozen(table)


def _kind_and_index(path: str, node: str, slots: int, suppliers: int) -> tuple[str, int]:
    """Return the kind of a node and its number. Raises BadInput for one that the economy does not have."""
    found = re.fullmatch(r"(user|innovator|supplier):(0|[1-9][0-9]{0,8})", node)
    most = {"user": math.inf, "innovator": slots, "supplier": suppliers}
    if not found or int(found[2]) >= most[found[1]]:
        allowed = f"innovator:0 to innovator:{slots - 1} or supplier:0 to supplier:{suppliers - 1}"
        raise BadInput(f"must be {allowed}", "node", node, path)
    return found[1], int(found[2])


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
