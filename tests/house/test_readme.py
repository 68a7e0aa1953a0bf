"""What the README shows runs, and what it names exists."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from experiments.cli import app
from experiments.study.file import read_study
from model import Parameters, policies
from model.policy.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The README's fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code):
    """Every Python block runs as it stands."""
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("text", blocks("yaml"))
def test_study_is_read(text, tmp_path):
    """Every study is valid."""
    path = tmp_path / "study.yaml"
    path.write_text(text)
    assert read_study(path).policies


COMMANDS = [
    shlex.split(part, comments=True)[1:]
    for line in re.findall(r"^    (nqpf .*)$", README, flags=re.MULTILINE)
    for part in line.split(";")
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_name_what_exists(words):
    """Every command line names an existing command, its options, policies and settings."""
    import typer

    command = typer.main.get_command(app).commands[words[0]]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    options = [word for word in words if word.startswith("--")]
    assert set(options) <= known
    for option, value in pairwise(words):
        if option in ("--policies", "--policy"):
            assert set(value.split(",")) <= set(policies)
        if option == "--set":
            name = value.split("=")[0]
            assert name in Parameters.model_fields or name.removeprefix("policy.") in Policy.model_fields


def test_links_lead_somewhere():
    """Every file the README names is there."""
    named = re.findall(r"`((?:model|viz|tests|experiments)/[\w./]+)`|\]\(([\w./]+)\)|`([A-Z]+\.(?:md|cff))`", README)
    assert named
    for path in (next(filter(None, found)) for found in named):
        assert (ROOT / path).exists(), path
