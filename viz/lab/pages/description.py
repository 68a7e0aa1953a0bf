"""The model: a quarter as it is scheduled, all that is declared, and the description (ODD)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import solara
from solara import v

from viz.lab.parts.declared import declared_tables, table_files
from viz.lab.parts.frame import BROWSER, LabPage
from viz.lab.parts.odd import ODD, odd_sections
from viz.lab.parts.quarter import stages_of_quarter
from viz.lab.parts.reading import Reading


@solara.component_vue(str(BROWSER / "model.vue"))
def ModelDescription(
    stages: Sequence[dict[str, Any]], tables: Sequence[dict[str, Any]], sections: Sequence[dict[str, str]]
) -> None:
    """The quarter, the tables and the document, with a search among the rows of the tables."""


@solara.component
def ModelPage() -> Any:
    """The page of one visitor, the same for all but for what is searched."""
    stages = solara.use_memo(stages_of_quarter, [])
    tables = solara.use_memo(declared_tables, [])
    with Reading() as main:
        ModelDescription(stages=stages, tables=tables, sections=odd_sections())
        with v.Html(tag="section", class_="take", attributes={"aria-label": "Take away"}):
            v.Html(tag="h2", children=["Take away"])
            with v.Html(tag="div", class_="files"):
                for name in table_files():
                    label = f"{name.removesuffix('.csv').capitalize()} (CSV)"
                    solara.FileDownload(partial(_file, name), name, label)
                solara.FileDownload(ODD.read_bytes, ODD.name, "Description (ODD, Markdown)")
            v.Html(tag="p", children=["The same declarations on the command line:"])
            v.Html(tag="pre", attributes={"tabindex": "0"}, children=[_COMMANDS])
    return main


_COMMANDS = "\n".join(f"nqpf {name} --json" for name in ("parameters", "policies", "indicators"))


def _file(name: str) -> str:
    return table_files()[name]


MODEL_PAGE = LabPage(
    "model",
    "Model",
    "What happens in a quarter, what can be set and measured, and every equation.",
    ModelPage,
)
"""The page in the navigation."""
