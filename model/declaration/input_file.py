"""A file as a setting: its name with a digest of what it holds, so that a changed file is another setting.

`industries.csv` becomes `industries.csv#0123456789abcdef` when a setting is validated. Settings therefore compare,
hash and round-trip by content, and stored results of the file as it was are never taken for those of the file as it is.
Relative names are relative to the working directory; a study file's are made relative to the study file.
"""

import hashlib
import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from model.declaration.errors import BadInput

_MARKED = re.compile(r"(.+)#([0-9a-f]{16})", re.DOTALL)


def with_digest(name: str) -> str:
    """Return the file's name followed by '#' and the first 16 hexadecimal digits of the SHA-256 of its content.

    An empty name (no file) and a name that has its digest stay as they are. Raises BadInput if the file cannot be read.
    """
    if not name or _MARKED.fullmatch(name):
        return name
    return f"{name}#{_digest(_read(name))}"


InputFile = Annotated[str, AfterValidator(with_digest)]


def path_of(file: str) -> str:
    """Return the file's name without the digest."""
    marked = _MARKED.fullmatch(file)
    return marked[1] if marked else file


def digest_of(file: str) -> str:
    """Return the digest without the file's name: all that results depend on."""
    marked = _MARKED.fullmatch(file)
    return marked[2] if marked else ""


def bytes_of(file: str) -> bytes:
    """Return the bytes of a file given as name and digest.

    Raises BadInput if it cannot be read, has changed since the digest was taken, or is empty.
    """
    path = path_of(file)
    data = _read(path)
    if _digest(data) != digest_of(file):
        raise BadInput("has changed since its digest was taken, give its name again", place=path)
    if not data.strip():
        raise BadInput("is empty").at(path, 1)
    return data


def text_of(file: str) -> str:
    """Return the text of a file given as name and digest, in UTF-8, or in UTF-16 where its first bytes say so.

    Raises BadInput as `bytes_of` does, and for text in another encoding.
    """
    path, data = path_of(file), bytes_of(file)
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput("is not text in UTF-8, save it in that encoding").at(path, line) from None
    if not text.strip():
        raise BadInput("is empty").at(path, 1)
    return text


def beside(folder: Path, name: str) -> str:
    """Return the name of a file named in another file of that folder, relative to the working directory."""
    return str(folder / at_home(name)) if name else name


def at_home(name: str) -> str:
    """Return a file's name with a leading `~` as the user's own folder."""
    return os.path.expanduser(name)


def _read(name: str) -> bytes:
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"is a {'directory' if path.is_dir() else 'device'}, must be a file", place=name)
        return path.read_bytes()
    except OSError as error:
        raise BadInput((error.strerror or "cannot be read").lower(), place=name) from None
    except ValueError:  # a name with a null character
        raise BadInput("is not a file's name", place=name) from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
