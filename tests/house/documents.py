"""The documents for readers: their files, their fenced blocks and their commands."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]

_COMMAND = re.compile(r"^(?:!|    )(nqpf .*)$", re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, for example "python" or "{code-cell}"."""
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """Return the words of every `nqpf` command that stands on a line of its own, the shell's redirections aside."""
    whole = re.sub(r"\\\n *", "", text)  # a backslash carries a command on to the next line
    parts = (part for line in _COMMAND.findall(whole) for part in line.split(";"))
    return [shlex.split(part.partition(" > ")[0], comments=True)[1:] for part in parts]
