"""Convert YAML nodes into plain values with their lines; opens no file."""

from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import ConfigError, Problem

Keys = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_DEEPEST = 32
_MOST_REPEATED = 100_000
"""Values that aliases may add to those that are written out: a dozen lines could name billions."""


def dotted(keys: Keys) -> str:
    """Return keys as people write them: ``targets[2].address``."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def broken(file: Path, line: int, message: str) -> ConfigError:
    """Return the error that a whole file cannot be used; line 0 means no particular line."""
    return ConfigError((Problem(str(file), line, "", message),))


def line_of(node: Any) -> int:
    """Return the line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def step(node: Any, key: str | int) -> tuple[int, Any] | None:
    """Return the line and the value of a key in a node, ``None`` if absent."""
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == key:
                return line_of(name), value
    elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        return line_of(node.value[key]), node.value[key]
    return None


def kind_of(node: Any) -> str:
    """Return the kind of a node, for people."""
    if isinstance(node, MappingNode):
        return "keys and values"
    return "a list" if isinstance(node, SequenceNode) else "a single value"


class NodeReader:
    """Converts nodes into plain values and collects problems of their form."""

    def __init__(self, file: Path) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._known: set[int] = set()
        self._repeated = 0

    def value(self, node: Node, keys: Keys) -> Any:
        """Return the plain value of a node; an invalid one becomes a harmless value."""
        self._repeated += id(node) in self._known
        self._known.add(id(node))
        # Aliases of aliases grow without bound (and one to itself never ends): both limits catch them.
        if len(keys) > _DEEPEST or self._repeated > _MOST_REPEATED:
            raise broken(self._file, line_of(node), "nested too deeply, or an alias that repeats itself")
        if not str(node.tag).startswith(_TAG):
            self._say(node, keys, f"tags such as {node.tag} have no meaning here; put the text in quotes")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*keys, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: MappingNode, keys: Keys) -> dict[str, Any]:
        result: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for name, value in node.value:
            if not isinstance(name, ScalarNode) or name.tag not in (f"{_TAG}str", f"{_TAG}merge"):
                self._say(name, keys, "a key must be a text; put it in quotes")
            elif name.value in result:
                self._say(name, (*keys, name.value), f"is already set at line {lines[name.value]}")
            else:
                lines[name.value] = line_of(name)
                result[name.value] = self.value(value, (*keys, name.value))
        return result

    def _say(self, node: Any, keys: Keys, message: str) -> None:
        self.problems.append(Problem(str(self._file), line_of(node), dotted(keys), message))


def _scalar(node: Node) -> Any:
    text = str(node.value)
    match str(node.tag).removeprefix(_TAG):
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int":
            return _integer(text)
        case "float":
            return _number(text)
    return text


def _integer(text: str) -> int | str:
    try:
        return int(text, 0) if text[:2].lower() in ("0x", "0o") else int(text)
    except ValueError:
        return text


def _number(text: str) -> float | str:
    try:
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
