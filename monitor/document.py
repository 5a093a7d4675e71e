"""One YAML 1.2 file as plain Python values with the line of every key; knows nothing of what the keys mean.

The node graph is read instead of loading objects: so duplicate keys and tags are seen, every value has
a line, and no type of the YAML library leaves this file.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from monitor.errors import ConfigError, Problem

Keys = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_LARGEST = 64 * 1024 * 1024
_DEEPEST = 32
_MOST_VALUES = 5_000_000


@dataclass(frozen=True)
class Document:
    """Hold what one file says and where; ``problems`` are duplicate keys, tags and keys that are no text.

    ``data`` is a mapping when ``read`` made it, a list when ``read_list`` did.
    """

    file: Path
    data: Any
    text: str = field(repr=False)
    problems: tuple[Problem, ...] = ()

    @cached_property
    def root(self) -> Any:
        """Return the node graph, made when the first line is asked for: most files have no mistake."""
        return _compose(self.file, self.text)

    def line(self, keys: Keys) -> int:
        """Return the line of a key, or of the nearest thing around it that exists."""
        node, line = self.root, _line(self.root)
        for key in keys:
            found = _step(node, key)
            if found is None:
                break
            line, node = found
        return line

    def problem(self, keys: Keys, message: str) -> Problem:
        """Return a mistake at a key of this file."""
        return Problem(str(self.file), self.line(keys), dotted(keys), message)


def dotted(keys: Keys) -> str:
    """Return keys as people write them: ``targets[2].address``."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def read(file: Path) -> Document:
    """Return the mapping that a file holds.

    Raises ``ConfigError`` when it cannot be read, is not UTF-8 or not YAML, or holds something else than
    a mapping.
    """
    return _read(file, MappingNode, dict)


def read_list(file: Path) -> Document:
    """Return the list that a file holds; raises ``ConfigError`` as ``read`` does."""
    return _read(file, SequenceNode, list)


def _read(file: Path, wanted: type[Node], plain: type) -> Document:
    text = _text(file)
    quick = _json(text) if file.suffix == ".json" else None
    if isinstance(quick, plain):
        return Document(file, quick, text)
    root = _compose(file, text)
    if root is None:
        raise _error(file, 0, "the file is empty")
    if not isinstance(root, wanted):
        needed = "keys and values" if wanted is MappingNode else "a list"
        raise _error(file, _line(root), f"the file must hold {needed}, not {_kind(root)}")
    reader = _Reader(file)
    data = reader.value(root, ())
    return Document(file, data, text, tuple(reader.problems))


def _json(text: str) -> Any:
    """Return what a generated JSON file holds, a hundred times faster than YAML is read.

    JSON is YAML too: whatever is odd (an error, a duplicate key) is left to the slow way, which explains it.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None


def loose(text: str) -> tuple[Any, ...]:
    """Return what each document of YAML text holds, forgiving tags, types and odd keys.

    What an alias stands for is the same object again. Raises ``ValueError`` with what is wrong.
    """
    reader, known = YAML(typ="safe", pure=True), dict[int, Any]()
    reader.composer.warn_double_anchors = False
    reader.max_depth = 50  # its work grows with the square of the depth
    try:
        return tuple(_loose(root, known) for root in list(reader.compose_all(text)))
    except MarkedYAMLError as error:
        raise ValueError(_yaml_words(error)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"the text is not YAML ({type(error).__name__})") from None


def _loose(node: Any, known: dict[int, Any]) -> Any:
    made: Any = known.get(id(node), str(node.value) if isinstance(node, ScalarNode) else None)
    if made is None and isinstance(node, MappingNode):
        made = known[id(node)] = {}
        for name, value in node.value:
            made[str(name.value) if isinstance(name, ScalarNode) else "?"] = _loose(value, known)
    elif made is None and isinstance(node, SequenceNode):
        made = known[id(node)] = []
        made += [_loose(item, known) for item in node.value]
    return made


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _error(file: Path, line: int, message: str) -> ConfigError:
    return ConfigError((Problem(str(file), line, "", message),))


def _text(file: Path) -> str:
    try:
        # Opening a directory fails with a misleading error on Windows, opening a pipe may never return.
        if file.is_dir():
            raise _error(file, 0, "is a folder; name a file in it")
        if file.exists() and not file.is_file():
            raise _error(file, 0, "is no regular file")
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        raise _error(file, 0, "the file does not exist") from None
    except OSError as error:
        raise _error(file, 0, f"the file cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise _error(file, 0, f"the file is larger than {_LARGEST >> 20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(file, line, "the file is not UTF-8; save it as UTF-8") from None


def _compose(file: Path, text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _error(
            file, line, f"the file holds a control character (U+{ord(_one(error.character)):04X})"
        ) from None
    except MarkedYAMLError as error:
        # Only the problem is quoted, never the excerpt: that may show a password.
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise _error(file, line, _yaml_words(error)) from None
    except RecursionError:
        raise _error(file, 0, "the file is nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise _error(file, 0, f"the file is not YAML ({type(error).__name__})") from None


def _one(character: Any) -> str:
    return character if isinstance(character, str) else chr(character)


_WORDS = {
    "'\\t'": "not YAML: a tab stands where only spaces may indent",
    "undefined alias": "not YAML: * starts an alias that is not defined; put the text in quotes",
    "mapping values are not allowed": (
        "not YAML: a second ': ' in one line, or wrong indentation; put texts with ': ' in quotes"
    ),
    "found another": "not YAML: '---' starts a second document; a file holds one",
    "unexpected end of stream": "not YAML: the end of the file stands inside brackets or quotes",
    "<stream end>": "not YAML: the end of the file stands inside brackets or quotes",
    "maximum depth": "it is nested too deeply",
}


def _yaml_words(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "")
    other = f"not YAML: {problem} {error.context or ''}".rstrip()
    return next((words for sign, words in _WORDS.items() if sign in problem), other)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _step(node: Any, key: str | int) -> tuple[int, Any] | None:
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == key:
                return _line(name), value
    elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        return _line(node.value[key]), node.value[key]
    return None


def _kind(node: Any) -> str:
    if isinstance(node, MappingNode):
        return "keys and values"
    return "a list" if isinstance(node, SequenceNode) else "a single value"


class _Reader:
    """Turn nodes into plain values and collect what is wrong with their form."""

    def __init__(self, file: Path) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._values = 0

    def value(self, node: Node, keys: Keys) -> Any:
        """Return the plain value of a node; something harmless stands in for a wrong one."""
        self._values += 1
        # Aliases of aliases grow without bound (and one to itself never ends): both limits catch them.
        if len(keys) > _DEEPEST or self._values > _MOST_VALUES:
            raise _error(self._file, _line(node), "nested too deeply, or an alias that repeats itself")
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
                lines[name.value] = _line(name)
                result[name.value] = self.value(value, (*keys, name.value))
        return result

    def _say(self, node: Any, keys: Keys, message: str) -> None:
        self.problems.append(Problem(str(self._file), _line(node), dotted(keys), message))


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
