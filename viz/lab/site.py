"""The site that is served: a route for each page, all in one frame."""

from collections.abc import Sequence
from typing import Any

import solara

from viz.lab.pages.claims import CLAIMS_PAGE
from viz.lab.pages.compare import COMPARE
from viz.lab.pages.description import MODEL_PAGE
from viz.lab.pages.explore import EXPLORE
from viz.lab.pages.watch import WatchPage
from viz.lab.parts.frame import LabPage, PageFrame

PAGES = (
    LabPage(
        "/", "Watch", "Watch firms invent and users adopt, quarter by quarter, under a policy you choose.", WatchPage
    ),
    COMPARE,
    EXPLORE,
    CLAIMS_PAGE,
    MODEL_PAGE,
)
"""The pages, in the order of the navigation. One entry adds a page."""


@solara.component
def SiteLayout(children: Sequence[Any] = ()) -> Any:
    """The frame around the page of the current address."""
    path = solara.use_router().path.strip("/")
    shown = next((page for page in PAGES if page.path.strip("/") == path), None)
    return PageFrame(PAGES, shown, children)


routes = [
    solara.Route(
        page.path,
        component=page.component,
        label=f"{page.label}: nqpf lab",
        layout=SiteLayout if page.path == "/" else None,
    )
    for page in PAGES
]
