"""GraphML: nodes and edges of one flat graph, with their kinds, whatever the namespace and the other attributes."""

from collections.abc import Callable
from typing import Any, NamedTuple
from xml.parsers import expat

from model.declaration.errors import BadInput
from model.inputs.text_table import UNSEEN, hidden_character

_KIND = "kind"
_DIRECTIONS = {"directed": True, "undirected": False, "true": True, "false": False}


class _Edge(NamedTuple):
    line: int
    source: str
    target: str
    directed: bool


def read_graphml(path: str, data: bytes) -> Any:
    """Return the graph of a file as a networkx.MultiDiGraph or MultiGraph. Of attributes it keeps `kind` alone.

    Raises BadInput for what is not one flat graph of declared nodes, with edges that all have a direction or none.
    """
    reader = _Reader(path)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: reader.start(name.split()[-1], given, parser.CurrentLineNumber)
    parser.EndElementHandler = lambda name: reader.end(name.split()[-1])
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = lambda *_: reader.refuse(parser.CurrentLineNumber, "declares entities")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadInput(f"is not GraphML: {expat.ErrorString(error.code)}").at(path, error.lineno) from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        if isinstance(error, BadInput):
            raise
        raise BadInput("is in an encoding that is not known, must be UTF-8").at(path, 1) from None
    return reader.graph()


class _Reader:
    """The elements of a file as they come, and what of them is kept."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[tuple[str, str]] = []  # elements with their ids
        self._directed: bool | None = None  # as the graph declares it, None before there is one
        self._keys: dict[str, bool] = {}  # ids of attributes, with whether they are the kind
        self._defaults: dict[str, str] = {}  # kind by element
        self._key, self._for = "", ""
        self._text: str | None = None  # of a kind that is being read
        self._nodes: dict[str, str] = {}  # kinds by node
        self._edges: list[_Edge] = []
        self._edge_kinds: dict[int, str] = {}

    def refuse(self, line: int, allowed: str, key: str = "", value: Any = ...) -> None:
        """Raise BadInput at a line."""
        raise BadInput(allowed, key, value).at(self._path, line)

    def start(self, name: str, given: dict[str, str], line: int) -> None:
        """Read the beginning of an element."""
        if not self._open and name != "graphml":
            self.refuse(line, "is not GraphML, the outermost element must be graphml")
        starts: dict[str, Callable[[dict[str, str], int], None]] = {
            "graph": self._start_graph,
            "key": self._start_key,
            "default": self._start_default,
            "node": self._start_node,
            "edge": self._start_edge,
            "hyperedge": lambda _, line: self.refuse(line, "has a hyperedge, an edge must join two nodes"),
            "data": self._start_data,
        }
        if name in starts:
            starts[name](given, line)
        self._open.append((name, given.get("id", "")))

    def characters(self, text: str) -> None:
        """Read text, which counts within a kind."""
        if self._text is not None:
            self._text += text

    def end(self, name: str) -> None:
        """Read the end of an element."""
        self._open.pop()
        if self._text is None or name not in ("data", "default"):
            return
        kind, self._text = self._text.strip(), None
        holder, node = self._open[-1]
        if holder == "key":
            self._defaults.update({element: kind for element in ("node", "edge") if self._for in (element, "all")})
        elif holder == "node":
            self._nodes[node] = kind
        elif holder == "edge":
            self._edge_kinds[len(self._edges) - 1] = kind

    def _start_graph(self, given: dict[str, str], line: int) -> None:
        if self._open[-1][0] != "graphml":
            self.refuse(line, "has a graph within another, must be one flat graph")
        if self._directed is not None:
            self.refuse(line, "has a second graph, must be one")
        default = given.get("edgedefault", "")
        if default not in ("directed", "undirected"):
            self.refuse(line, "must be directed or undirected", "edgedefault", default)
        self._directed = _DIRECTIONS[default]

    def _start_key(self, given: dict[str, str], line: int) -> None:
        self._key, self._for = given.get("id", ""), given.get("for", "all")
        self._keys[self._key] = given.get("attr.name") == _KIND

    def _start_default(self, given: dict[str, str], line: int) -> None:
        if self._open[-1][0] == "key" and self._keys[self._key]:
            self._text = ""

    def _start_data(self, given: dict[str, str], line: int) -> None:
        key = given.get("key", "")
        if key not in self._keys:
            self.refuse(line, "must be declared as <key>", "data", key)
        if self._keys[key] and self._open[-1][0] in ("node", "edge"):
            self._text = ""

    def _start_node(self, given: dict[str, str], line: int) -> None:
        name = given.get("id", "")
        if not name:
            self.refuse(line, "has a node without an id")
        if name in self._nodes:
            self.refuse(line, "is declared twice, every node must be declared once", "node", name)
        if hidden := hidden_character(name):
            self.refuse(line, UNSEEN, "character", hidden)
        self._nodes[name] = self._defaults.get("node", "")

    def _start_edge(self, given: dict[str, str], line: int) -> None:
        source, target = given.get("source", ""), given.get("target", "")
        if not source or not target:
            self.refuse(line, "has an edge without source or target")
        if source == target:
            self.refuse(line, "is tied to itself, ties must join two nodes", "node", source)
        direction = given.get("directed", "")
        if direction and direction not in ("true", "false"):
            self.refuse(line, "must be true or false", "directed", direction)
        directed = _DIRECTIONS[direction] if direction else bool(self._directed)
        if self._edges and directed != self._edges[0].directed:
            self.refuse(line, "has edges with and without direction, all edges must be of one sort")
        self._edges.append(_Edge(line, source, target, directed))

    def graph(self) -> Any:
        """Return the graph. Raises BadInput where there is none, or for an edge to a node that is not declared."""
        import networkx as nx

        if self._directed is None:
            self.refuse(1, "is not GraphML, must have a graph")
        directed = self._edges[0].directed if self._edges else self._directed
        graph = nx.MultiDiGraph() if directed else nx.MultiGraph()
        for node, kind in self._nodes.items():
            graph.add_node(node, **({_KIND: kind} if kind else {}))
        default = self._defaults.get("edge", "")
        for number, edge in enumerate(self._edges):
            for node in (edge.source, edge.target):
                if node not in self._nodes:
                    self.refuse(edge.line, "is named by an edge, must be declared as <node>", "node", node)
            kind = self._edge_kinds.get(number, default)
            graph.add_edge(edge.source, edge.target, **({_KIND: kind} if kind else {}))
        sort = "directed" if directed else "undirected"
        graph.graph["read_as"] = f"GraphML of {sort} ties"
        return graph
