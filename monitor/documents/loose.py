"""Parse YAML made for other programs, leniently; oddities in it are not errors of the user."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from monitor.documents.words import yaml_words


def loose(text: str) -> tuple[Any, ...]:
    """Parse every document in a YAML text, ignoring tags, types and odd keys.

    An alias yields the same object again. Raises ``ValueError`` with a description of the error.
    """
    reader, known = YAML(typ="safe", pure=True), dict[int, Any]()
    reader.composer.warn_double_anchors = False
    reader.max_depth = 50  # its work grows with the square of the depth
    try:
        return tuple(_loose(root, known) for root in list(reader.compose_all(text)))
    except MarkedYAMLError as error:
        raise ValueError(yaml_words(error)) from None
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
