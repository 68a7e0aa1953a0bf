"""Settings declared once: type, default, unit, admissible range, meaning and source on one entry.

Validation, `nqpf parameters`, the page and sweeps all read these declarations.
"""

from functools import cache
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.declaration.errors import BadInput, unknown
from model.declaration.input_file import digest_of
from model.declaration.numbers import python_number
from model.declaration.yaml_text import read_yaml

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
    symbol: str = "",
) -> Any:
    """Declare a number: its default, unit, inclusive range [low, high], meaning and source.

    `log` marks a range to be drawn log-uniformly. `symbol` is the letter of the formulas.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "log": log, "symbol": symbol}
    return Field(default=default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def declare_efficacy(default: float, unit: str, meaning: str) -> Any:
    """Declare what public money achieves where the no-policy economy cannot tell: a tenth to ten times a guess."""
    return declare(default, unit, default / 10.0, default * 10.0, meaning, NOT_IDENTIFIED, log=True)


def declare_shock(meaning: str) -> Any:
    """Declare the quarter in which a shock strikes, -1 for never."""
    return declare(-1, _SHOCK, -1, 2000, f"{meaning}; -1: never", "scenario")


def is_efficacy(field: Any) -> bool:
    """Return whether a field was declared as what public money achieves."""
    return bool((field.json_schema_extra or {}).get("source") == NOT_IDENTIFIED)


def is_shock(field: Any) -> bool:
    """Return whether a field was declared as the quarter of a shock."""
    return bool((field.json_schema_extra or {}).get("unit") == _SHOCK)


def declare_choice(default: Any, meaning: str, source: str = "assumption", unit: str = "name") -> Any:
    """Declare a setting that is a word or a list of words; its type says what is allowed."""
    extra: dict[str, Any] = {"unit": unit, "source": source, "log": False}
    return Field(default=default, description=meaning, json_schema_extra=extra)


class Declared(BaseModel):
    """Frozen, validated, hashable settings that refuse unknown names with a one-line error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        plain = {name: self._plain(name, value) for name, value in values.items()}
        try:
            super().__init__(**plain)
        except ValidationError as error:
            raise _first_error(type(self), error) from None

    @classmethod
    def _plain(cls, name: str, value: Any) -> Any:
        """Return a value with numbers as Python's own. Raises BadInput for an unknown name and for no value."""
        if name not in cls.model_fields:
            kind = "policy setting" if cls.__name__ == "Policy" else "parameter"
            raise unknown(kind, name, cls.model_fields, cls.symbols()).within(name)
        if value is None:
            raise BadInput(_what_is_allowed(cls.model_fields[name]), name, problem=f"{name}: has no value")
        try:
            return 0.0 if cls.model_fields[name].annotation is float and _spells_zero(value) else python_number(value)
        except BadInput as error:
            raise BadInput(_what_is_allowed(cls.model_fields[name]) or error.allowed, name, error.value) from None

    def replace(self, **changes: Any) -> Self:
        """Return the same settings with some changed: what changes is validated, and that all fit each other."""
        changed = self.model_copy()
        try:
            for name, value in changes.items():
                self.__pydantic_validator__.validate_assignment(changed, name, self._plain(name, value))
        except ValidationError:  # settings may fit each other only when all are changed, and this says what is wrong
            return type(self)(**{**self.model_dump(exclude_unset=True), **changes})
        return changed

    @classmethod
    def check_value(cls, name: str, value: Any) -> None:
        """Raise BadInput for a value that a setting may not have, whatever the others are."""
        plain = {name: cls._plain(name, value)}
        try:
            cls.__pydantic_validator__.validate_python(plain, self_instance=cls.model_construct())
        except ValidationError as error:
            if error.errors()[0]["loc"]:  # otherwise it does not fit the others' defaults
                raise _first_error(cls, error) from None

    @classmethod
    def symbols(cls, prefix: str = "") -> dict[str, str]:
        """Return the names of the settings that have a symbol, by symbol."""
        named = {_symbol(field): prefix + name for name, field in cls.model_fields.items()}
        return {symbol: name for symbol, name in named.items() if symbol}

    def content(self) -> dict[str, Any]:
        """Return all that results depend on, as plain data: a file by its content, whatever its name."""
        plain = self.model_dump(mode="json")
        return plain | {name: digest_of(plain[name]) for name in _files(type(self))}

    @classmethod
    def declarations(cls) -> list[dict[str, Any]]:
        """Return every setting as `{name, symbol, default, unit, range, meaning, source}`."""
        defaults = cls().model_dump(mode="json")
        return [_declaration(name, field, defaults[name]) for name, field in cls.model_fields.items()]

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Read settings from YAML (or JSON, which is YAML)."""
        kind = cls.__name__.lower()
        values = read_yaml(text, kind).content
        if not isinstance(values, dict | None):
            raise BadInput("must be 'name: value' lines", kind, values)
        return cls(**(values or {}))

    def to_yaml(self) -> str:
        """Return these settings as YAML that `from_yaml` reads back to an equal object."""
        from io import StringIO

        from ruamel.yaml import YAML

        out = StringIO()
        writer = YAML()
        writer.default_flow_style = False
        writer.dump(self.model_dump(mode="json"), out)
        return out.getvalue()


def to_record(settings: Declared, **derived: float) -> Any:
    """Return the numbers of declared settings, then `derived` ones, as one NumPy record."""
    values: dict[str, int | float | bool] = {
        name: value for name in type(settings).model_fields if isinstance(value := getattr(settings, name), int | float)
    }
    values.update(derived)
    layout = [(name, "i8" if isinstance(value, int) else "f8") for name, value in values.items()]
    return np.rec.array([tuple(values.values())], dtype=np.dtype((np.record, layout)))[0]


def bounds(field: Any) -> tuple[float | None, float | None]:
    """Return the inclusive range of a declared number, (None, None) for words."""
    low = next((rule.ge for rule in field.metadata if hasattr(rule, "ge")), None)
    high = next((rule.le for rule in field.metadata if hasattr(rule, "le")), None)
    return low, high


def is_file(kind: type[Declared], name: str) -> bool:
    """Return whether a setting names an input file."""
    extra: Any = kind.model_fields[name].json_schema_extra or {}
    return bool(extra.get("unit") == "file")


@cache
def _files(kind: type[Declared]) -> tuple[str, ...]:
    """Return the settings that name input files."""
    return tuple(name for name in kind.model_fields if is_file(kind, name))


def allowed_words(annotation: Any) -> list[str]:
    """Return the words that a Literal (or a union with one) allows."""
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
        "symbol": _symbol(field),
        "default": default,
        "unit": extra.get("unit", ""),
        "range": span,
        "meaning": field.description,
        "source": extra.get("source", ""),
    }


def _symbol(field: Any) -> str:
    return str((field.json_schema_extra or {}).get("symbol", ""))


def _first_error(cls: type[Declared], error: ValidationError) -> BadInput:
    """Return the first validation error as one that knows the setting, its value and what is allowed."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    own = first.get("ctx", {}).get("error")
    if isinstance(own, BadInput):
        return own.within(name) if name else own
    return BadInput(_what_is_allowed(cls.model_fields[name]) or first["msg"], name, first["input"])


def _spells_zero(value: Any) -> bool:
    """Tell if a value is zero in words of a page or a table, such as "-0.0", which would be another number than 0.0."""
    try:
        return isinstance(value, str) and float(value) == 0.0
    except ValueError:
        return False


def _what_is_allowed(field: Any) -> str:
    """Return in words which numbers or words a setting may be, and nothing where neither is declared."""
    low, high = bounds(field)
    if low is not None:
        kind = "a whole number" if field.annotation is int else "a number"
        return f"must be {kind} from {low:g} to {high:g}"
    words = allowed_words(field.annotation)
    return "must be one of: " + ", ".join(words) if words else ""
