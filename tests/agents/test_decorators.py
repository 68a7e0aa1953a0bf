"""Compilation: machine code is kept per state of the sources and per flag, and never used when stale.

Tried on one rule in a copy of `agents/`, so that each fresh process compiles in a second.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numba
import pytest

from agents.kernel.decorators import cache_folder
from model import compilation

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from agents.kernel.decorators import cache_folder, compiled_before, kernel
from agents.user import mastery_after_use

@kernel
def answer(mastery):
    return mastery_after_use(mastery, 0.5)

before = compiled_before(answer)
print(answer(0.0), cache_folder(), before, compiled_before(answer), list(answer.stats.cache_hits.values()) != [])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the sources with a script that calls one rule through a kernel, and a cache that holds its code."""
    code = tmp_path_factory.mktemp("copy") / "code"
    shutil.copytree(ROOT / "agents", code / "agents", ignore=shutil.ignore_patterns("__pycache__"))
    (code / "model").mkdir()
    (code / "script.py").write_text(SCRIPT)
    cache = code.parent / "cache"
    return code, cache, ask(code, cache)


def ask(code, cache):
    """(answer, cache folder, whether it was there before, whether it is there after, whether it was used)."""
    environment = {**os.environ, "NQPF_CACHE_DIR": str(cache), "PYTHONPATH": str(code)}
    done = subprocess.run([sys.executable, "script.py"], cwd=code, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer, folder, *flags = done.stdout.split()
    return float(answer), Path(folder), *(flag == "True" for flag in flags)


def test_an_edited_rule_gives_the_new_result(copy):
    """Editing a callee in another file gives the new result and another folder; undoing it finds the old one again."""
    code, cache, first = copy
    assert first[0] == 0.5 and first[1].is_relative_to(cache) and first[2:] == (False, True, False)

    rules = code / "agents" / "user.py"
    source = rules.read_text()
    edited = source.replace(
        "return mastery + learning * (1.0 - mastery)", "return mastery + learning * (3.0 - mastery)"
    )
    assert edited != source
    rules.write_text(edited)
    changed = ask(code, cache)
    assert changed[0] == 1.5 and changed[1] != first[1] and changed[2] is False

    rules.write_text(source)
    assert ask(code, cache) == (0.5, first[1], True, True, True)


def test_code_of_another_clone_is_not_counted(copy, tmp_path):
    """Numba compiles anew where the same file lies elsewhere, so that is no compilation before."""
    code, cache, first = copy
    again = ask(shutil.copytree(code, tmp_path / "clone"), cache)
    assert again[1] == first[1] and again[2:] == (False, True, False)


def folder_of(code):
    """The cache folder that the decorators of a copy of the sources choose."""
    spec = importlib.util.spec_from_file_location("copied_decorators", code / "agents" / "kernel" / "decorators.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.cache_folder()


def test_flags_have_their_own_folder(copy, tmp_path, monkeypatch):
    """Code compiled with bounds checks is kept apart from code without."""
    monkeypatch.setenv("NQPF_CACHE_DIR", str(tmp_path))
    plain = folder_of(copy[0])
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1 - (numba.config.BOUNDSCHECK or 0))
    assert folder_of(copy[0]) != plain and plain.is_relative_to(tmp_path)


def test_without_a_writable_cache(copy, tmp_path, monkeypatch):
    """Where the cache cannot be made (its place is a file) a temporary folder serves."""
    (tmp_path / "file").write_text("taken")
    monkeypatch.setenv("NQPF_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = folder_of(copy[0])
    assert folder.is_dir() and Path(os.environ["NQPF_CACHE_DIR"]) in folder.parents
    assert not folder.is_relative_to(tmp_path / "file")


def test_without_a_home(monkeypatch, tmp_path):
    """A user without HOME and passwd entry, as in a container, has a temporary folder."""

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("NQPF_CACHE_DIR", "")
    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    assert cache_folder.__wrapped__().is_relative_to(tmp_path)


def test_model_sources_count_too(copy, tmp_path, monkeypatch):
    """A change of any source of agents/ or model/ is another state; a change elsewhere is not."""
    monkeypatch.setenv("NQPF_CACHE_DIR", str(tmp_path))
    code = shutil.copytree(copy[0], tmp_path / "code")
    first = folder_of(code)
    (code / "notes.py").write_text("x = 1\n")
    assert folder_of(code) == first
    (code / "model" / "phases.py").write_text("x = 1\n")
    assert folder_of(code) != first


@pytest.mark.parametrize("quiet", [True, False])
def test_without_processes_only_time_is_lost(quiet, monkeypatch, capsys):
    """Where none can be started, this process compiles everything, and says before that it will take a while."""

    def refuse(*_, **__):
        raise OSError("no process")

    done = []
    monkeypatch.setattr(compilation, "compiled_before", lambda compiled: False)
    monkeypatch.setattr(compilation.subprocess, "Popen", refuse)
    monkeypatch.setattr(compilation, "build_world", lambda *_: done.append("world"))
    monkeypatch.setattr(compilation, "compile_parts", done.append)
    monkeypatch.setattr(compilation, "compile_whole", lambda: done.append("whole"))
    assert compilation.compile_model.__wrapped__(quiet)
    assert done[0] == "world" and done[-1] == "whole"
    assert ("compiling the model once" in capsys.readouterr().err) is not quiet


@pytest.mark.slow
def test_a_process_of_its_own_keeps_a_part(tmp_path, monkeypatch):
    """A part that a helper compiles is in the cache that all share; the smallest part is tried."""
    monkeypatch.setenv("NQPF_CACHE_DIR", str(tmp_path))
    assert compilation._helper("record").wait() == 0
    assert any(tmp_path.rglob("*.record-*.nbi")) and not any(tmp_path.rglob("*.run_cases-*.nbi"))
