"""The bytes of a recording: named arrays and a few words, packed small, and read by any browser.

After decompression (zlib) a recording is, in little-endian order:

    4 bytes       length of the header, n
    n bytes       the header: JSON with `words` (any plain data) and `arrays`, a list of
                  {name, type, shape, at, coding}; blanks fill it to a multiple of 4
    the rest      the arrays, each from its offset `at`, which is a multiple of 4

`type` is "u1", "u2", "i4", "f4", or "b2" for a float32 of which the upper two bytes are kept, so that it is right to
1 in 256. `coding` says what was done to an array, in order: "delta" (each element less the one before, modulo the
type) and "shuffle" (all first bytes of elements, then all second bytes, and so on), which make it small.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

_TYPES = {"u1": "<u1", "u2": "<u2", "i4": "<i4", "f4": "<f4", "b2": "<u2"}
_LEVEL = 6  # of compression; 9 takes twice the time for 1 %


class Coded(NamedTuple):
    """An array with the type in which it is packed, and whether differences are."""

    values: np.ndarray
    type: str
    delta: bool = False


def pack(words: Mapping[str, Any], arrays: Mapping[str, Coded]) -> bytes:
    """Return words and arrays as the bytes of a recording."""
    body, described, at = [], [], 0
    for name, (values, kind, delta) in arrays.items():
        flat = to_upper_half(values) if kind == "b2" else np.ascontiguousarray(values, _TYPES[kind])
        raw = np.diff(flat.ravel(), prepend=flat.dtype.type(0)) if delta else flat.ravel()
        coding = ["delta"] * delta + ["shuffle"] * (raw.itemsize > 1)
        data = raw.view(np.uint8).reshape(-1, raw.itemsize).T.tobytes()
        described.append({"name": name, "type": kind, "shape": flat.shape, "at": at, "coding": coding})
        body.append(data + bytes(-len(data) % 4))
        at += len(body[-1])
    header = json.dumps({"words": words, "arrays": described}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 4)
    return zlib.compress(b"".join((len(header).to_bytes(4, "little"), header, *body)), _LEVEL)


def unpack(packed: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the words and the arrays of a recording."""
    whole = zlib.decompress(packed)
    length = int.from_bytes(whole[:4], "little")
    header = json.loads(whole[4 : 4 + length])
    arrays = {}
    for entry in header["arrays"]:
        kind = np.dtype(_TYPES[entry["type"]])
        count = int(np.prod(entry["shape"]))
        data = np.frombuffer(whole, np.uint8, count * kind.itemsize, 4 + length + entry["at"])
        values = data.reshape(kind.itemsize, count).T.copy().view(kind).ravel()
        if "delta" in entry["coding"]:
            values = np.cumsum(values, dtype=kind)
        values = from_upper_half(values) if entry["type"] == "b2" else values
        arrays[entry["name"]] = values.reshape(entry["shape"])
    return header["words"], arrays


def to_upper_half(values: np.ndarray) -> np.ndarray:
    """Return the upper two bytes of float32 numbers, rounded to the nearest."""
    bits = np.ascontiguousarray(values, "<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def from_upper_half(upper: np.ndarray) -> np.ndarray:
    """Return the float32 numbers of which these are the upper two bytes."""
    return (upper.astype("<u4") << 16).view("<f4")
