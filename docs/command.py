"""Commands of `nqpf` run in this process, for results that the documentation and the lab show."""

import contextlib
import io
import json
from importlib.metadata import version
from typing import Any

VERSION = version("nqpf")


def json_of(arguments: list[str]) -> Any:
    """Return what a command prints with `--json`. Exit as it does where it fails."""
    from experiments.cli import main as nqpf

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = nqpf([*arguments, "--json"])
    if code:
        raise SystemExit(code)
    return json.loads(out.getvalue())
