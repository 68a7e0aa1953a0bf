"""Errors carry place and key as fields: no message is put together with them by hand."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.documents import ROOT

BY_HAND = re.compile(r"--|\{[^}]*\}: |[\w.]+ = \{[^}]*\}: ")
PACKAGES = ("agents", "model", "experiments", "viz")


def by_hand(source: str) -> Iterator[str]:
    """Yield messages of BadInput that begin with an option, or with a value and a colon or equals sign."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "BadInput" and call.args:
            text = ast.unparse(call.args[0]).lstrip("f'\"")
            if BY_HAND.match(text):
                yield text


@pytest.mark.parametrize("package", PACKAGES)
def test_no_message_holds_its_place_or_key(package: str) -> None:
    """`BadInput(allowed, key, value, place)` puts them before what is allowed, so that a program can read them."""
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / package).rglob("*.py")
        for text in by_hand(path.read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("f'--out {folder}: is a file'", True), ("'--engine dask: not yet'", True), ("f'{path}: is none'", True),
        ("f'seed = {seed}: is none'", True), ("f'{path} is a file'", False), ("'must be a number'", False),
    ],
)  # fmt: skip
def test_messages_by_hand_are_found(message: str, found: bool) -> None:
    """The forms that stood in the code once."""
    assert bool(list(by_hand(f"raise BadInput({message})"))) is found
