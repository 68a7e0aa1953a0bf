"""Decorators that compile behaviour: `rule` for scalar rules, `phase` for phases, `kernel` for entry points.

Numba's disk cache goes silently stale when a callee in another file changes, so each state of the sources
(and each compiler setting) has its own cache folder. Division follows IEEE (no exception), without fast-math:
results are the same in every run on one kind of processor.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core.codegen import get_host_cpu_features
from numba.core.registry import cpu_target

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGES = ("agents", "model")
_WITHOUT_EFFECT = ("model/economy.py", "model/views/")  # read the state, never change it
_SETTINGS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def _widen_vectors() -> None:
    """Let LLVM use vectors of 512 bits where the processor has them, unless the user has chosen its features.

    It keeps to half of that for the sake of old processors, which slow down (measured here: a run takes 7 % less).
    """
    features = get_host_cpu_features()
    if numba.config.CPU_FEATURES is None and "+avx512f" in features:
        numba.config.CPU_FEATURES = f"{features},-prefer-256-bit"


_widen_vectors()


@cache
def source_hash() -> str:
    """Return the hash of all that determines results: the sources of agents/ and model/, and the compiler's version."""
    digest = hashlib.sha256(f"numba {numba.__version__} llvmlite {llvmlite.__version__}".encode())
    root = Path(__file__).resolve().parents[2]
    for path in sorted(file for package in _PACKAGES for file in (root / package).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.startswith(_WITHOUT_EFFECT):
            continue
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return the user's cache folder for these sources, this compiler and its flags, or a temporary one."""
    flags = numba.config.BOUNDSCHECK, numba.config.OPT, sorted(_SETTINGS.items())
    name = f"{source_hash()}-{hashlib.sha256(repr(flags).encode()).hexdigest()[:8]}"
    base = os.environ.get("NQPF_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "nqpf" / name
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        os.environ["NQPF_CACHE_DIR"] = tempfile.mkdtemp(prefix="nqpf-")  # for processes started from here too
        return cache_folder.__wrapped__()


def compiled_before(compiled: Any) -> bool:
    """Return whether the cache holds machine code of a kernel that this process can use.

    Numba asks for the same file at the same place, the same versions and the same kind of processor. So a second clone
    or a second Python compiles anew.
    """
    processor = cpu_target.target_context.codegen().magic_tuple()
    return any(made_for == processor for _, made_for, _ in compiled._cache._cache_file._load_index())


def rule(function: F) -> F:
    """Compile a function that other compiled code calls; called from Python it works too."""
    return numba.njit(**_SETTINGS)(function)


def phase(function: F) -> F:
    """Compile as `rule` does, for compiled callers alone: without a wrapper for Python it takes a sixth less time."""
    return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_SETTINGS)(function)


def elementary_rule(function: F) -> F:
    """Compile as `rule` does, always into the machine code of the caller."""
    return numba.njit(forceinline=True, **_SETTINGS)(function)


def inlined_rule(function: F) -> F:
    """Compile as `rule` does, into the caller's source, so that a loop over it becomes vector instructions."""
    return numba.njit(inline="always", **_SETTINGS)(function)


def kernel(function: F) -> F:
    """Compile a function that Python calls, kept on disk in the folder of these sources."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        return numba.njit(cache=True, **_SETTINGS)(function)
    finally:
        numba.config.CACHE_DIR = before
