"""The table of benchmarks holds what the pages show, and a benchmark replaces its own rows only."""

from functools import partial
from pathlib import Path

import pytest

from docs.benchmarks import Kept, engine_costs, folder_growth, keep, kept
from tests.benchmarks import __main__ as command
from tests.benchmarks.engines import CALM
from tests.benchmarks.figures import Figure
from tests.house.documents import ROOT


def test_a_benchmark_replaces_its_own_rows_only(tmp_path: Path) -> None:
    """What is kept is read again as it was written."""
    file = tmp_path / "kept.csv"
    keep("one", [("a", 1.0, 2.0, "ms")], file)
    keep("two", [("b, c", 3.0, 4.0, "")], file)
    keep("one", [("a", 5.0, 2.0, "ms")], file)
    assert [(row.benchmark, row.figure, row.value) for row in kept(file)] == [("two", "b, c", 3.0), ("one", "a", 5.0)]
    assert isinstance(kept(file)[0], Kept)


def test_the_command_keeps_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def speed() -> list[Figure]:
        return [Figure("runs a second", 56.25, 50.0, "1/s", more_is_better=True)]

    for name, value in (
        ("BENCHMARKS", (speed,)),
        ("keep", partial(keep, file=tmp_path / "kept.csv")),
        ("warm_up", lambda: None),
    ):
        monkeypatch.setattr(command, name, value)
    command.main(["speed", "--keep"])
    (row,) = kept(tmp_path / "kept.csv")
    assert (row.benchmark, row.figure, row.value, row.unit) == ("speed", "runs a second", 56.25, "1/s")
    assert "56.2" in capsys.readouterr().out


def test_pages_show_the_kept_figures() -> None:
    """The pages include the generated parts, and have no measured percentage, memory or date of their own."""
    for page, part, made in (("cluster", "engine_costs", engine_costs), ("sweep", "folder_growth", folder_growth)):
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        assert f"{{include}} generated/{part}.md" in text and list(made())
        assert not [unit for unit in (" MiB", " GiB", " ms", "2026-") if unit in text]


def test_the_benchmark_of_dask_uses_the_settings_that_users_are_told() -> None:
    """What makes the measured workers calm stands on the page, so that users get the same."""
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    assert all(f"export {name}={value}" in text for name, value in CALM.items())
