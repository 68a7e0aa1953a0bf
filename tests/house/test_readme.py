"""The README runs as it stands, names what exists and is short. `test_docs.py` tests its commands and numbers."""

import re

import pytest

from model.policy.catalogue import INSTRUMENTS
from tests.house.documents import ROOT, blocks

WORDS = {number: word for number, word in enumerate(("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"), 10)}
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", blocks(README, "python"))
def test_python_runs(code: str) -> None:
    """Every Python block runs as it stands."""
    exec(compile(code, "README.md", "exec"), {})


def test_links_lead_somewhere() -> None:
    """Every file that README, CONTRIBUTING or CHANGELOG link to or name is there."""
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = re.findall(r"\]\(([\w./-]+)\)|`([A-Z]+\.(?:md|cff))`", text)
        for path in (next(filter(None, found)) for found in named):
            assert (ROOT / path).exists() or (ROOT / "model" / path).exists(), f"{document}: {path}"
    assert re.findall(r"\]\(([\w./-]+)\)", README)


def test_two_commands() -> None:
    """Continuous integration runs the README's one line that ends in `pytest`."""
    assert len(re.findall(r"^    .*&& \.venv/bin/pytest$", README, flags=re.MULTILINE)) == 1
    assert len(re.findall(r"^    .*&& \.venv/bin/nqpf compare$", README, flags=re.MULTILINE)) == 1


def test_number_of_instruments() -> None:
    """The README counts those beside the four of the 2x2 and the rebate, in words."""
    assert f"{WORDS[len(INSTRUMENTS) - 4 - 1]} more instruments" in README


def test_one_screen_and_a_half() -> None:
    """The README is a user's first page, not the paper."""
    assert len(README.splitlines()) <= 90
