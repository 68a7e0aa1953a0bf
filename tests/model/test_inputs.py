"""Users' own data: tables of industries and graphs as input. What they say is what the economy is made of."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numba import typeof

from agents.industry import FUTURE, LAYERS, LEAST, TRADITIONAL
from experiments.cli import main
from experiments.running.runner import results
from experiments.study.digests import run_id
from experiments.study.file import read_study
from experiments.study.plan import Task
from experiments.study.study import Study
from model import BadInput, Economy, Parameters, policies, simulate
from model.declaration.input_file import text_of, with_digest
from model.inputs.graphs_file import peer_rows, read_graph, supplier_table
from model.inputs.industries_file import industry_table
from model.opening import build_world

DATA = Path(__file__).resolve().parents[1] / "data"
INDUSTRIES, PEERS, SUPPLY = DATA / "industries.csv", DATA / "peers.graphml", DATA / "supply.edgelist"
SIZES: dict[str, Any] = dict(users=60, horizon=12, slots=40, founders=8, suppliers=6, domains=3)
FILES = ("industries_file", "peers_graph", "supply_graph")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


# -- industries


def test_industries_are_those_of_the_table() -> None:
    p = Parameters(industries_file=str(INDUSTRIES), **SIZES)
    assert p.industries == 4
    state = build_world(p, 3)
    industries, users = state.industries, state.users
    assert industries.layer.tolist() == [TRADITIONAL, TRADITIONAL, LAYERS.index("emerging"), FUTURE]
    assert industries.share.tolist() == pytest.approx([0.46, 0.405, 0.095, 0.04], rel=1e-12)
    latent = np.array([[1, 2, 6], [3, 6, 1], [5, 2, 2], [0, 1, 1]]) / np.array([[9], [10], [9], [2]])
    assert np.allclose(industries.latent, latent, rtol=1e-12)
    assert np.allclose(industries.needs, (LEAST / 3 + (1 - LEAST) * latent).T, rtol=1e-12)
    assert np.array_equal(users.old_quality, np.array([0.92, 0.85, 0.6, 0.25])[users.industry])
    size = np.bincount(users.industry, weights=users.size)
    assert size == pytest.approx([460.0, 405.0, 95.0, 40.0], rel=1e-12)


def test_needs_may_have_any_unit_and_columns_any_order() -> None:
    one = write("one.csv", "name,share,layer,old_quality,need_1,need_2\na,0.7,future,0.3,1,3\nb,0.3,emerging,1,2,2\n")
    two = write(
        "two.csv", 'layer,need_1,name,need_2,share,old_quality\n\nfuture, 5, "a",15,70.2,0.3\nemerging,9,b,9,30,1\n'
    )
    tables = [industry_table(Parameters(industries_file=file, domains=2).industries_file) for file in (one, two)]
    assert tables[0].names == tables[1].names == ("a", "b")
    assert np.array_equal(tables[0].needs, tables[1].needs)
    assert [table.share.sum() for table in tables] == pytest.approx([1.0, 1.0], rel=1e-15)
    assert tables[1].share[0] == pytest.approx(70.2 / 100.2, rel=1e-12)


def test_the_largest_table() -> None:
    """As many industries as are allowed, of the least and the largest quality and needs."""
    rows = "".join(f"i{k},0.005,future,{(0.05, 3)[k % 2]},1e9,0,1\n" for k in range(200))
    table = write("t.csv", HEAD + rows)
    assert Parameters(**{**SIZES, "users": 200}, industries_file=table).industries == 200


def test_users_know_their_industry_by_name() -> None:
    graph = Economy(industries_file=str(INDUSTRIES), **SIZES).network()
    named = {(found["industry"], found["industry_name"]) for _, found in graph.nodes(data=True) if "industry" in found}
    assert named == set(enumerate(("Textiles", "Machine tools", "Medical devices", "Space launch")))
    assert "industry_name" not in Economy(**SIZES).network().nodes["user:0"]


def test_another_table_may_follow() -> None:
    """The number of industries comes from the file unless it was set to another number than the default."""
    assert Parameters(**SIZES).replace(industries_file=str(INDUSTRIES)).industries == 4
    assert Parameters(industries=4, **SIZES).replace(industries_file=str(INDUSTRIES)).industries == 4
    with pytest.raises(BadInput, match=r"industries_file\.rows = 4: must be as many as industries = 3"):
        Parameters(industries=3, industries_file=str(INDUSTRIES), **SIZES)


# -- graphs


def rows(name: str, users: int) -> list[list[int]]:
    start, peers = peer_rows(
        Parameters(**{**SIZES, "users": users, "industries": 1, "peers_graph": name}).peers_graph, users
    )
    return [row.tolist() for row in np.split(peers, start[1:-1])]


def test_a_directed_edge_means_that_its_source_sees_its_target() -> None:
    assert rows(str(PEERS), 7) == [[1, 2], [0], [1], [4], [3], [4], [3]]


def test_of_more_nodes_the_first_are_users() -> None:
    assert rows(str(PEERS), 3) == [[1, 2], [0], [1]]
    assert rows(str(PEERS), 4) == [[1, 2], [0], [1], []]


def test_undirected_ties_are_seen_from_both_ends() -> None:
    graph = write("g.csv", "Source,Target,Weight\nb,a,\n\nb,c,1 # near\n")
    assert rows(graph, 3) == [[1, 2], [0], [0]]
    assert rows(write("g.txt", "b a\nb c"), 3) == rows(graph, 3)


def test_nodes_numbered_from_zero_are_users_of_that_number() -> None:
    assert rows(write("g.edgelist", "2 0\n1 2\n"), 3) == [[2], [2], [0, 1]]
    assert rows(write("h.edgelist", "user:2 user:0\nuser:1 user:2\n"), 3) == [[2], [2], [0, 1]]
    assert rows(write("i.edgelist", "3 1\n2 3\n"), 3) == [[1, 2], [0], [0]]


def test_suppliers_named_are_used_and_others_drawn() -> None:
    p = Parameters(industries=3, **SIZES)
    drawn, named = build_world(p, 5), build_world(p.replace(supply_graph=str(SUPPLY)), 5)
    expected = drawn.innovators.supplier.copy()
    expected[0, 0] = 3  # listed before supplier 0, of the same domain
    expected[1] = 0, 4, 2
    assert np.array_equal(named.innovators.supplier, expected)
    assert np.array_equal(
        named.suppliers.domain[named.innovators.supplier], np.tile(np.arange(p.domains), (p.slots, 1))
    )


# -- what an economy writes is read back to the same economy


def written_industries(p: Parameters, seed: int) -> str:
    state = build_world(p, seed)
    old = (p.old_quality_traditional, p.old_quality_emerging, p.old_quality_future)
    lines = ["name,share,layer,old_quality," + ",".join(f"need_{c}" for c in range(p.domains))]
    for j, (layer, share) in enumerate(zip(state.industries.layer, state.industries.share, strict=True)):
        numbers = [repr(float(need)) for need in state.industries.latent[j]]
        lines.append(",".join([f"industry {j}", repr(float(share)), LAYERS[layer], repr(old[layer]), *numbers]))
    return write("written.csv", "\n".join(lines) + "\n")


def written_peers(p: Parameters, seed: int) -> str:
    """Peers as GraphML; a peer drawn twice is two edges."""
    users = build_world(p, seed).users
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(p.users))
    graph.add_edges_from(
        (u, int(v)) for u, row in enumerate(np.split(users.peers, users.peer_start[1:-1])) for v in row
    )
    nx.write_graphml(graph, "written.graphml")
    return "written.graphml"


def written_network(p: Parameters, seed: int) -> str:
    nx.write_graphml(Economy(parameters=p, seed=seed).network(), "network.graphml")
    return "network.graphml"


@pytest.mark.parametrize(
    ("name", "writer"),
    [("industries_file", written_industries), ("peers_graph", written_peers), ("supply_graph", written_network)],
)
def test_what_is_written_is_read_back(
    name: str, writer: Callable[[Parameters, int], str], same_series: Callable[..., bool]
) -> None:
    p = Parameters(industries=5, **SIZES)
    read = p.replace(**{name: writer(p, 7)})
    assert same_series(simulate(p, policies["vouchers"], 7), simulate(read, policies["vouchers"], 7))
    assert not same_series(simulate(p, policies["vouchers"], 8), simulate(read, policies["vouchers"], 7))


def test_peers_of_a_written_network_are_read_back() -> None:
    """All that distinguishes them is a peer drawn twice, which is one edge there."""
    p = Parameters(industries=5, **SIZES)
    users = build_world(p, 7).users
    drawn = [sorted(set(row.tolist())) for row in np.split(users.peers, users.peer_start[1:-1])]
    assert rows(written_network(p, 7), p.users) == drawn


def test_files_change_what_they_are_about(same_series: Callable[..., bool]) -> None:
    plain = Parameters(**{**SIZES, "users": 7, "industries": 4, "horizon": 20, "reconsider": 1.0})
    given = {name: str(file) for name, file in zip(FILES, (INDUSTRIES, PEERS, SUPPLY), strict=True)}
    every = simulate(plain.replace(**given), "grants", 1, check=True)
    assert np.isfinite(every.series["output"]).all()
    for name in FILES:
        one = simulate(plain.replace(**{key: file for key, file in given.items() if key != name}), "grants", 1)
        assert not same_series(every, one), name


def test_worlds_of_files_are_of_one_compiled_type() -> None:
    """Another type of array, as a read-only one, would compile the whole model again."""
    plain = Parameters(**{**SIZES, "users": 7, "industries": 4})
    given = plain.replace(industries_file=str(INDUSTRIES), peers_graph=str(PEERS), supply_graph=str(SUPPLY))
    one, two = build_world(plain, 0), build_world(given, 0)
    for part in ("industries", "users", "innovators"):
        assert typeof(getattr(one, part)) == typeof(getattr(two, part))


# -- identity


def identity(file: str) -> str:
    return run_id(Parameters(industries_file=file, **SIZES), policies["grants"], 0, "m")


def test_a_run_is_identified_by_what_a_file_holds() -> None:
    shutil.copy(INDUSTRIES, "mine.csv")
    before = identity("mine.csv")
    assert before == identity(str(INDUSTRIES))
    study = Study(parameters=Parameters(industries_file="mine.csv", **SIZES))
    assert study.identity("m") == Study(parameters=Parameters(industries_file=str(INDUSTRIES), **SIZES)).identity("m")
    Path("mine.csv").write_text(INDUSTRIES.read_text().replace("0.92", "0.91"))
    assert identity("mine.csv") != before
    assert Study(parameters=Parameters(industries_file="mine.csv", **SIZES)).identity("m") != study.identity("m")
    graphs = [Parameters(users=3, industries=1, peers_graph=str(PEERS)), Parameters(users=3, industries=1)]
    assert len({run_id(p, policies["grants"], 0, "m") for p in graphs}) == 2


def test_settings_with_files_round_trip() -> None:
    p = Parameters(industries_file=str(INDUSTRIES), supply_graph=str(SUPPLY), **SIZES)
    assert Parameters.from_yaml(p.to_yaml()) == p
    assert hash(p.replace()) == hash(p)


def test_a_file_that_changes_under_a_study_fails_and_is_not_mistaken() -> None:
    shutil.copy(INDUSTRIES, "mine.csv")
    p = Parameters(industries_file="mine.csv", **SIZES)
    industry_table.cache_clear()
    Path("mine.csv").write_text(INDUSTRIES.read_text().replace("0.92", "0.90"))
    policy = policies["grants"]
    row = next(results([Task(run_id(p, policy, 0, "m"), 0, p, policy, 0)], check=False)).row
    assert row["status"] == "failed"
    assert "mine.csv: has changed" in row["error"]


def test_a_file_that_is_gone_is_named() -> None:
    shutil.copy(INDUSTRIES, "mine.csv")
    file = with_digest("mine.csv")
    Path("mine.csv").unlink()
    with pytest.raises(BadInput, match=r"^mine\.csv: no such file"):
        text_of(file)


def test_a_sweep_reads_a_file_once() -> None:
    p = Parameters(**{**SIZES, "users": 7, "industries": 4}, peers_graph=str(PEERS), industries_file=str(INDUSTRIES))
    before = [reader.cache_info().misses for reader in (industry_table, read_graph, peer_rows, supplier_table)]
    for risk in (0.1, 0.2, 0.3):
        build_world(p.replace(risk=risk), 0)
    assert before == [reader.cache_info().misses for reader in (industry_table, read_graph, peer_rows, supplier_table)]
    for kept in (*industry_table(p.industries_file)[1:], *peer_rows(p.peers_graph, p.users)):
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 1


def test_a_study_file_names_files_beside_it() -> None:
    Path("studies").mkdir()
    shutil.copy(INDUSTRIES, "studies/mine.csv")
    settings = ", ".join(f"{name}: {value}" for name, value in SIZES.items())
    write("studies/s.yaml", f"parameters: {{industries_file: mine.csv, {settings}}}\npolicies: [grants]\n")
    study = read_study(Path("studies/s.yaml"))
    assert study.parameters == Parameters(industries_file="studies/mine.csv", **SIZES)
    assert study.parameters.industries == 4


# -- what can be wrong

HEAD = "name,share,layer,old_quality,need_1,need_2,need_3\n"
ROW = "a,1,future,0.3,1,1,1\n"
TABLES = {
    "empty": ("", ["t.csv:1:", "empty"]),
    "header alone": (HEAD, ["t.csv:2:", "no industries"]),
    "missing column": ("name,share,old_quality,need_1\na,1,0.3,1\n", ["t.csv:1: layer", "no such column"]),
    "no needs": ("name,share,layer,old_quality\na,1,future,0.3\n", ["t.csv:1: need_1", "no such column"]),
    "misspelt column": (HEAD.replace("need_3", "nead_3") + ROW, ["t.csv:1:", "'nead_3'"]),
    "column twice": (HEAD.replace("need_3", "need_2") + ROW, ["t.csv:1: need_2", "twice"]),
    "too few needs": (HEAD.replace(",need_3", "") + "a,1,future,0.3,1,1\n", ["t.csv:1: need_", "2", "domains = 3"]),
    "zero needs": (HEAD + "a,1,future,0.3,0,0,0\n", ["t.csv:2: need_1 to need_3", "all 0"]),
    "negative need": (HEAD + "a,1,future,0.3,1,-1,2\n", ["t.csv:2: need_2 = '-1'", "from 0 to"]),
    "need that is not finite": (HEAD + "a,1,future,0.3,1,inf,2\n", ["t.csv:2: need_2 = 'inf'", "from 0 to"]),
    "needs too large": (HEAD + "a,1,future,0.3,1e308,1e308,2\n", ["t.csv:2: need_1 = '1e308'", "from 0 to"]),
    "need just too large": (HEAD + "a,1,future,0.3,1,1,1000000001\n", ["need_3 = '1000000001'", "to 1e+09"]),
    "not a number": (HEAD + "a,1,future,0.3,1,nan,2\n", ["t.csv:2: need_2 = 'nan'", "must be a number"]),
    "no number": (HEAD + "a,1,future,,1,1,2\n", ["t.csv:2: old_quality = ''", "from 0.05 to 3"]),
    "quality out of range": (HEAD + "a,1,future,9,1,1,2\n", ["t.csv:2: old_quality = '9'", "from 0.05 to 3"]),
    "zero share": (HEAD + ROW + "b,0,future,0.3,1,1,2\n", ["t.csv:3: share = '0'", "from 1e-09"]),
    "shares that do not sum": (HEAD + "a,0.6,future,0.3,1,1,2\n", ["t.csv: share = 0.6", "100 per cent"]),
    "duplicate name": (HEAD + ROW + "\n" + ROW, ["t.csv:4: name = 'a'", "line 2"]),
    "no name": (HEAD + ROW.replace("a", "", 1), ["t.csv:2: name = ''", "empty"]),
    "unknown layer": (HEAD + ROW.replace("future", "futur"), ["t.csv:2: unknown layer 'futur'", "'future'"]),
    "short row": (HEAD + "a,1,future\n", ["t.csv:2:", "cells = 3", "must be 7"]),
    "open quotes": (HEAD + '"a,1,future\n', ["t.csv:2:", "not a CSV table"]),
    "too many industries": (
        HEAD + "".join(f"i{k},0.004,future,0.3,1,1,1\n" for k in range(250)), ["t.csv: rows = 250", "at most 200"],
    ),
}  # fmt: skip

XML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">{}</graph></graphml>'
NODES = "".join(f'<node id="{k}"/>' for k in range(60))
GRAPHS = {
    "empty": ("g.txt", "", ["g.txt:1:", "empty"]),
    "comments alone": ("g.txt", "# nothing\n", ["g.txt:1: peers_graph", "no ties"]),
    "too few nodes": ("g.txt", "0 1\n1 2\n", ["g.txt: peers_graph.nodes = 3", "users = 60"]),
    "one name": ("g.txt", "0 1\n2\n", ["g.txt:2: peers_graph.tie = '2'", "two names"]),
    "half a tie": ("g.csv", "0,1\n2,\n", ["g.csv:2: peers_graph.tie = '2,'", "two names"]),
    "itself": ("g.csv", "0,1\n2,2\n", ["g.csv:2: peers_graph.node = '2'", "itself"]),
    "unknown format": ("g.gml", "graph []", ["g.gml", ".graphml", ".edgelist, .txt, .csv"]),
    "not XML": ("g.graphml", "0 1\n", ["g.graphml:1:", "not GraphML"]),
    "broken XML": ("g.graphml", "<graphml>\n<graph edgedefault=''\n</graphml>", ["g.graphml:3:", "not GraphML"]),
    "another XML": ("g.graphml", "<svg/>", ["g.graphml:", "not GraphML"]),
    "bad key": ("g.graphml", XML.format('<node id="a"><data key="d9">x</data></node>'), ["g.graphml:", "d9"]),
    "itself in XML": ("g.graphml", XML.format(NODES + '<edge source="5" target="5"/>'), ["node = '5'", "itself"]),
    "unknown node": ("g.graphml", XML.format(NODES + '<edge source="5" target="x"/>'), ["'x'", "declared"]),
}  # fmt: skip
SUPPLIES = {
    "unknown supplier": ("innovator:0 supplier:6\n", ["'supplier:6'", "supplier:0 to supplier:5"]),
    "unknown slot": ("innovator:40 supplier:1\n", ["'innovator:40'", "innovator:0 to innovator:39"]),
    "another name": ("innovator:0 firm:1\n", ["'firm:1'", "supplier:0 to"]),
    "two innovators": ("innovator:0 innovator:1\n", ["edge = ('innovator:0', 'innovator:1')", "to a supplier"]),
}  # fmt: skip


def refused(capsys: pytest.CaptureFixture[str], name: str, file: str) -> str:
    """The one line with which `nqpf run` refuses a file."""
    before = set(Path().rglob("*"))
    words = [word for key, value in {**SIZES, name: file}.items() for word in ("--set", f"{key}={value}")]
    assert main(["run", *words]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("nqpf: ") and shown.err.count("\n") == 1
    assert name in shown.err and "Traceback" not in shown.err
    assert set(Path().rglob("*")) == before
    return shown.err


@pytest.mark.parametrize("case", TABLES)
def test_malformed_tables_are_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, fragments = TABLES[case]
    line = refused(capsys, "industries_file", write("t.csv", text)).replace("industries_file.", "")
    assert [fragment for fragment in fragments if fragment not in line] == []


@pytest.mark.parametrize("case", GRAPHS)
def test_malformed_graphs_are_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, text, fragments = GRAPHS[case]
    line = refused(capsys, "peers_graph", write(name, text))
    assert [fragment for fragment in fragments if fragment not in line] == []


@pytest.mark.parametrize("case", SUPPLIES)
def test_malformed_supply_is_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, fragments = SUPPLIES[case]
    line = refused(capsys, "supply_graph", write("s.txt", text))
    assert [fragment for fragment in fragments if fragment not in line] == []


@pytest.mark.parametrize("first", [0, 3])
def test_of_suppliers_of_one_domain_the_first_named_counts(first: int) -> None:
    file = write("s.edgelist", f"innovator:0 supplier:{first}\ninnovator:0 supplier:{3 - first}\n")
    assert build_world(Parameters(industries=3, supply_graph=file, **SIZES), 5).innovators.supplier[0, 0] == first


def test_an_edge_is_not_hidden_by_a_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Rivals may be tied as rivals; that does not excuse another edge between them."""
    nodes, edge = '<node id="innovator:0"/><node id="innovator:1"/>', '<edge source="innovator:0" target="innovator:1">'
    kinds = XML.replace("><graph ", '><key id="k" for="edge" attr.name="kind" attr.type="string"/><graph ')
    rivals = f'{edge}<data key="k">rivalry</data></edge>'
    build_world(Parameters(industries=3, supply_graph=write("s.graphml", kinds.format(nodes + rivals)), **SIZES), 5)
    both = write("t.graphml", kinds.format(f"{nodes}{edge}</edge>{rivals}"))
    assert "('innovator:0', 'innovator:1')" in refused(capsys, "supply_graph", both)


def test_supply_the_wrong_way_round(capsys: pytest.CaptureFixture[str]) -> None:
    nodes = '<node id="innovator:0"/><node id="supplier:0"/>'
    file = write("s.graphml", XML.format(nodes + '<edge source="supplier:0" target="innovator:0"/>'))
    assert "('supplier:0', 'innovator:0')" in refused(capsys, "supply_graph", file)


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_text_file_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder.csv").mkdir()
    Path("binary.csv").write_bytes(b"\n\xff\xfe\x00")
    assert f"absent.csv: {name}: no such file" in refused(capsys, name, "absent.csv")
    assert f"folder.csv: {name}: is not a file" in refused(capsys, name, "folder.csv")
    assert f"binary.csv:2: {name}: is not text in UTF-8" in refused(capsys, name, "binary.csv")


def test_a_study_file_says_where_a_bad_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write("t.csv", HEAD + "a,1,future,0.3,1,-1,2\n")
    write("s.yaml", "parameters:\n  domains: 3\n  industries_file: t.csv\npolicies: [grants]\n")
    assert main(["compare", "s.yaml"]) == 2
    assert "s.yaml:3: t.csv:2: parameters.industries_file.need_2 = '-1'" in capsys.readouterr().err


def test_files_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {**SIZES, "users": 7, "horizon": 2}
    given = dict(zip(FILES, (INDUSTRIES, PEERS, SUPPLY), strict=True))
    words = [word for name, value in {**sizes, **given}.items() for word in ("--set", f"{name}={value}")]
    assert main(["run", "--quiet", *words]) == 0
    assert "7 users, 2 quarters" in capsys.readouterr().out
