"""Shared by the tests of the experiments."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import viz.report.report


@pytest.fixture
def blank_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports as empty pages, since laying one out takes longer than the comparison. tests/viz reads them."""
    monkeypatch.setattr(viz.report.report, "render_report", lambda comparison: "<html></html>")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a real disk of one megabyte, where the system allows it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True).returncode:
        # tests of /dev/full (test_cli.py) and of a limit on files (test_survival.py) run for everybody
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
