"""Digests of plain data: the ids of runs and studies. What determines a run is hashed, and no name of it."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from model.parameters import Parameters
from model.policy.policy import Policy

ParametersOrPolicy = Parameters | Policy

PLAIN = (bool, int, float)
"""Types of values that are hashed as they are. A word may name a file, of which the content is hashed."""


def digest(content: Any) -> str:
    """Return the SHA-256 of plain data in one canonical form, as 64 hexadecimal digits."""
    return _sha256(_canonical(content))


def run_id(parameters: Parameters, policy: Policy, seed: int, model: str) -> str:
    """Return the hash of all that determines a run: every parameter and trait, seed and model sources, but no name."""
    return run_digest(_digest_of(parameters), _digest_of(policy), seed, model)


def run_digest(parameters: str, policy: str, seed: int, model: str) -> str:
    """Return the id of a run from the digests of its settings, as `digest` of all four by name.

    A sweep makes thousands, and what is hashed holds nothing that JSON would write otherwise.
    """
    return _sha256(f'{{"model":"{model}","parameters":"{parameters}","policy":"{policy}","seed":{seed}}}')


class Template:
    """Plain data by name of which few values vary: their digests are made without writing the others anew."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._places = {name: place for place, name in enumerate(sorted(content))}
        self._texts = [_entry(name, content[name]) for name in self._places]

    def digest(self, changed: Mapping[str, Any]) -> str:
        """Return `digest` of the content with some of its values changed."""
        texts = self._texts.copy()
        for name, value in changed.items():
            texts[self._places[name]] = _entry(name, value)
        return _sha256(f"{{{','.join(texts)}}}")


class RunIds:
    """Ids of many runs, as `run_id` makes them. Settings of one kind and name are held against the first of them."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._first: dict[tuple[type, str], tuple[ParametersOrPolicy, Template]] = {}

    def settings(self, settings: ParametersOrPolicy) -> str:
        """Return the digest of settings, without writing what is the same in the first of their kind and name."""
        key = (type(settings), getattr(settings, "name", ""))
        if key not in self._first:
            self._first[key] = (settings, Template(_hashed(settings)))
        first, template = self._first[key]
        own, base = settings.__dict__, first.__dict__
        changed = {name: value for name, value in own.items() if value is not base[name]}
        if all(type(value) in PLAIN for value in changed.values()):
            return template.digest(changed)
        return _digest_of(settings)

    def run(self, parameters: str, policy: str, seed: int) -> bytes:
        """Return the id of a run from the digests of its settings, as 32 bytes."""
        return bytes.fromhex(run_digest(parameters, policy, seed, self._model))


@lru_cache(maxsize=512)
def _digest_of(settings: ParametersOrPolicy) -> str:
    """Return the hash of settings (cached, since a point repeats them)."""
    return digest(_hashed(settings))


def _hashed(settings: ParametersOrPolicy) -> dict[str, Any]:
    """Return the content of settings without the name that a policy has in tables."""
    return {key: value for key, value in settings.content().items() if key != "name"}


def _entry(name: str, value: Any) -> str:
    return f"{_canonical(name)}:{_canonical(value)}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
