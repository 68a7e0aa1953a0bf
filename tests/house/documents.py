"""The documents for readers: their files, their fenced blocks and their commands."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]

QUICK = {
    "question": {
        "--most-seeds 60": "--most-seeds 20",
        "samples: 128": "samples: 64",
        "seeds: 3": "seeds: 2",
        "runs: 240": "runs: 96",
        "users: 100": "users: 60",
        '"users": 100': '"users": 60',
        "horizon: 100": "horizon: 24",
        '"horizon": 100': '"horizon": 24',
    }
}
"""Tutorials that take long, with smaller sizes for the test. The build of the documentation takes the page's own."""

_COMMAND = re.compile(r"^(?:!|    )(nqpf .*)$", re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, for example "python" or "{code-cell}"."""
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """Return the words of every `nqpf` command that stands on a line of its own, the shell's redirections aside."""
    whole = re.sub(r"\\\n *", "", text)  # a backslash carries a command on to the next line
    parts = (part for line in _COMMAND.findall(whole) for part in line.split(";"))
    return [shlex.split(part.partition(" > ")[0], comments=True)[1:] for part in parts]


def quick_form(page: Path) -> str:
    """Return the text of a page, with smaller sizes where it takes long. Raises ValueError where a size has changed."""
    text = page.read_text(encoding="utf-8")
    for large, small in QUICK.get(page.stem, {}).items():
        if large not in text:
            raise ValueError(f"{page.name} does not hold {large!r}")
        text = text.replace(large, small)
    return text
