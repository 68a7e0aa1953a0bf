"""Shared by the tests of the experiments."""

import pytest

import viz.report.report


@pytest.fixture
def blank_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports as empty pages, since laying one out takes longer than the comparison. tests/viz reads them."""
    monkeypatch.setattr(viz.report.report, "render_report", lambda comparison: "<html></html>")
