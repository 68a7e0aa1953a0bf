"""Errors without content: what a page in a browser may show holds nothing of any file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from model import BadInput, Parameters
from tests.model.test_graphml_files import document
from tests.model.test_industry_tables import REFUSED as TABLES
from tests.model.test_industry_tables import TABLE

SECRET = "hunter2"
LISTS = [
    SECRET, f"{SECRET} a b", f"a,{SECRET}\nb,c,d", f"{SECRET},{SECRET}", f"0,1\n1,2\n2,{SECRET},", f"a b {SECRET}",
    f"{SECRET};a,b;c", f'"{SECRET}', f"({SECRET} 1", f"{SECRET}, {SECRET}:\n1,2", f"0 {SECRET}:", f"0,1,2,3,4,{SECRET}",
    f"# {SECRET}", f"# {SECRET},a\n# {SECRET},b\na,b", f"{SECRET},b\nc,d", f"0 1\n{SECRET}\x01 3", f"{SECRET}, 1.5",
    f",{SECRET}\n{SECRET},0",
]  # fmt: skip
GRAPHS = [
    f"<{SECRET}/>", f"<graphml><{SECRET}></graphml>", f"{SECRET}", document(f'<node id="{SECRET}"/>' * 2),
    document(f'<node id="{SECRET}"/><edge source="{SECRET}" target="{SECRET}"/>'), f"<graphml>&{SECRET};</graphml>",
    document(f'<node id="a"/><edge source="a" target="{SECRET}"/>'), document("", default=SECRET),
    document(f'<node id="a"><data key="{SECRET}"/></node>'), document(f'<node id="{SECRET}"/>'),
    document(f'<node id="a"/><node id="{SECRET}"/><edge source="a" target="{SECRET}" directed="{SECRET}"/>'),
]  # fmt: skip
INDUSTRIES = [
    SECRET, f"{SECRET}\n1", TABLE.replace("need_a", f"need_{SECRET};need_{SECRET}"), TABLE.replace("layer", SECRET),
    TABLE.replace("need_a", f"need_{SECRET}").replace("1,5", SECRET), TABLE.replace("traditional", SECRET),
    TABLE.replace("A;", f"{SECRET};").replace("B;", f"{SECRET};"), TABLE.replace("need_a", f"need_a;{SECRET}"),
    TABLE.replace("0,75", SECRET), TABLE.replace("\nA", f'\n"{SECRET}'), f"{TABLE};{SECRET}",
    *(text.replace("A;", f"{SECRET};") for text, _ in TABLES.values()),
]  # fmt: skip


def refusals(name: str, file: str, texts: list[str], read: Callable[[str], object]) -> list[BadInput]:
    """The errors of texts that are all refused."""
    found = []
    for text in texts:
        Path(file).write_text(text, encoding="utf-8")
        with pytest.raises(BadInput) as error:
            read(file)
        assert error.value.key.startswith(name), text
        found.append(error.value)
    return found


def test_no_error_without_content_quotes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, file, texts in (
        ("peers_graph", "t.txt", LISTS), ("supply_graph", "t.csv", LISTS), ("peers_graph", "t.graphml", GRAPHS),
        ("supply_graph", "t.graphml", GRAPHS), ("industries_file", "t.csv", INDUSTRIES),
    ):  # fmt: skip
        errors = refusals(name, file, texts, lambda given, name=name: Parameters(**{name: given}))  # type: ignore[misc]  # a lambda has no types
        assert any(SECRET in str(error) for error in errors)
        shown = [error.without_content() for error in errors]
        assert all(f"{file}" in line and name in line for line in shown)
        assert [line for line in shown if SECRET in line] == []
