"""Text in YAML as plain data, with the line of every key, bounded before anything is built."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from model.declaration.errors import BadInput

MOST_CHARACTERS = 200_000
MOST_NESTED = 100
MOST_ITEMS = 20_000
"""Values, names and lists in a text, with all that aliases repeat."""

_LAST = re.compile(r"(\.[^.\[]*|\[\d+\])$")


class YamlText(NamedTuple):
    """The content of a text: dicts with text as keys, lists, numbers, words. `lines` holds a line per key's address."""

    content: Any
    lines: Mapping[str, int]

    def line_of(self, key: str) -> int:
        """Return the line of the setting at an address, or of the nearest one that holds it."""
        while key and key not in self.lines:
            key = _LAST.sub("", key) if _LAST.search(key) else ""
        return self.lines.get(key, 1)


def read_yaml(text: str, place: str) -> YamlText:
    """Read a text in YAML. Raises BadInput, with `place` and a line, for bad YAML and for too much of it."""
    from ruamel.yaml import YAML

    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"must have at most {MOST_CHARACTERS} characters", place=place)
    try:
        _check_bounds(YAML(typ="safe", pure=True).parse(text), place)
        constructor, parser = YAML(typ="safe", pure=True).get_constructor_parser(text)
        node = constructor.composer.get_single_node()
        content = None if node is None else constructor.construct_document(node)
        parser.dispose()
    except BadInput:
        raise
    except Exception as error:  # the parser's own errors, and whatever else it stumbles over
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error).split("\n")[0]
        raise BadInput(f"not valid YAML: {problem}").at(place, mark.line + 1 if mark else 1) from None
    return YamlText(_with_text_keys(content), {} if node is None else dict(_lines_of(node, "")))


def _check_bounds(events: Any, place: str) -> None:
    """Raise BadInput for text that is nested too deep, or too long when its aliases are written out."""
    items = 0
    sizes: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = []  # anchors of all that holds the next event, and the items before each
    for event in events:
        kind, anchor, line = type(event).__name__, getattr(event, "anchor", None), event.start_mark.line + 1
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            anchor, before = opened.pop()
            sizes |= {anchor: items - before} if anchor else {}
        elif kind == "AliasEvent":
            if any(anchor == outer for outer, _ in opened):
                raise BadInput("must not hold itself", problem=f"alias *{anchor}").at(place, line)
            items += sizes.get(str(anchor), 1)
        elif kind == "ScalarEvent":
            items += 1
            sizes |= {anchor: 1} if anchor else {}
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            opened.append((anchor, items))
            items += 1
        if len(opened) > MOST_NESTED:
            raise BadInput(f"must be nested at most {MOST_NESTED} deep").at(place, line)
        if items > MOST_ITEMS:
            raise BadInput(f"must hold at most {MOST_ITEMS} items, with what aliases repeat").at(place, line)


def _lines_of(node: Any, address: str) -> Iterator[tuple[str, int]]:
    """Yield the address and the line, counted from 1, of everything that a node holds."""
    if node.id == "sequence":
        for number, item in enumerate(node.value):
            yield f"{address}[{number}]", item.start_mark.line + 1
            yield from _lines_of(item, f"{address}[{number}]")
    elif node.id == "mapping":
        for key, item in node.value:
            inner = f"{address}.{key.value}" if address else str(key.value)
            yield inner, key.start_mark.line + 1
            yield from _lines_of(item, inner)


def _with_text_keys(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _with_text_keys(item) for key, item in content.items()}
    if isinstance(content, list):
        return [_with_text_keys(item) for item in content]
    return content
