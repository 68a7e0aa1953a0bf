"""Explore: a results folder below the one that is served, by table, figures and analyses."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import solara
from solara import v

from experiments.exploration.folder import check_size, folders_below, shards_in
from experiments.exploration.registry import views_of
from model.declaration.errors import BadInput
from viz.lab.address import Values, changed_by, explained, link_to
from viz.lab.parts.asked_view import (
    FOLDER,
    TAB,
    AskedView,
    Control,
    after,
    asked_view,
    controls_of,
    explore_values,
)
from viz.lab.parts.findings import FINDINGS, Elsewhere, Findings, Pictures, Provenance, Tables, as_findings
from viz.lab.parts.frame import BROWSER, LabPage
from viz.lab.parts.work import Work, use_work

_PATH = "/explore"


@solara.component_vue(str(BROWSER / "folders.vue"))
def Folders(folders: Sequence[dict[str, Any]], event_open: Callable[[str], None]) -> None:
    """The list of results folders, each a link."""


@solara.component_vue(str(BROWSER / "views.vue"))
def Views(
    tabs: Sequence[dict[str, Any]],
    controls: Sequence[Control],
    event_tab: Callable[[str], None],
    event_changed: Callable[[dict[str, str]], None],
) -> None:
    """Tabs of a folder's views, and the controls of the one that is open."""


@solara.component
def ExplorePage() -> Any:
    """The page of one visitor. Its address says all that it shows."""
    router = solara.use_router()
    values, asked, question, error = solara.use_memo(lambda: _read(router.search), [router.search])

    def go(wanted: Values) -> None:
        if link_to(_PATH, wanted) != link_to(_PATH, values):
            router.push(link_to(_PATH, wanted))

    with solara.Div(classes=["explore"]) as main:
        solara.Style((BROWSER / "explore.css").read_text(encoding="utf-8"))
        if error:
            v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[error])
        if asked is not None:
            OpenedFolder(asked, question, values, go)
        elif error:
            v.Html(tag="p", children=[solara.Link(_PATH, children=["Start again with the list of folders"])])
        else:
            FolderList(lambda name: go({FOLDER: name}))
    return main


@solara.component
def FolderList(choose: Callable[[str], None]) -> Any:
    """The results folders below the one that is served."""
    work = use_work("folders", lambda: iter([folders_below()]))
    with solara.Div(classes=["found-folders"]) as main:
        if not work.done:
            _waiting("Looking for results folders.")
        elif work.error:
            _alert(work.error)
        elif not work.found:
            text = "There are no results below the folder that is served. `nqpf compare` and `nqpf sweep` make some."
            v.Html(tag="p", children=[text])
        else:
            rows = [{**found._asdict(), "link": link_to(_PATH, {FOLDER: found.name})} for found in work.found]
            Folders(folders=rows, event_open=choose)
    return main


@solara.component
def OpenedFolder(asked: AskedView, question: Hashable, values: Values, go: Callable[[Values], None]) -> Any:
    """An opened folder: its views, the answer of the open one, and the way in which it was made."""
    folder, view = asked.folder, asked.view
    work = use_work(question, lambda: _steps(asked), FINDINGS)
    with solara.Div(classes=["opened"]) as main:
        v.Html(tag="p", class_="up", children=[solara.Link(_PATH, children=["All results folders"])])
        v.Html(tag="h1", children=[folder.name])
        v.Html(tag="p", class_="summary", children=[_summary(asked)])
        if folder.why_not:
            _alert(folder.why_not)
        if view is not None:
            tabs = [
                {
                    "name": name,
                    "title": entry.title,
                    "open": name == view.name,
                    "link": link_to(_PATH, changed_by(values, {TAB: name})),
                }
                for name, entry in views_of(folder).items()
            ]
            Views(
                tabs=tabs,
                controls=controls_of(asked),
                event_tab=lambda name: go(changed_by(values, {TAB: name})),
                event_changed=lambda given: go(after(values, asked, given["name"], given["value"])),
            )
            v.Html(tag="h2", class_="question", children=[view.question])
            AnswerShown(asked, work)
        Provenance(folder)
    return main


@solara.component
def AnswerShown(asked: AskedView, work: Work) -> Any:
    """The answer of the open view, or that it is on its way, or why there is none."""
    view, found = asked.view, work.found
    assert view is not None
    with solara.Div(classes=["answer"]) as main:
        if work.error:
            _alert(work.error)
        elif found is None:
            _waiting("Reading the folder.")
        if isinstance(found, Findings):
            lines = found.answer.lines
            if view.as_printed:
                label = {"tabindex": "0", "role": "region", "aria-label": "Answer"}
                # With a key: an element of another tag in its place would keep its own tag.
                v.Html(tag="pre", class_="printed", attributes=label, children=["\n".join(lines)]).key("printed")
            else:
                v.Html(tag="div", class_="lines", children=[v.Html(tag="p", children=[line]) for line in lines]).key(
                    "lines"
                )
            name = asked.folder.path.name or "results"
            with solara.Div(classes=["seen"] if found.drawn and not view.as_printed else []):
                if found.drawn:
                    Pictures(found.drawn, f"{name}-{view.name}")
                Tables(found, f"{name}-{view.name}", view.as_printed)
            Elsewhere(view.recipe(asked.request))
    return main


def _waiting(text: str) -> None:
    v.Html(tag="p", class_="waiting", attributes={"role": "status"}, children=[text]).key("waiting")


def _alert(text: str) -> None:
    v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[text]).key("alert")


def _steps(asked: AskedView) -> Iterator[Findings]:
    """Yield the answer of a view, once its folder is known to be small enough."""
    assert asked.view is not None
    check_size(asked.folder)
    yield as_findings(asked.view.answer(asked.request))


def question_of(asked: AskedView) -> Hashable:
    """Return all that determines the answer of a view, None where there is none to ask."""
    if asked.view is None:
        return None
    request = asked.request
    at, options = tuple(sorted(request.at.items())), tuple(sorted(request.options.items()))
    chosen = (request.indicator, request.policies, request.between, at, request.over, request.x, options)
    return asked.folder.name, asked.folder.manifest.checksum, shards_in(asked.folder), asked.view.name, chosen


def _summary(asked: AskedView) -> str:
    """Return what a folder holds in a sentence."""
    manifest, folder = asked.folder.manifest, asked.folder
    counts, asked_for = manifest.counts, manifest.counts.get("asked", 0)
    stored = counts.get("ok", 0) + counts.get("failed", 0)
    parts = [f"Study {manifest.study.get('name')}"]
    if folder.arms:
        parts.append(f"{len(folder.arms)} policies")
    parts.append(f"{len(folder.factors)} factors" if len(folder.factors) != 1 else "1 factor")
    parts.append(f"{stored:,} of {asked_for:,} runs, {counts.get('failed', 0)} failed" if counts else "still running")
    return f"{', '.join(parts)}. Model {manifest.model}, nqpf {manifest.versions.get('nqpf', 'unknown')}."


def _read(search: str | None) -> tuple[dict[str, str], AskedView | None, Hashable, str]:
    """Return the values of an address, the view that it asks for, its question, and what is wrong with it."""
    values: dict[str, str] = {}
    try:
        values = explore_values(search)
        asked = asked_view(values)
        return values, asked, question_of(asked) if asked else None, ""
    except BadInput as error:
        return values, None, None, explained(error)
    except OSError as error:
        return values, None, None, f"{values.get(FOLDER, '')}: {(error.strerror or 'cannot be read').lower()}"


EXPLORE = LabPage(
    "explore",
    "Explore",
    "Look into results that are stored: tables, boundaries, curves, single runs, and what matters for an outcome.",
    ExplorePage,
)
"""The page in the navigation."""
