"""Tables of industries that come with the model. Each has a name: its file's without the suffix.

A shipped name wins over a file of that name. `./china-2020`, as any name with a separator or a suffix, is a file.
Results know a table by its digest alone, so that they do not depend on where the package lies.
"""

import os
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from model.declaration.errors import BadInput
from model.declaration.input_file import beside, digest_of, path_of, with_digest

SHIPPED_TABLES = Path(__file__).with_name("shipped")


@cache
def shipped_industries() -> dict[str, Path]:
    """Return the tables that come with the model, by name."""
    return {path.stem: path for path in sorted(SHIPPED_TABLES.glob("*.csv"))}


def with_table_digest(name: str) -> str:
    """Return the name of a shipped table or of a file, followed by '#' and the digest of its content.

    Raises BadInput if the file cannot be read. For a name without a suffix the error lists the shipped tables.
    """
    shipped = shipped_industries()
    if name in shipped:
        return f"{name}#{digest_of(with_digest(str(shipped[name])))}"
    try:
        return with_digest(name)
    except BadInput as error:
        if not Path(name).suffix and not os.path.exists(name):
            raise BadInput(f"{error.allowed}. Shipped tables are {', '.join(shipped)}", place=name) from None
        raise


IndustriesFile = Annotated[str, AfterValidator(with_table_digest)]


def located(file: str) -> str:
    """Return a table given as name and digest, a shipped name as the path of its file."""
    shipped = shipped_industries()
    name = path_of(file)
    return f"{shipped[name]}#{digest_of(file)}" if name in shipped else file


def table_beside(folder: Path, name: str) -> str:
    """Return a table named in another file of that folder, relative to the working directory or as its shipped name."""
    shipped = shipped_industries()
    if path_of(name) in shipped:
        return name
    path = beside(folder, name)
    return f".{os.sep}{path}" if path_of(path) in shipped else path
