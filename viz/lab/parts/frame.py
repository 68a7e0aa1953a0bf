"""The frame around every page: navigation, a sentence on what the page is for, and the look of it all."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import solara
import solara.lab
from solara import v

Element = Any
BROWSER = Path(__file__).parents[1] / "browser"
"""The folder of what runs in the browser: scripts, Vue components and the style sheet."""


class LabPage(NamedTuple):
    """A page of the lab: its path, its name in the navigation, a sentence for newcomers, and its component."""

    path: str
    label: str
    sentence: str
    component: Callable[[], Element]


@solara.component_vue(str(BROWSER / "document.vue"))
def Document() -> None:
    """Set the language and the zoom of the document, which Solara's own template leaves out."""


@solara.component
def PageFrame(pages: Sequence[LabPage], shown: LabPage | None, children: Sequence[Element]) -> Element:
    """The frame with the page in it."""
    solara.use_effect(_follow_system_theme, [])
    links = [_link(page, page is shown) for page in pages]
    sentence = shown.sentence if shown else "There is no page at this address."
    return v.Html(
        tag="div",
        class_="lab",
        children=[
            Document(),
            solara.Style((BROWSER / "lab.css").read_text(encoding="utf-8")),
            v.Html(tag="a", class_="skip", attributes={"href": "#content"}, children=["Skip to the content"]),
            v.Html(
                tag="header",
                children=[
                    v.Html(tag="span", class_="brand", children=["nqpf lab"]),
                    v.Html(tag="nav", attributes={"aria-label": "Pages"}, children=links),
                ],
            ),
            v.Html(
                tag="main",
                attributes={"id": "content", "tabindex": "-1"},
                children=[v.Html(tag="p", class_="opening", children=[sentence]), *children],
            ),
        ],
    )


def _link(page: LabPage, current: bool) -> Element:
    path = "/" + page.path.strip("/")
    return solara.Link(path, children=[page.label], classes=["here"] if current else [])


def _follow_system_theme() -> None:
    """Follow the light or dark theme of the visitor's system. (Solara 1.64 shows nothing with its own "auto".)"""
    solara.lab.theme.dark = None
