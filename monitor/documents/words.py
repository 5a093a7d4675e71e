"""Explain YAML syntax errors in plain words; quotes nothing of the file, for it may be a password."""

from ruamel.yaml.error import MarkedYAMLError

_WORDS = {
    "'\\t'": "not YAML: a tab is used where only spaces can indent",
    "undefined alias": "not YAML: * starts an alias that is not defined; put the text in quotes",
    "mapping values are not allowed": (
        "not YAML: a second ': ' in one line, or wrong indentation; put texts with ': ' in quotes"
    ),
    "found another": "not YAML: '---' starts a second document; a file has only one",
    "unexpected end of stream": "not YAML: the file ends inside brackets or quotes",
    "<stream end>": "not YAML: the file ends inside brackets or quotes",
    "maximum depth": "it is nested too deeply",
}


def yaml_words(error: MarkedYAMLError) -> str:
    """Return what the user has to change, or else the library's own message."""
    problem = str(error.problem or error.context or "")
    other = f"not YAML: {problem} {error.context or ''}".rstrip()
    return next((words for sign, words in _WORDS.items() if sign in problem), other)
