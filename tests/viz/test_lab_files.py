"""Files named in the lab: below the folder that is served, and never quoted."""

import os
from pathlib import Path

import pytest

from model import BadInput
from viz.lab.controls import FILES, START, error_of
from viz.lab.page import WatchedEconomy

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (tmp_path / "outside.txt").write_text(f"{SECRET}\n")
    Path("inside.txt").write_text(f"{SECRET}\n")
    os.symlink(tmp_path / "outside.txt", "link.txt")
    os.symlink("circle.txt", "circle.txt")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_a_file_outside_is_refused_before_it_is_opened(name: str, served: Path) -> None:
    outside = served.parent / "outside.txt"
    marked = f"{outside}#0123456789abcdef"
    for file in (str(outside), "../outside.txt", "link.txt", "/etc/passwd", "/no/such/file", "..", "a\0b", marked):
        error = error_of({**START, name: file})
        assert error == f"{name}: must be a file below the folder that is served", file
        with pytest.raises(BadInput, match="below the folder"):
            WatchedEconomy(**{**START, name: file})


@pytest.mark.parametrize("name", FILES)
def test_a_file_inside_is_read_and_not_quoted(name: str) -> None:
    error = error_of({**START, name: "inside.txt"})
    assert error.startswith(f"inside.txt:1: {name}: ") and SECRET not in error
    assert "circle.txt" not in error_of({**START, name: "circle.txt"}) or SECRET not in error
    with pytest.raises(BadInput) as raised:
        WatchedEconomy(**{**START, name: "inside.txt"})
    assert SECRET not in str(raised.value)


def test_a_graph_of_the_served_folder_is_taken() -> None:
    Path("ring.txt").write_text("".join(f"{k} {(k + 1) % 20}\n" for k in range(20)))
    settings = {**START, "peers_graph": "ring.txt", "users": "20"}
    assert error_of(settings) == ""
    assert WatchedEconomy(**settings).parameters.users == 20


@pytest.mark.parametrize("name", ["china-2007", "china-2020"])
def test_a_shipped_table_is_taken_by_its_name(name: str) -> None:
    settings = {**START, "industries_file": name}
    assert error_of(settings) == ""
    assert WatchedEconomy(**settings).parameters.industries_file.startswith(f"{name}#")
    assert error_of({**START, "industries_file": "china-2021"}).endswith("Shipped tables are china-2007, china-2020")
