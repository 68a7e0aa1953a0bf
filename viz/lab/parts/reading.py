"""The frame of a page to read: one text for all visitors, of which only the search stands in the address."""

from collections.abc import Sequence
from typing import Any

import solara
from solara import v

from model.declaration.errors import BadInput
from viz.lab.address import explained, own_values_in
from viz.lab.parts.frame import BROWSER

READING_NAMES = ("search",)
"""Names in the address. The browser reads and writes them: the page holds all that it may show."""


@solara.component
def Reading(children: Sequence[Any] = ()) -> Any:
    """A page to read, below a line on what is wrong with its address."""
    router = solara.use_router()
    error = ""
    try:
        own_values_in(router.search, READING_NAMES)
    except BadInput as refused:
        error = explained(refused)
    told = [v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[error])] if error else []
    look = solara.Style((BROWSER / "reading.css").read_text(encoding="utf-8"))
    return solara.Div(classes=["reading"], children=[look, *told, *children])
