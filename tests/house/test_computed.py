"""Factors and boundaries that the documentation shows can be computed again, by the code behind their commands."""

from pathlib import Path

import pytest

from docs.boundaries import SHOWN, drawn, figure_of, kept, searched, stored_boundaries, write_boundaries
from docs.importances import FILE, METHODS, UNDER_POLICY, Effort, computed, screened_factors, write
from docs.results import stored
from tests.house.test_docs import SMALLEST


@pytest.mark.slow
def test_importances_can_be_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code behind `python -m docs.importances` ranks the factors of the committed table, at any size."""
    monkeypatch.chdir(tmp_path)
    few = {name: UNDER_POLICY[name] for name in ("displacement", "policy.budget")}
    monkeypatch.setattr("docs.importances.screened_factors", lambda: few)
    made = list(computed(Effort(4, 2, 8, 2, SMALLEST.parameters, quick=True)))
    committed = stored(FILE)
    assert {result.row for result in committed if result.table == "morris"} == set(screened_factors())
    assert {result.row for result in made if result.table == "morris"} == set(few)
    assert {result.table for result in committed} >= {*METHODS, "size", "ends"}
    sizes = [{(one.row, one.column) for one in results if one.table == "size"} for results in (made, committed)]
    assert sizes[0] == sizes[1]
    write(made, tmp_path / "importances.csv")
    assert stored(tmp_path / "importances.csv") == made


def test_boundaries_can_be_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code behind `python -m docs.boundaries` gives the entries of the committed file, and draws a figure."""
    monkeypatch.chdir(tmp_path)
    committed = stored_boundaries()
    assert list(committed) == list(SHOWN)
    found = searched("displacement-frontier", SMALLEST.parameters, 96)
    made = kept("displacement-frontier", found)
    assert all(set(boundary) == set(made) for boundary in committed.values())
    assert all(figure_of(name).read_text(encoding="utf-8").startswith("<svg") for name in SHOWN)
    assert drawn(found).startswith("<svg")
    write_boundaries([made], tmp_path / "boundaries.json")
    assert stored_boundaries(tmp_path / "boundaries.json") == {"displacement-frontier": made}
