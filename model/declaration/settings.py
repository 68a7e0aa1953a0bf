"""Settings declared once: type, default, unit, admissible range, meaning and source on one entry.

Validation, `nqpf parameters`, the page and sweeps all read these declarations.
"""

from functools import cache
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from model.declaration.errors import BadInput, unknown
from model.declaration.input_file import digest_of

NOT_IDENTIFIED = "assumption; not identified by the no-policy economy: studies draw it over two orders of magnitude"


_SHOCK = "quarter of the shock"


def declare(
    default: Any,
    unit: str,
    low: float | None,
    high: float | None,
    meaning: str,
    source: str = "assumption",
    log: bool = False,
) -> Any:
    """Declare a number: its default, unit, inclusive range [low, high], meaning and source.

    `log` marks a range to be drawn log-uniformly.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "log": log}
    return Field(default=default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def declare_efficacy(default: float, unit: str, meaning: str) -> Any:
    """Declare what public money achieves where the no-policy economy cannot tell: a tenth to ten times a guess."""
    return declare(default, unit, default / 10.0, default * 10.0, meaning, NOT_IDENTIFIED, log=True)


def declare_shock(meaning: str) -> Any:
    """Declare the quarter in which a shock strikes, -1 for never."""
    return declare(-1, _SHOCK, -1, 2000, f"{meaning}; -1: never", "scenario")


def is_efficacy(field: Any) -> bool:
    """Whether a field was declared as what public money achieves."""
    return bool((field.json_schema_extra or {}).get("source") == NOT_IDENTIFIED)


def is_shock(field: Any) -> bool:
    """Whether a field was declared as the quarter of a shock."""
    return bool((field.json_schema_extra or {}).get("unit") == _SHOCK)


def declare_choice(default: Any, meaning: str, source: str = "assumption", unit: str = "name") -> Any:
    """Declare a setting that is a word or a list of words; its type says what is allowed."""
    extra: dict[str, Any] = {"unit": unit, "source": source, "log": False}
    return Field(default=default, description=meaning, json_schema_extra=extra)


class Declared(BaseModel):
    """Frozen, validated, hashable settings that refuse unknown names with a one-line error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_truth(cls, value: Any) -> Any:
        """True is 1 to Python, but nobody's number."""
        if isinstance(value, bool):
            raise PydanticCustomError("truth", "must not be true or false")
        return value

    def __init__(self, **values: Any) -> None:
        kind = type(self).__name__.lower()
        for name in values:
            if name not in type(self).model_fields:
                raise unknown(f"{kind} setting" if kind == "policy" else "parameter", name, type(self).model_fields)
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise BadInput(f"{kind}: {_first_fault(type(self), error)}") from None

    def replace(self, **changes: Any) -> Self:
        """Return the same settings with some changed: what changes is validated, and that all fit each other."""
        changed = self.model_copy()
        try:
            for name, value in changes.items():
                self.__pydantic_validator__.validate_assignment(changed, name, value)
        except ValidationError:  # settings may fit each other only when all are changed, and this says what is wrong
            return type(self)(**{**self.model_dump(), **changes})
        return changed

    @classmethod
    def check_value(cls, name: str, value: Any) -> None:
        """Raise BadInput for a value that a setting may not have, whatever the others are."""
        try:
            cls.__pydantic_validator__.validate_python({name: value}, self_instance=cls.model_construct())
        except ValidationError as error:
            if error.errors()[0]["loc"]:  # or it does not go with the others' defaults
                raise BadInput(_first_fault(cls, error)) from None

    def content(self) -> dict[str, Any]:
        """All that results depend on, as plain data: a file by what it holds, whatever it is called."""
        plain = self.model_dump(mode="json")
        return plain | {name: digest_of(plain[name]) for name in _files(type(self))}

    @classmethod
    def declarations(cls) -> list[dict[str, Any]]:
        """Every setting as `{name, default, unit, range, meaning, source}`."""
        defaults = cls().model_dump(mode="json")
        return [_declaration(name, field, defaults[name]) for name, field in cls.model_fields.items()]

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Read settings from YAML (or JSON, which is YAML)."""
        from ruamel.yaml import YAML, YAMLError

        try:
            values = YAML(typ="safe").load(text)
        except YAMLError as error:
            raise BadInput(f"{cls.__name__.lower()}: not valid YAML: {' '.join(str(error).split())}") from None
        values = {} if values is None else values
        if not isinstance(values, dict):
            raise BadInput(f"{cls.__name__.lower()}: expected 'name: value' lines, got {type(values).__name__}")
        return cls(**{str(key): value for key, value in values.items()})

    def to_yaml(self) -> str:
        """These settings as YAML that `from_yaml` reads back to an equal object."""
        from io import StringIO

        from ruamel.yaml import YAML

        out = StringIO()
        writer = YAML()
        writer.default_flow_style = False
        writer.dump(self.model_dump(mode="json"), out)
        return out.getvalue()


def to_record(settings: Declared, **derived: float) -> Any:
    """Numbers (and truth values) of declared settings, then `derived` ones, as one NumPy record."""
    values: dict[str, int | float | bool] = {
        name: value for name in type(settings).model_fields if isinstance(value := getattr(settings, name), int | float)
    }
    values.update(derived)
    layout = [(name, "i8" if isinstance(value, int) else "f8") for name, value in values.items()]
    return np.rec.array([tuple(values.values())], dtype=np.dtype((np.record, layout)))[0]


def bounds(field: Any) -> tuple[float | None, float | None]:
    """The inclusive range of a declared number, (None, None) for words."""
    low = next((rule.ge for rule in field.metadata if hasattr(rule, "ge")), None)
    high = next((rule.le for rule in field.metadata if hasattr(rule, "le")), None)
    return low, high


def is_file(kind: type[Declared], name: str) -> bool:
    """Whether a setting names an input file."""
    extra: Any = kind.model_fields[name].json_schema_extra or {}
    return bool(extra.get("unit") == "file")


@cache
def _files(kind: type[Declared]) -> tuple[str, ...]:
    """Return the settings that name input files."""
    return tuple(name for name in kind.model_fields if is_file(kind, name))


def allowed_words(annotation: Any) -> list[str]:
    """The words a Literal (or a union with one) allows."""
    from typing import get_args

    words: list[str] = []
    for part in get_args(annotation):
        words += [part] if isinstance(part, str) else allowed_words(part)
    return words


def _declaration(name: str, field: Any, default: Any) -> dict[str, Any]:
    low, high = bounds(field)
    span: list[Any] | None = [low, high] if low is not None else allowed_words(field.annotation) or None
    extra = field.json_schema_extra or {}
    return {
        "name": name,
        "default": default,
        "unit": extra.get("unit", ""),
        "range": span,
        "meaning": field.description,
        "source": extra.get("source", ""),
    }


def _first_fault(cls: type[Declared], error: ValidationError) -> str:
    """The first validation fault as '<name> = <value>: <what is allowed>'."""
    fault = error.errors()[0]
    if not fault["loc"]:
        return str(fault["msg"]).removeprefix("Value error, ")
    name = str(fault["loc"][0])
    said = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] != "value_error":
        said = _what_is_allowed(cls.model_fields[name]) or said
    return f"{name} = {fault['input']!r}: {said}"


def _what_is_allowed(field: Any) -> str:
    """The numbers or words that a setting may be, in words; empty where neither is declared."""
    low, high = bounds(field)
    if low is not None:
        kind = "a whole number" if field.annotation is int else "a number"
        return f"must be {kind} from {low:g} to {high:g}"
    words = allowed_words(field.annotation)
    return "must be one of: " + ", ".join(words) if words else ""
