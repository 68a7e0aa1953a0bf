"""The parts that all pages share: templates that escape every text, the style sheet, failed runs, changed settings."""

from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from experiments.declared_words import definition_in_words
from model.parameters import Parameters
from viz.report import wording


@cache
def template(name: str) -> Template:
    """Return a template of this folder. What it shows is escaped, and what it misses is an error."""
    environment = Environment(
        loader=FunctionLoader(_packaged), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"capital": wording.capital, "plain": wording.plain, "defined": definition_in_words}
    return environment.get_template(name)


def style(more: str = "") -> Markup:
    """Return the style sheet of all pages, with more rules at its end."""
    return Markup(_packaged("report.css") + more)


def failures(runs: pd.DataFrame) -> dict[str, Any]:
    """Return the number of runs that failed, and the first few distinct reasons."""
    failed = runs.loc[runs["status"] == "failed", "error"].fillna("").astype(str)
    reasons = dict.fromkeys(error.strip().splitlines()[-1] for error in failed if error.strip())
    return {"count": len(failed), "of": len(runs), "reasons": list(reasons)[:3]}


def changed_parameters(parameters: Parameters) -> list[dict[str, Any]]:
    """Return the declarations of the parameters that differ from their defaults, each with its value."""
    used = parameters.model_dump(mode="json")
    return [
        entry | {"value": used[entry["name"]]}
        for entry in Parameters.declarations()
        if used[entry["name"]] != entry["default"]
    ]


def _packaged(name: str) -> str:
    return files("viz.report").joinpath(name).read_text(encoding="utf-8")
