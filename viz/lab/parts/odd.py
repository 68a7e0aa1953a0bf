"""The description of the model (ODD) as it stands in the package, in HTML."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import model

ODD = Path(str(model.__file__)).with_name("ODD.md")
"""The document. It ships with the package."""


class ScheduledStep(NamedTuple):
    """A step of the schedule as the document has it: its number, what it reads, and where it is described."""

    step: str
    reads: str
    link: str


@cache
def odd_text() -> str:
    """Return the document."""
    return ODD.read_text(encoding="utf-8")


@cache
def odd_sections() -> list[dict[str, str]]:
    """Return the sections of the document in order, each with its title and its HTML."""
    opening, *sections = re.split(r"^## ", odd_text(), flags=re.MULTILINE)
    title, _, rest = opening.partition("\n")
    found = [("How to read it", rest)] + [(one.partition("\n")[0], one.partition("\n")[2]) for one in sections]
    assert title.startswith("# ")
    return [{"id": f"odd-{_slug(title)}", "title": title, "html": _html(body)} for title, body in found]


@cache
def scheduled_steps() -> dict[str, ScheduledStep]:
    """Return the rows of the table of the schedule, by the path of the function."""
    rows = re.findall(r"^\| ([\d, a-e]+) \| `([\w.]+)` \| (.*) \|$", odd_text(), flags=re.MULTILINE)
    return {_whole(path): ScheduledStep(step, reads.replace("`", ""), _place(step, path)) for step, path, reads in rows}


@cache
def steps_with(name: str) -> list[dict[str, str]]:
    """Return links to the steps whose formulas have a name, in order. Prose does not count."""
    links = []
    for heading, code in _code_of_steps():
        if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", code):
            title = re.split(r"[:(]", heading)[0].strip()
            links.append({"words": title.lower(), "link": f"#odd-{_slug(heading)}"})
    return links


@cache
def _code_of_steps() -> list[tuple[str, str]]:
    """Return the headings of the steps, each with what stands below it in code."""
    steps = re.findall(r"^### (Steps? .*)\n((?:(?!^##).*\n)*)", odd_text(), flags=re.MULTILINE)
    return [(heading, "\n".join(re.findall(r"```[^`]*```|`[^`]+`", body))) for heading, body in steps]


def _place(step: str, path: str) -> str:
    """Return the link to the heading that names a function, or else to that of its step or its number, if any."""
    headings = re.findall(r"^### (Steps? .*)$", odd_text(), flags=re.MULTILINE)
    named = [heading for heading in headings if f"`{path}`" in heading]
    for number in (step, step.rstrip("abcde")):
        named += [heading for heading in headings if re.match(rf"Steps? {re.escape(number)}\b", heading)]
    return f"#odd-{_slug(named[0])}" if named else ""


def _whole(path: str) -> str:
    return f"model.{path}" if path.startswith("phases.") else path


def _slug(heading: str) -> str:
    """Return a heading up to its colon or bracket as part of an address."""
    return re.sub(r"\W+", "-", re.split(r"[:(`]", heading)[0].lower()).strip("-")


def _html(text: str) -> str:
    """Return Markdown as HTML. What is wide can be scrolled, by hand and by keyboard."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    _name_headings(tokens)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    html = html.replace("<table>", '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>')
    return html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


def _name_headings(tokens: Sequence[Any]) -> None:
    for heading, content in _headings(tokens):
        heading.attrSet("id", f"odd-{_slug(content)}")


def _headings(tokens: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    for token, after in pairwise(tokens):
        if token.type == "heading_open":
            yield token, after.content
