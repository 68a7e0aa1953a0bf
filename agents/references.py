"""State handed to compiled code by reference.

The state is a struct of arrays: a NamedTuple per kind of agent. Numba passes tuples by value, every array of every
agent at each call; a reference passes one pointer instead (measured on this model: the whole run 20 times faster
and compilation 5 times). Declare `UsersRef = reference_type(Users)` beside each NamedTuple; compiled code then
reads `users.size` as Python does.
"""

import hashlib
import sys
from typing import Any

import numba
from numba import types
from numba.experimental import structref
from numba.extending import overload

from agents.compiled import kernel

_TYPES: dict[type, type] = {}


class Reference(structref.StructRefProxy):
    """A pointer to state, opaque in Python: read the NamedTuple it was made from."""


def reference_type(layout: type) -> type:
    """The compiled pointer type of a NamedTuple class; assign it as `<Name>Ref` in the class's own module.

    Cached machine code finds the type again under that name.
    """
    module = sys.modules[layout.__module__]
    name = f"{layout.__name__}Ref"
    parts = {"__init__": _short_name, "preprocess_fields": _plain, "__module__": module.__name__}
    made = type(name, (types.StructRef,), parts)
    structref.register(made)
    structref.define_boxing(made, Reference)
    _TYPES[layout] = made
    return made


def _short_name(self: Any, fields: Any) -> None:
    """Name the type by a hash of its fields: the full list would stand in every symbol and double compile time."""
    types.StructRef.__init__(self, fields)
    self.name = f"{type(self).__name__}_{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"


def _plain(self: Any, fields: Any) -> Any:
    return tuple((name, types.unliteral(kind)) for name, kind in fields)


def refer(state: Any) -> Any:
    """Compiled: the reference to a (nested) NamedTuple of arrays. Uncompiled: the tuple itself, which reads alike."""
    return state


def _struct_type(kind: Any) -> Any:
    fields = zip(kind.fields, kind.types, strict=True)
    inner = [
        (name, _struct_type(part) if isinstance(part, types.NamedTuple | types.NamedUniTuple) else part)
        for name, part in fields
    ]
    return _TYPES[kind.instance_class](inner)


@overload(refer)
def _compiled_refer(state: Any) -> Any:
    """Allocate the struct and fill it field by field; fields that are tuples become references themselves."""
    nested = [isinstance(part, types.NamedTuple | types.NamedUniTuple) for part in state.types]
    lines = [f"    made.{name} = refer(state.{name})" if inner else f"    made.{name} = state.{name}"
             for name, inner in zip(state.fields, nested, strict=True)]  # fmt: skip
    scope = {"new": structref.new, "kind": _struct_type(state), "refer": refer, "Any": Any}
    exec("\n".join(["def fill(state: Any) -> Any:", "    made = new(kind)", *lines, "    return made"]), scope)
    return scope["fill"]


def bound_type(state: Any) -> Any:
    """The compiled type of `bind(state)`, without compiling anything."""
    return _struct_type(numba.typeof(state))


@kernel
def bind(state: Any) -> Any:
    """The reference to a state, for kernels to take: Python keeps reading the NamedTuple, both share the arrays."""
    return refer(state)
