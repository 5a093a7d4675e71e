"""Explain YAML syntax errors in plain words; quotes nothing of the file, for it may be a password."""

from ruamel.yaml.error import MarkedYAMLError

_BACKSLASH = (
    r"not YAML: \ has a special meaning in double quotes; write a Windows path in single quotes, "
    r"such as 'C:\certs\ca.cer'"
)
_INDENTATION = (
    "not YAML: wrong indentation; begin this line in the same column as the other keys of its section, "
    "or as the other entries of its list"
)
_COLON = (
    "not YAML: wrong indentation, a line above without its ':', or a second ': ' in one line; put texts with "
    "': ' in quotes"
)
_BRACKET = "not YAML: a comma or a closing bracket is missing in this line or in one above"
_OPEN = "not YAML: the file ends inside brackets or quotes"

# The first sign that occurs in the library's message decides.
_WORDS = {
    "'\\t'": "not YAML: a tab is used where only spaces can indent",
    "unknown escape character": _BACKSLASH,
    "expected escape sequence": _BACKSLASH,
    "undefined alias": "not YAML: * starts an alias that is not defined; put the text in quotes",
    "mapping values are not allowed": _COLON,
    "could not find expected ':'": "not YAML: a ':' is missing after a key, here or in the line above",
    "sequence entries are not allowed": "not YAML: a list starts on a line of its own; begin it below",
    "cannot start any token": (
        "not YAML: a text cannot start with this character (@, ` and % are reserved); put it in quotes"
    ),
    "found another": "not YAML: '---' starts a second document; a file has only one",
    "unexpected end of stream": _OPEN,
    "<stream end>": _OPEN,
    "but found '<scalar>'": (
        "not YAML: a text follows a closing quote or bracket; put the whole text in quotes, "
        "and write ' twice inside '...'"
    ),
    "expected <block end>": _INDENTATION,
    "expected '<document start>'": _INDENTATION,
    "expected ',' or": _BRACKET,
    "expected the node content": "not YAML: a value is missing here; put texts in quotes",
    "indentation indicators": "not YAML: a text that starts with > or | needs quotes",
    "maximum depth": "it is nested too deeply",
}


def yaml_words(error: MarkedYAMLError) -> str:
    """Return what the user has to change, or else the library's own message."""
    problem = str(error.problem or error.context or "")
    other = f"not YAML: {problem} {error.context or ''}".rstrip()
    return next((words for sign, words in _WORDS.items() if sign in problem), other)
