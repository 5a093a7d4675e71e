"""Explain validation errors in plain English, without showing secrets.

The messages of the validation library are for programmers; each error that a file can cause has its own
sentence here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from monitor.config.validation.candidates import MOST, instead_of, kind_instead_of, nearest, some_of
from monitor.documents import Document, Keys
from monitor.errors import Problem
from monitor.settings import RENAMED, renamed

_SECRET = re.compile(r"password|passphrase|secret|token", re.IGNORECASE)
# Credentials in an address: people write https://user:password@host.
_LOGIN = re.compile(r"[^\s/@:]*:[^\s@]*@")
_LONGEST_VALUE = 60


def problems_of(document: Document, model: type[BaseModel], errors: Sequence[ErrorDetails]) -> list[Problem]:
    """Return one problem for each error of checking a document against a model."""
    wrong = {error["loc"][:-1] for error in errors}
    # A list with only invalid entries is reported as too short as well: one mistake, one sentence.
    kept = [error for error in errors if not (error["type"] == "too_short" and error["loc"] in wrong)]
    return list(dict.fromkeys(_problem(document, model, error) for error in kept))


def _problem(document: Document, model: type[BaseModel], error: ErrorDetails) -> Problem:
    keys = _keys(document.data, error["loc"])
    if error["type"] == "union_tag_invalid":
        keys = (*keys, "kind")
    return document.problem(keys, _renamed_check(error) or _sentence(model, keys, error))


def _renamed_check(error: ErrorDetails) -> str:
    given = error["input"]
    is_key = error["type"] == "enum" and error["loc"][-1] == "[key]"
    return renamed(given) if is_key and given in RENAMED else ""


def _keys(data: Any, loc: tuple[int | str, ...]) -> Keys:
    """Return the keys of an error location as written in the file, without names of union members."""
    keys: list[int | str] = []
    here = data
    for index, part in enumerate(loc):
        try:
            here = here[part]
        except (LookupError, TypeError):
            # Not in the file: a missing key, which comes last, or the kind of a target.
            if index + 1 < len(loc) or not isinstance(here, Mapping) or part in (here.get("kind"), "[key]"):
                continue
            here = None
        keys.append(part)
    return tuple(keys)


def _sentence(model: type[BaseModel], keys: Keys, error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _names_of(_models_at(model, keys[:-1], error["loc"]))
        return _known_case(known, str(keys[-1])) or _misplaced(model, keys) or _unknown(known, str(keys[-1]))
    if kind == "missing":
        return "is missing"
    if kind == "union_tag_not_found":
        return f"kind is missing; allowed: {some_of('', _kinds(model, keys))}"
    if kind == "union_tag_invalid":
        meant = kind_instead_of(context["tag"], _kinds(model, keys[:-1]))
        return f"unknown kind (got {context['tag']!r}); {meant}"
    if kind == "too_short":
        return f"needs at least {_count(context['min_length'], 'entry', 'entries')}"
    return _wrong_value(error, context) + _got(keys, error)


def _wrong_value(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return _alternatives(str(error["input"]), str(context["expected"]))
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    return f"is not allowed here ({kind.replace('_', ' ')})"


_MAPPING = "must be keys and values"
_TEXT = "must be a text; put it in quotes"
_NUMBER = "must be a whole number"
_SENTENCES = {
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": _TEXT,
    "string_too_short": "must not be empty",
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": _NUMBER,
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
}


def _got(keys: Keys, error: ErrorDetails) -> str:
    """Return the value as `` (got 'x')``; secrets and values of rules over several keys are left out."""
    value = error["input"]
    whole = isinstance(value, list | tuple | Mapping)
    if whole and error["type"] == "value_error":
        return ""
    if any(isinstance(key, str) and _SECRET.search(key) for key in keys):
        return " (got ***)"
    return f" (got {_shown(_without_secrets(value) if isinstance(value, str) else value)})"


def _without_secrets(value: str) -> str:
    """Return a text without a login before a host, and without options of a URL that name a secret."""
    shown = _LOGIN.sub("***@", value)
    before, mark, options = shown.partition("?")
    return f"{before}?***" if mark and "://" in before and _SECRET.search(options) else shown


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str() if len(value) > _LONGEST_VALUE:
            return f"{value[:_LONGEST_VALUE]!r} and more"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "keys and values"
    return repr(value)


def _known_case(known: Sequence[str], key: str) -> str:
    """Return the sentence for a key that people are known to write, empty for any other."""
    if _SECRET.search(key) and "password_file" in known:
        return "a password must not be in this file; use password_file or password_env"
    if _SECRET.search(key) and "client_secret_file" in known:
        return "a secret must not be in this file; use client_secret_file or client_secret_env"
    if key == "transport" and "configuration_name" in known:
        return "unknown key; Windows machines are always read over WinRM: remove it"
    return renamed(key) if RENAMED.get(key) in known else ""


def _misplaced(model: type[BaseModel], keys: Keys) -> str:
    """Return the sentence for a key that is known elsewhere: its indentation is wrong. Empty for others."""
    key = str(keys[-1])
    if len(keys) > 1:
        is_section = key in _names(model)
        return f"unknown key here; {key} is a section of its own: begin it in the first column" * is_section
    fields = model.model_fields.items()
    sections = [name for name, field in fields if key in _names_of([*_models_in(field.annotation)])]
    return f"unknown section; {key} belongs under {' or '.join(sections[:5])}: indent it" if sections else ""


def _unknown(known: Sequence[str], key: str) -> str:
    return f"unknown key; {instead_of(key, known) if known else 'no keys are allowed here'}"


def _names_of(models: Sequence[type[BaseModel]]) -> list[str]:
    return sorted({name for model in models for name in _names(model)})


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _kinds(model: type[BaseModel], keys: Keys) -> list[str]:
    return [kind for one in _models_at(model, keys, ()) for kind in kinds_of(one)]


def _alternatives(given: str, expected: str) -> str:
    known = expected.replace("'", "").replace(" or ", ", ").split(", ")
    near = nearest(given, known) if len(known) > MOST else ""
    return f"is unknown; did you mean {near}?" if near else f"must be one of {some_of(given, known)}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _models_at(model: type[BaseModel], keys: Keys, loc: Sequence[int | str]) -> list[type[BaseModel]]:
    """Return the settings classes allowed at some keys; kinds named in ``loc`` narrow the choice."""
    models = [model]
    chosen = False  # whether the next key is a name chosen by the user
    for key in keys:
        if isinstance(key, str) and not chosen:
            fields = [
                field for one in models for n, field in one.model_fields.items() if key in (n, field.alias)
            ]
            models = [found for field in fields for found in _models_in(field.annotation)]
            chosen = any(get_origin(field.annotation) is dict for field in fields)
        else:
            chosen = False
    narrowed = [one for one in models if set(map(str, loc)) & set(kinds_of(one))]
    return narrowed or models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        if not isinstance(inner, str | Enum):
            yield from _models_in(inner)


def kinds_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the kinds of a settings class, nothing for sections without kinds."""
    field = model.model_fields.get("kind")
    return tuple(str(value) for value in get_args(field.annotation)) if field else ()
