"""State handed to compiled code by reference.

The state is a NamedTuple of arrays, or of such NamedTuples. Numba passes tuples by value, every array of every agent
at each call; a `Reference` is one pointer instead, to a table of words: where each array begins, its shape, and where
the tables of parts begin. Compiled code reads `users.size` as Python does.

Many references of a type are handed over as an array of addresses, of which compiled code reads one by `at_address`.

The arrays are Python's, which keeps them while it keeps the reference. Compiled code therefore does not count who uses
them, as Numba would for an array of its own (measured on this model: a tenth of a run). As tables never change, it
need not read a word twice.

This reaches into Numba's inner parts, which may change with any minor version. With one that is not in SUPPORTED_NUMBA
states are passed by value, as tuples: the same results, in several times the time.
"""

import hashlib
import sys
from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    overload,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import make_array, populate_array
from numba.typed import List

from agents.kernel.fields import fields_of

SUPPORTED_NUMBA = ("0.68",)
"""Minor versions of Numba with which references have been tested."""

_WORD = ir.IntType(64)


@cache
def by_reference() -> bool:
    """Return whether states are passed by reference. Warn once on stderr if Numba's version forbids it."""
    if numba.config.DISABLE_JIT:
        return False
    known = ".".join(numba.__version__.split(".")[:2]) in SUPPORTED_NUMBA
    if not known:
        print(
            f"Numba {numba.__version__} is untested with model/state/references.py (tested: "
            f"{', '.join(SUPPORTED_NUMBA)}): runs take several times as long, with the same results",
            file=sys.stderr,
        )
    return known


class ReferenceType(types.Type):
    """The compiled type of a reference: its fields by name, and the word of the table at which each begins."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        # Named by a hash of the fields: the full list would stand in every symbol and double compile time.
        super().__init__(f"{name}_{hashlib.sha256(repr(fields).encode()).hexdigest()[:12]}")
        self.fields, self.position, words = dict(fields), {}, 0
        for field, kind in fields:
            assert isinstance(kind, ReferenceType) or kind.layout in "CF", f"{name}.{field} is not contiguous"
            self.position[field] = words
            words += 1 if isinstance(kind, ReferenceType) else 1 + kind.ndim


def _layout(array: np.ndarray) -> Any:
    return array.dtype, array.ndim, array.flags.c_contiguous, array.flags.f_contiguous


_known: dict[type, tuple[list[Any], ReferenceType]] = {}


def _compiled_type(part: Any, by_column: bool) -> Any:
    """Return the type of an array or part.

    A table of one column lies by row as well as by column. Left to Numba it would count as one by row, a type of its
    own, and the whole model would be compiled again for economies with one industry or one domain.
    """
    if not isinstance(part, np.ndarray):
        return bound_type(part)
    kind = numba.typeof(part)
    return kind.copy(layout="F") if by_column and kind.ndim > 1 and part.flags.f_contiguous else kind


def bound_type(state: Any) -> ReferenceType:
    """Return the compiled type of the reference to a state, or of a reference.

    States of a class have the same one unless their arrays differ.
    """
    if isinstance(state, Reference):
        return state.compiled_type
    layout = [_layout(part) if isinstance(part, np.ndarray) else bound_type(part) for part in state]
    known = _known.get(type(state))
    if known is None or known[0] != layout:
        declared: Any = type(state)
        columns = {name for name, field in fields_of(declared).items() if field.order == "F"}
        named = zip(state._fields, state, strict=True)
        kinds = tuple((name, _compiled_type(part, name in columns)) for name, part in named)
        known = layout, ReferenceType(type(state).__name__, kinds)
        _known[type(state)] = known
    return known[1]


class Reference:
    """A pointer to state for kernels to take, opaque in Python: read the NamedTuple it was made from."""

    def __init__(self, state: Any, compiled_type: ReferenceType) -> None:
        fields = compiled_type.fields.values()
        self.compiled_type = compiled_type
        self._parts: list[Any] = []
        words: list[int] = []
        for part, kind in zip(state, fields, strict=True):
            if isinstance(part, np.ndarray):
                words += (part.ctypes.data, *part.shape)
                self._parts.append(part)
            else:
                inner = part if isinstance(part, Reference) else Reference(part, kind)
                words.append(inner.address)
                self._parts.append(inner)
        self._table = np.array(words, np.int64)
        self.address: int = self._table.ctypes.data


def reference_to(state: Any) -> Any:
    """Return the reference to a state, for kernels to take. Python keeps reading the NamedTuple. Both share the arrays.

    Parts of the state may be references already. Without compilation, or with an unknown version of Numba, it is the
    state itself, which reads alike.
    """
    return Reference(state, bound_type(state)) if by_reference() else state


def addresses_of(references: list[Any]) -> Any:
    """Return the addresses of references, for `at_address`: an array, so that kernels take any number. (references,).

    They must be of one type, and be kept meanwhile. Without references it is a list of the states themselves.
    """
    if not by_reference():
        return references if numba.config.DISABLE_JIT else List(references)
    if len({one.compiled_type for one in references}) != 1:
        raise TypeError("addresses are of references of one type")
    return np.array([one.address for one in references], np.int64)


def at_address(address: Any, like: Any) -> Any:
    """Return the reference that stands at an address of `addresses_of`, of the type of `like`."""
    return address


@intrinsic
def _pointer(context: Any, address: Any, like: Any) -> Any:
    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return like(address, like), generate


@overload(at_address, strict=False)
def _compiled_at_address(address: Any, like: Any) -> Any:
    if not isinstance(like, ReferenceType):
        return lambda address, like: address
    return lambda address, like: _pointer(address, like)


@typeof_impl.register(Reference)
def _type_of_reference(reference: Reference, _: Any) -> ReferenceType:
    return reference.compiled_type


register_model(ReferenceType)(models.OpaqueModel)


@unbox(ReferenceType)
def _unbox_reference(kind: ReferenceType, reference: Any, c: Any) -> Any:
    """Return the pointer of a reference that Python hands to a kernel."""
    address = c.pyapi.object_getattr_string(reference, "address")
    pointer = c.builder.inttoptr(c.pyapi.long_as_ulonglong(address), cgutils.voidptr_t)
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _ReferenceAttributes(AttributeTemplate):
    key = ReferenceType

    def generic_resolve(self, kind: ReferenceType, name: str) -> Any:
        return kind.fields.get(name)


@lower_getattr_generic(ReferenceType)
def _read_attribute(context: Any, builder: Any, kind: ReferenceType, pointer: Any, name: str) -> Any:
    """Read an array or a reference from the words of the table."""
    found, table = kind.fields[name], builder.bitcast(pointer, _WORD.as_pointer())

    def word(number: int) -> Any:
        value = builder.load(cgutils.gep_inbounds(builder, table, kind.position[name] + number))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    if isinstance(found, ReferenceType):
        return builder.inttoptr(word(0), cgutils.voidptr_t)
    shape = [word(1 + axis) for axis in range(found.ndim)]
    itemsize = ir.Constant(_WORD, context.get_abi_sizeof(context.get_data_type(found.dtype)))
    strides, stride = [], itemsize
    for length in reversed(shape) if found.layout == "C" else shape:
        strides.append(stride)
        stride = builder.mul(stride, length)
    array = make_array(found)(context, builder)
    start = builder.inttoptr(word(0), array.data.type)
    populate_array(
        array, data=start, shape=shape, strides=strides[::-1] if found.layout == "C" else strides,
        itemsize=itemsize, meminfo=None,
    )  # fmt: skip
    return array._getvalue()
