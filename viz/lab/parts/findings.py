"""The answer of a view on a page: sentences, pictures, tables, and files to take away."""

import base64
import io
import json
from collections.abc import Callable
from html import escape
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import solara
from solara import v

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.provenance import facts, file_name, made_by, manifest_content, study_file
from experiments.exploration.view import ViewRecipe
from experiments.inquiries.inquiry import Answer, Picture
from experiments.pairs.cache import BoundedCache
from viz.figures.pictures import as_files, as_svg
from viz.report.wording import DASH, number, places, typeset

if TYPE_CHECKING:
    import pandas as pd

ROWS_SHOWN = 60
"""Rows of a table that the page shows. The file has all of them."""

_DRAWING = Lock()  # Matplotlib's settings belong to the whole process


class DrawnPicture(NamedTuple):
    """A picture with its drawings for a light and for a dark page, as addresses that hold them."""

    picture: Picture
    light: str
    dark: str


class Findings(NamedTuple):
    """An answer, its pictures as drawn, and its first table as HTML."""

    answer: Answer
    drawn: tuple[DrawnPicture, ...]
    rows: str

    @property
    def size(self) -> int:
        """Bytes of its drawings and tables, nearly."""
        pictures = sum(len(one.light) + len(one.dark) for one in self.drawn)
        tables = [*self.answer.tables.values(), *(one.picture.table for one in self.drawn)]
        return pictures + len(self.rows) + sum(int(table.memory_usage(deep=True).sum()) for table in tables)


FINDINGS: BoundedCache[Findings] = BoundedCache(64 * 1024 * 1024)
"""Finished answers of all visitors by their question."""


def as_findings(answer: Answer) -> Findings:
    """Draw the pictures of an answer, and write its first table."""
    first = next(iter(answer.tables.values()), None)
    rows = "" if first is None or first.empty else table_html(first)
    return Findings(answer, tuple(drawn(picture) for picture in answer.pictures), rows)


def drawn(picture: Picture) -> DrawnPicture:
    """Draw a picture for light and for dark pages."""
    with _DRAWING:
        light, dark = (as_svg(picture, scheme) for scheme in ("light", "dark"))
    return DrawnPicture(picture, _address(light), _address(dark))


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@solara.component
def Pictures(drawn: tuple[DrawnPicture, ...], name: str) -> Any:
    """Pictures with their text alternatives, each to be saved as SVG and PNG."""
    with solara.Div(classes=["pictures"]) as main:
        for one in drawn:
            words = one.picture.words
            image = (
                f'<picture><source media="(prefers-color-scheme: dark)" srcset="{one.dark}">'
                f'<img src="{one.light}" alt="{escape(words)}"></picture>'
            )
            with solara.Div(classes=["picture"]):
                solara.HTML(tag="div", unsafe_innerHTML=image)
                v.Html(tag="p", class_="note", children=[f"{words[:1].upper()}{words[1:]}."])
                with solara.Div(classes=["files"]):
                    for kind in ("svg", "png", "csv"):
                        _file(
                            f"{name}-{one.picture.name}",
                            kind,
                            _picture_file(one.picture, kind),
                            f"{one.picture.name} figure",
                        )
    return main


def _picture_file(picture: Picture, kind: str) -> Callable[[], bytes]:
    def made() -> bytes:
        with _DRAWING:
            return as_files(picture)[kind]

    return made


@solara.component
def Tables(found: Findings, name: str, as_printed: bool) -> Any:
    """The first table of an answer as rows, unless its text has them, and all tables as files."""
    tables = found.answer.tables
    with solara.Div(classes=["tables"]) as main:
        if found.rows and not as_printed:
            rest = len(next(iter(tables.values()))) - ROWS_SHOWN
            label = {"tabindex": "0", "role": "region", "aria-label": "Table"}
            solara.HTML(tag="div", classes=["scroll"], unsafe_innerHTML=found.rows, attributes=label)
            if rest > 0:
                v.Html(tag="p", class_="note", children=[f"{rest} more rows are in the file."])
        with solara.Div(classes=["files"]):
            for which, table in tables.items():
                _file(f"{name}-{which}", "csv", _table_file(table, "csv"), which)
                _file(f"{name}-{which}", "parquet", _table_file(table, "parquet"), which)
    return main


def _table_file(table: "pd.DataFrame", kind: str) -> Callable[[], bytes]:
    return lambda: table_bytes(table, kind)


def _file(name: str, kind: str, made: Callable[[], bytes], what: str) -> None:
    label = f"{what.replace('-', ' ').capitalize()} as {kind.upper() if kind != 'parquet' else 'Parquet'}"
    solara.FileDownload(made, f"{name}.{kind}", label=label, icon_name="")


def table_bytes(table: "pd.DataFrame", kind: str) -> bytes:
    """Return a table as the bytes of a CSV or Parquet file. In Parquet, mixed columns are text."""
    if kind == "csv":
        return str(table.to_csv(index=False)).encode()
    mixed = [name for name in table if table[name].dtype.kind not in "iufb"]
    plain = table.assign(**{name: [None if one is None else str(one) for one in table[name]] for name in mixed})
    out = io.BytesIO()
    plain.to_parquet(out, index=False)
    return out.getvalue()


def table_html(table: "pd.DataFrame") -> str:
    """Return the first rows of a table as HTML. Numbers of a column have the same decimals, and all text is escaped."""
    shown = table.head(ROWS_SHOWN)
    head = "".join(f'<th scope="col">{escape(str(name).replace("_", " "))}</th>' for name in shown)
    columns = [_cells(shown[name]) for name in shown]
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in zip(*columns, strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(column: "pd.Series") -> list[str]:
    values = column.tolist()
    empty, words = column.isna().tolist(), {True: "yes", False: "no"}
    if column.dtype.kind not in "iuf":
        return [
            DASH if none else words[one] if isinstance(one, bool) else escape(typeset(str(one)))
            for one, none in zip(values, empty, strict=True)
        ]
    if column.dtype.kind in "iu":
        return [DASH if none else f"{one:,}" for one, none in zip(values, empty, strict=True)]
    decimals = places([one for one in values if np.isfinite(one)])
    return [number(float(one), decimals) for one in values]


@solara.component
def Provenance(folder: ResultsFolder) -> Any:
    """The way in which a folder was made: manifest, study file, and the command that makes it again."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts(folder).items())
    text = study_file(folder)
    with solara.Div(classes=["provenance"]) as main:
        v.Html(tag="h2", children=["How this folder was made"])
        solara.HTML(tag="dl", unsafe_innerHTML=rows)
        if folder.study is not None:
            recipe = made_by(folder)
            code_block(f"Study file, {file_name(folder)}", text)
            code_block("Command that makes its runs again", recipe.command)
            code_block("The same in Python", recipe.python)
        with solara.Div(classes=["files"]):
            if text:
                solara.FileDownload(lambda: text, file_name(folder), label="Study file", icon_name="")
            content = json.dumps(manifest_content(folder), indent=1)
            solara.FileDownload(lambda: content, "manifest.json", label="Manifest as JSON", icon_name="")
    return main


@solara.component
def Elsewhere(recipe: ViewRecipe) -> Any:
    """The command and the Python that give what a view shows."""
    with solara.Div(classes=["elsewhere"]) as main:
        v.Html(tag="h2", children=["The same numbers elsewhere"])
        code_block("Command line", recipe.command)
        if recipe.python:
            code_block("Python", recipe.python)
    return main


def code_block(name: str, text: str) -> None:
    """Show text as it is, below a fold."""
    code = v.Html(tag="code", children=[text])
    pre = v.Html(tag="pre", attributes={"tabindex": "0", "role": "region", "aria-label": name}, children=[code])
    v.Html(tag="details", children=[v.Html(tag="summary", children=[name]), pre]).key(name)
