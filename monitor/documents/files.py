"""Read one file of YAML 1.2 or JSON; knows nothing of what its keys mean."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from monitor.documents.nodes import Keys, NodeReader, broken, dotted, kind_of, line_of, step
from monitor.documents.words import yaml_words
from monitor.errors import ConfigError, Problem

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """The contents of one file and their lines; ``problems`` are duplicate keys, tags and non-text keys.

    ``data`` is a mapping when ``read`` made it, a list when ``read_list`` did.
    """

    file: Path
    data: Any
    text: str = field(repr=False)
    problems: tuple[Problem, ...] = ()

    @cached_property
    def root(self) -> Any:
        """Return the node graph, built when the first line is needed: most files have no mistake."""
        return _compose(self.file, self.text)

    def line(self, keys: Keys) -> int:
        """Return the line of a key, or of its nearest parent that exists."""
        node, line = self.root, line_of(self.root)
        for key in keys:
            found = step(node, key)
            if found is None:
                break
            line, node = found
        return line

    def problem(self, keys: Keys, message: str) -> Problem:
        """Return a problem at a key of this file."""
        return Problem(str(self.file), self.line(keys), dotted(keys), message)


def read(file: Path) -> Document:
    """Read a file that contains a mapping.

    Raises ``ConfigError`` when it cannot be read, is not UTF-8 or not YAML, or contains anything but a
    mapping.
    """
    return _read(file, MappingNode, dict)


def read_list(file: Path) -> Document:
    """Read a file that contains a list; raises ``ConfigError`` as ``read`` does."""
    return _read(file, SequenceNode, list)


def _read(file: Path, wanted: type[Node], plain: type) -> Document:
    text = text_of(file)
    quick = _json(text) if file.suffix == ".json" else None
    if isinstance(quick, plain):
        return Document(file, quick, text)
    root = _compose(file, text)
    if root is None:
        raise broken(file, 0, "the file is empty")
    if not isinstance(root, wanted):
        needed = "keys and values" if wanted is MappingNode else "a list"
        raise broken(file, line_of(root), f"the file must be {needed}, not {kind_of(root)}")
    reader = NodeReader(file)
    data = reader.value(root, ())
    return Document(file, data, text, tuple(reader.problems))


def parsed(file: Path, text: str) -> dict[str, Any] | None:
    """Return what a part of a file contains, ``None`` where it has a mistake; without lines and problems."""
    try:
        root = _compose(file, text)
        reader = NodeReader(file)
        data = reader.value(root, ()) if isinstance(root, MappingNode) else {} if root is None else None
    except ConfigError:
        return None
    return None if reader.problems else data


def _json(text: str) -> Any:
    """Parse a generated JSON file, a hundred times faster than as YAML.

    JSON is YAML too: anything odd (an error, a duplicate key) is left to the YAML parser, which explains it.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is set twice")
    return found


def text_of(file: Path) -> str:
    """Return the text of a file; raise ``ConfigError`` when it cannot be read or is not UTF-8."""
    try:
        # Opening a directory fails with a misleading error on Windows, opening a pipe may never return.
        if file.is_dir():
            raise broken(file, 0, "is a folder; name a file in it")
        if file.exists() and not file.is_file():
            raise broken(file, 0, "is no regular file")
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        raise broken(file, 0, "the file does not exist") from None
    except OSError as error:
        raise broken(file, 0, f"the file cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise broken(file, 0, f"the file is larger than {_LARGEST >> 20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise broken(file, line, "the file is not UTF-8; save it as UTF-8") from None


def _compose(file: Path, text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    try:
        return reader.compose(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise broken(
            file, line, f"the file has a control character (U+{ord(_one(error.character)):04X})"
        ) from None
    except MarkedYAMLError as error:
        # Only the problem is quoted, never the excerpt: that may show a password.
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise broken(file, line, yaml_words(error)) from None
    except RecursionError:
        raise broken(file, 0, "the file is nested too deeply") from None
    except AssertionError:
        # The library asserts that %YAML names 1.1 or 1.2.
        raise broken(file, 0, "the file must be YAML 1.2; remove the line that starts with %YAML") from None
    except (YAMLError, ValueError) as error:
        raise broken(file, 0, f"the file is not YAML ({type(error).__name__})") from None


def _one(character: Any) -> str:
    return character if isinstance(character, str) else chr(character)
