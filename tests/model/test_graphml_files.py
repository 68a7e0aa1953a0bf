"""GraphML as other tools write it: the same ring whatever the namespace, ids and attributes, or a refusal."""

import pytest

from model import BadInput
from model.inputs.graphml import read_graphml

NS = "http://graphml.graphdrawing.org/xmlns"
NODES = "".join(f'<node id="{k}"/>' for k in range(20))
EDGES = "".join(f'<edge source="{k}" target="{(k + 1) % 20}"/>' for k in range(20))
RING = NODES + EDGES
NUMBERS = '<key id="w" for="node" attr.name="x" attr.type="int"><default> true </default></key>'


def document(content: str, keys: str = "", space: str = f' xmlns="{NS}"', default: str = "undirected") -> str:
    return f'<graphml{space}>{keys}<graph edgedefault="{default}">{content}</graph></graphml>'


def with_data(node: int, value: str) -> str:
    return RING.replace(f'<node id="{node}"/>', f'<node id="{node}"><data key="w">{value}</data></node>')


READ = {
    "plain": document(RING),
    "no namespace": document(RING, space=""),
    "another namespace": document(RING, space=' xmlns="http://graphml.graphdrawing.org/xmlns/graphml"'),
    "attribute of no number": document(with_data(3, "NA"), NUMBERS),
    "attribute of two words": document(with_data(3, " true false "), NUMBERS.replace("int", "boolean")),
    "attribute of an unknown type": document(with_data(3, "x"), NUMBERS.replace("int", "colour")),
    "one id for all edges": document(RING.replace("<edge ", '<edge id="e" ')),
    "ports and locators": document(RING.replace('<node id="3"/>', '<node id="3"><port name="n"/></node>')),
    "each edge without direction": document(RING.replace("<edge ", '<edge directed="false" '), default="directed"),
    "comments": document("<!-- ring -->" + RING + "<desc>a ring</desc>"),
}


@pytest.mark.parametrize("case", READ)
def test_a_ring_stays_a_ring(case: str) -> None:
    graph = read_graphml("g.graphml", READ[case].encode())
    assert list(graph) == [str(k) for k in range(20)] and not graph.is_directed()
    assert {frozenset(tie) for tie in graph.edges()} == {frozenset((str(k), str((k + 1) % 20))) for k in range(20)}
    assert graph.number_of_edges() == 20


def test_prefixes_and_encodings() -> None:
    """A file's own declaration of its encoding counts."""
    prefixed = f'<x:graphml xmlns:x="{NS}"><x:graph edgedefault="directed"><x:node id="ä"/></x:graph></x:graphml>'
    for encoding in ("ISO-8859-1", "UTF-16", "UTF-8"):
        data = f'<?xml version="1.0" encoding="{encoding}"?>{prefixed}'.encode(encoding)
        assert list(read_graphml("g.graphml", data)) == ["ä"]


def test_kinds_are_kept_and_have_defaults() -> None:
    keys = '<key id="w" for="all" attr.name="kind" attr.type="int"><default>user</default></key>'
    graph = read_graphml("g.graphml", document(with_data(3, " supplier "), keys).encode())
    assert [graph.nodes[node]["kind"] for node in ("2", "3")] == ["user", "supplier"]
    assert {kind for *_, kind in graph.edges(data="kind")} == {"user"}


def test_a_tie_counts_as_often_as_it_is_given() -> None:
    twice = document(NODES + EDGES.replace("<edge ", '<edge id="e" ') * 2)
    assert read_graphml("g.graphml", twice.encode()).number_of_edges() == 40


REFUSED = {
    "nested": (document(f'<node id="g"><graph edgedefault="undirected">{RING}</graph></node>'), "within another"),
    "two graphs": (document(RING + '</graph><graph edgedefault="directed">'), "second graph"),
    "no graph": (f'<graphml xmlns="{NS}"/>', "must have a graph"),
    "hyperedge": (document(RING + "<hyperedge/>"), "hyperedge"),
    "mixed": (document(RING + '<edge source="1" target="5" directed="true"/>'), "with and without direction"),
    "direction": (document(RING + '<edge source="1" target="5" directed="yes"/>'), "true or false"),
    "default": (document(RING, default="Directed"), "directed or undirected"),
    "node twice": (document(RING + '<node id="3"/>'), "node = '3': is declared twice"),
    "node without id": (document(RING + "<node/>"), "without an id"),
    "edge without end": (document(RING + '<edge source="1"/>'), "without source or target"),
    "invisible": (document(RING + '<node id="3&#x200b;"/>'), "character = 'U+200B'"),
    "control character": (document(RING + '<node id="3&#1;"/>'), "invalid character"),
    "entity": (f'<!DOCTYPE x [<!ENTITY a "b">]>{document(RING)}', "declares entities"),
    "file": (f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{document(RING)}', "declares entities"),
    "encoding": (f'<?xml version="1.0" encoding="KLINGON"?>{document(RING)}', "encoding"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_flat_graph_is_refused_with_its_line(case: str) -> None:
    text, words = REFUSED[case]
    with pytest.raises(BadInput) as error:
        read_graphml("g.graphml", text.encode())
    assert str(error.value).startswith("g.graphml:1: ") and words in str(error.value)


def test_the_line_of_an_edge() -> None:
    text = document("\n".join(["", '<node id="a"/>', '<edge source="a"', ' target="b"/>']))
    with pytest.raises(BadInput, match=r"^g\.graphml:3: node = 'b': is named by an edge"):
        read_graphml("g.graphml", text.encode())
