"""A ring of twenty in every dialect of edge lists is read as that ring or refused, never as anything else."""

import io
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from model import BadInput
from model.inputs.edge_list import read_edge_list

RING = [(k, (k + 1) % 20) for k in range(20)]
TIES = {frozenset(tie) for tie in RING}
NAMES = {
    "numbers": "{}", "words": "Firm {}", "signs": "Firm #{}", "apart": "Firm # {}", "commas": "Firm {}, Ltd",
    "semicolons": "Firm; {}", "decimals": "{},5", "points": "{}.0", "colons": "user:{}", "accents": "Fähr {}",
    "brackets": "Firm ({})", "signs first": "#{}", "per cent": "% {}", "number first": "{} Firm", "ends": "Firm {}.",
    "thousands": "1,0{:02d}", "apostrophe": "L'Or {}", "missing": "NA {}",
}  # fmt: skip
SEPARATORS = (
    ",",
    ", ",
    ";",
    "; ",
    "\t",
    " ",
    "  ",
    "|",
    " | ",
    ",\t",
    " -- ",
    " -> ",
    ":",
    "/",
    "-",
    " and ",
    "，",
    "\u3000",
)
WEIGHTS = (
    "",
    "3",
    "1",
    "0.5",
    "0,5",
    "1e-3",
    "{}",
    "{'weight': 3, 'since': 1999}",
    "{'a': '0 1, #2'}",
    "near",
    "# note",
)
HEADERS = (
    "",
    "source{}target",
    '"from"{}"to"',
    "from{}to",
    "producer{}user",
    "# source{}target",
    "V1{}V2",
    "0{}1",
    "% a{}b",
)


def number_of(name: str) -> int | None:
    """The user whose name stands in some text: the only number of it, or that before ',5' or '.0'."""
    found = re.findall(r"[0-9]+", re.sub(r"[.,][05]$|^1,0", "", name))
    return int(found[0]) if len(found) == 1 else None


def outcome(text: str) -> str:
    """'ring', 'refused', or what else the reader makes of a text."""
    try:
        graph = read_edge_list("ties.txt", text)
    except BadInput as error:
        assert str(error).startswith("ties.txt") and "\n" not in str(error)
        return "refused"
    ties = [frozenset(number_of(name) for name in tie) for tie in graph.edges()]
    return (
        "ring" if len(graph) == len(ties) == 20 and set(ties) == TIES else f"{list(graph.edges())[:4]} of {len(graph)}"
    )


def written(name: str, separator: str, quote: str = "", weight: str = "", header: str = "") -> str:
    """The ring, a tie a line. A weight of '1' is the number of the line, so that its column is not constant."""
    lines = [header.format(separator)] if header else []
    if header and weight and not header.startswith(("#", "%")):
        lines[0] += f"{separator}weight"
    for k, tie in enumerate(RING, 1):
        cells = [f"{quote}{name.format(end)}{quote}" for end in tie]
        lines.append(separator.join([*cells, *([str(k) if weight == "1" else weight] if weight else [])]))
    return "\n".join(lines) + "\n"


def test_no_dialect_is_read_as_something_else() -> None:
    """All combinations of names, separators, quotes, third cells and headers."""
    outcomes = {
        key: outcome(written(NAMES[key[0]], *key[1:]))
        for key in product(NAMES, SEPARATORS, ("", '"', "'"), WEIGHTS, HEADERS)
        if hash_of(key) % 89 == 0
    }
    assert {key: found for key, found in outcomes.items() if found not in ("ring", "refused")} == {}
    assert sum(found == "ring" for found in outcomes.values()) > len(outcomes) // 6


def hash_of(key: tuple[str, ...]) -> int:
    """A number that is the same in every process."""
    return sum(place * ord(letter) for place, letter in enumerate("\0".join(key), 1))


@pytest.mark.parametrize("key", ["numbers", "words", "signs", "colons", "accents", "brackets", "number first"])
@pytest.mark.parametrize("separator", [",", ";", "; ", "\t", "|"])
def test_plain_lists_are_read(key: str, separator: str) -> None:
    """Names without their own separator, in or without quotes, with the headers that tools write."""
    for quote, header in product(("", '"'), ("", "source{}target", '"from"{}"to"', "# note")):
        assert outcome(written(NAMES[key], separator, quote, header=header)) == "ring", (quote, header)


def tools() -> Iterator[tuple[str, str]]:
    """What well-known tools write, by name."""
    graph = nx.Graph(RING)
    for _, _, data in graph.edges(data=True):
        data.update(weight=3, since=1999)
    named = nx.relabel_nodes(graph, lambda k: f"Firm {k}")
    for what, each in (("numbers", graph), ("names", named)):
        for data, separator in product((False, True, ["weight"], ["weight", "since"]), (" ", ",", "\t", ";")):
            yield (
                f"networkx {what} {data} {separator!r}",
                _bytes(nx.write_edgelist, each, data=data, delimiter=separator),
            )
        yield f"networkx adjacency {what}", _bytes(nx.write_adjlist, each)
        yield f"networkx lines {what}", _bytes(nx.write_multiline_adjlist, each)
        yield f"networkx pajek {what}", _bytes(nx.write_pajek, each)
        yield f"networkx gml {what}", _bytes(nx.write_gml, each)
        yield f"networkx graph6 {what}", _bytes(nx.write_graph6, each)
        matrix = nx.to_pandas_adjacency(each, dtype=int, weight=None)
        for separator, head, index in product(",; \t", (True, False), (True, False)):
            yield f"matrix {what} {separator!r} {head} {index}", matrix.to_csv(sep=separator, header=head, index=index)
        table = nx.to_pandas_edgelist(each)
        for frame, separator, head, index in product(
            (table, table[["source", "target"]]), ",;\t", (True, False), (True, False)
        ):
            yield (
                f"pandas {what} {len(frame.columns)} {separator!r} {head} {index}",
                frame.to_csv(sep=separator, header=head, index=index),
            )
        plain = pd.DataFrame(list(each.edges()))
        yield f"pandas without names {what}", plain.to_csv(index=False)
        yield f"pandas without names, rows {what}", plain.to_csv()
    lines = [f'"{k}" "Firm {u}" "Firm {v}"' for k, (u, v) in enumerate(RING, 1)]
    yield "R write.table", "\n".join(['"from" "to"', *lines])
    yield "R write.table without header", "\n".join(lines)
    yield (
        "R write.csv",
        "\n".join(['"","V1","V2"', *(line.replace(" ", ",").replace("Firm,", "Firm ") for line in lines)]),
    )
    yield (
        "R write.csv2",
        "\n".join(['"";"from";"to";"w"', *(f'"{k}";"{u}";"{v}";0,5' for k, (u, v) in enumerate(RING, 1))]),
    )
    yield "KONECT", "% sym unweighted\n% 20 20 20\n" + written("{}", " ")
    yield "KONECT weights", "% sym positive\n% 20 20 20\n" + written("{}", "\t", weight="1")
    yield "SNAP", "# Nodes: 20 Edges: 20\n# FromNodeId\tToNodeId\n" + written("{}", "\t")
    yield "Matrix Market", "%%MatrixMarket matrix coordinate pattern symmetric\n20 20 20\n" + written("{}", " ")
    yield "METIS", "20 20\n" + "".join(f"{(k + 1) % 20 + 1} {(k - 1) % 20 + 1}\n" for k in range(20))
    yield "DIMACS", "p edge 20 20\n" + "".join(f"e {u} {v}\n" for u, v in RING)
    yield "DIMACS without head", "".join(f"e {u} {v}\n" for u, v in RING)
    yield "SIF", "".join(f"{u}\tpp\t{v}\n" for u, v in RING)
    yield "DOT", "graph {\n" + "".join(f"  {u} -- {v};\n" for u, v in RING) + "}\n"
    yield "DOT lines", "".join(f"{u} -- {v};\n" for u, v in RING)
    yield "mermaid", "graph TD\n" + "".join(f"{u} --> {v}\n" for u, v in RING)
    yield "TGF", "".join(f"{k}\n" for k in range(20)) + "#\n" + written("{}", " ")
    yield "UCINET", "dl n=20 format=edgelist1\ndata:\n" + written("{}", " ")
    yield "Markdown", "| source | target |\n|---|---|\n" + "".join(f"| {u} | {v} |\n" for u, v in RING)
    yield "Markdown rows", "".join(f"| {u} | {v} |\n" for u, v in RING)
    yield "Gephi", "Source,Target,Type,Id,Label,Weight\n" + "".join(f"{u},{v},Undirected,{u},,1.0\n" for u, v in RING)
    yield (
        "Gephi directed",
        "Source,Target,Type,Id,Label,Weight\n" + "".join(f"{u},{v},Directed,{u},,1.0\n" for u, v in RING),
    )
    yield "columns turned", "weight,target,source\n" + "".join(f"{u + 3},{v},{u}\n" for u, v in RING)
    yield "numbered", "".join(f"{k},{u},{v}\n" for k, (u, v) in enumerate(RING, 1))
    yield "numbered from 0", "".join(f"{k} {u} {v}\n" for k, (u, v) in enumerate(RING))
    yield "numbered in words", "".join(f"e{k} {u} {v}\n" for k, (u, v) in enumerate(RING))
    yield "weight first", "# weight source target\n" + "".join(f"{u % 3} {u} {v}\n" for u, v in RING)
    yield "all neighbours", "".join(f"{k} {(k - 1) % 20} {(k + 1) % 20}\n" for k in range(20))
    yield (
        "all neighbours sorted",
        "".join("{} {} {}\n".format(k, *sorted([(k - 1) % 20, (k + 1) % 20])) for k in range(20)),
    )
    yield "all neighbours colon", "".join(f"{k}: {(k - 1) % 20}, {(k + 1) % 20}\n" for k in range(20))
    yield "one neighbour colon", "".join(f"{u}: {v}\n" for u, v in RING)
    yield "tuples", "".join(f"({u}, {v})\n" for u, v in RING)
    yield "lists", "[" + ",\n".join(f"[{u}, {v}]" for u, v in RING) + "]"
    yield "lines of lists", "".join(f"[{u}, {v}],\n" for u, v in RING)
    yield "one line", " ".join(f"{u} {v}" for u, v in RING)
    yield "ends in separator", "".join(f"{u},{v},\n" for u, v in RING)
    yield "ends in another", "".join(f"{u},{v};\n" for u, v in RING)
    yield "words between", "".join(f"{u} buys from {v}\n" for u, v in RING)
    yield "both ways", "".join(f"{u} {v}\n{v} {u}\n" for u, v in RING)
    yield "old Mac", written("{}", ",").replace("\n", "\r")
    yield "Windows", written("{}", ";", header="source{}target").replace("\n", "\r\n")
    yield "Excel", "sep=;\r\n" + written("{}", ";", header="source{}target").replace("\n", "\r\n")
    yield "Excel tab", "sep=\t\n" + written("Firm {}", "\t")
    yield "counts first", "20 20\n" + written("{}", " ")
    yield "title", "My ring of firms\n" + written("{}", " ")
    yield "title of two words", "Our ring\n" + written("Firm {}", "\t")
    yield "line of a title", "The;Ring\n" + written("Firm {}", ";")
    yield "notes", "".join(f"{u},{v} # tie {u}\n" for u, v in RING)
    yield "totals", written("{}", ",", header="source{}target") + "Total,20\n"
    yield "header again", written("{}", ",", header="source{}target") * 2
    yield "LaTeX", "".join(f"{u} & {v} \\\\\n" for u, v in RING)
    yield "HTML", "".join(f"<tr><td>{u}</td><td>{v}</td></tr>\n" for u, v in RING)
    yield "lines of JSON", "".join(f'{{"source": {u}, "target": {v}}}\n' for u, v in RING)
    yield "YAML", "".join(f"- [{u}, {v}]\n" for u, v in RING)
    yield "columns as rows", "\n".join(",".join(str(tie[k]) for tie in RING) for k in (0, 1))
    yield "coordinates", "".join(f"{u},5 {v},5\n" for u, v in RING)
    yield "invisible", written("{}", ",").replace("7", "\u200b7", 1)
    yield (
        "adjacency matrix of 0 and 1",
        "\n".join(" ".join("01"[frozenset((u, v)) in TIES] for v in range(20)) for u in range(20)),
    )


def _bytes(write: Any, graph: Any, **options: Any) -> str:
    sink = io.BytesIO()
    write(graph, sink, **options)
    return sink.getvalue().decode()


READ = (
    "networkx numbers True ' '", "networkx numbers False ' '", "networkx numbers ['weight', 'since'] ' '",
    "networkx names True ','", "pandas numbers 2 ',' True True", "pandas names 4 ';' True False", "R write.table",
    "pandas without names, rows names", "R write.csv", "R write.csv2", "KONECT", "SNAP", "Gephi", "columns turned",
    "weight first", "both ways", "old Mac", "Windows", "Excel", "Excel tab", "ends in separator", "notes",
)  # fmt: skip


def test_what_tools_write_is_read_or_refused() -> None:
    """Formats that are no edge lists are refused. Those in READ are read."""
    outcomes = {what: outcome(text) for what, text in tools()}
    assert {what: found for what, found in outcomes.items() if found not in ("ring", "refused")} == {}
    assert {what for what in READ if outcomes[what] != "ring"} == set()
