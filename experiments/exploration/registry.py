"""The registry of views. Inquiries that read stored results are views too, each made from its own entry."""

import shlex
from functools import partial

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.planes import BOUNDARY, CURVE, STORED_FRONTIER
from experiments.exploration.spread import DISTRIBUTION, SCATTER
from experiments.exploration.tables import STORED_TABLE
from experiments.exploration.view import FolderView, ViewRecipe, ViewRequest
from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Request
from experiments.inquiries.registry import INQUIRIES
from experiments.running.engines import Execution
from model.declaration.errors import BadInput


def _has_points(folder: ResultsFolder) -> bool:
    return bool(folder.factors) and not folder.is_adaptive


def _inquire(inquiry: Inquiry, request: ViewRequest) -> Answer:
    """Answer an inquiry on a stored folder, with the options that are given and the defaults of the others."""
    for option in inquiry.options:
        if option.default is ... and option.name not in request.options:
            raise BadInput(option.meaning, problem=f"{option.name} is asked for")
    options = {option.name: request.options.get(option.name, option.default) for option in inquiry.options}
    folder = request.folder
    assert folder.study is not None
    execution = Execution(jobs=1)
    return inquiry.answer(Request(folder.study, folder.name, folder.path, options, execution, stored=True))


def _recipe(inquiry: Inquiry, request: ViewRequest) -> ViewRecipe:
    """Return the command of an inquiry, and the function of its name where `experiments` has one."""
    import experiments

    given = {
        name: request.options[name] for name in (option.name for option in inquiry.options) if name in request.options
    }
    words = ["nqpf", inquiry.name, request.folder.name]
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    called = "".join(f", {name}={value!r}" for name, value in given.items())
    python = f"from experiments import {inquiry.name}\n\n{inquiry.name}({request.folder.name!r}{called})"
    return ViewRecipe(shlex.join(words), python if inquiry.name in experiments.__all__ else "")


def _view_of(inquiry: Inquiry) -> FolderView:
    return FolderView(
        name=inquiry.name,
        title=inquiry.name.replace("_", " ").capitalize(),
        question=inquiry.question,
        takes=(),
        suits=_has_points,
        answer=partial(_inquire, inquiry),
        recipe=partial(_recipe, inquiry),
        options=inquiry.options,
        as_printed=True,
    )


OWN_VIEWS = (STORED_TABLE, BOUNDARY, CURVE, STORED_FRONTIER, SCATTER, DISTRIBUTION)

VIEWS: dict[str, FolderView] = {
    view.name: view
    for view in (
        *OWN_VIEWS,
        *(
            _view_of(inquiry)
            for inquiry in INQUIRIES.values()
            if inquiry.needs in (Needs.RESULTS, Needs.RESULTS_OR_STUDY)
        ),
    )
}
"""Views by name, in the order of their tabs."""


def views_of(folder: ResultsFolder) -> dict[str, FolderView]:
    """Return the views that suit a folder, none where its study cannot be made."""
    return {} if folder.study is None else {name: view for name, view in VIEWS.items() if view.suits(folder)}
