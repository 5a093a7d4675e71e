"""The JSON Schema of a configuration file describes every key."""

from monitor.config import json_schema
from monitor.config.settings import FileSettings
from monitor.messages import languages


def test_schema_names_every_section() -> None:
    """The JSON Schema describes every section of a file."""
    assert set(json_schema()["properties"]) == set(FileSettings.model_fields)


def test_schema_uses_the_keys_of_the_file() -> None:
    """The JSON Schema calls the sender ``from``, as the file does."""
    properties = json_schema()["$defs"]["EmailSettings"]["properties"]
    assert ("from" in properties, "sender" in properties) == (True, False)


def test_schema_writes_lengths_as_texts() -> None:
    """The JSON Schema takes lengths of time as texts."""
    schema = json_schema()["$defs"]["AlertSettings"]["properties"]["every"]
    assert schema["type"] == "string"


def test_schema_lists_the_languages() -> None:
    """The JSON Schema offers every language that there is."""
    properties = json_schema()["$defs"]["EmailSettings"]["properties"]
    assert properties["language"]["enum"] == list(languages())


def test_schema_describes_every_key() -> None:
    """Every key of every section has a description, for editors."""
    bare = [
        f"{name}.{key}"
        for name, section in json_schema()["$defs"].items()
        for key, value in section.get("properties", {}).items()
        if key != "kind" and not value.get("description") and name != "Margin"
    ]
    assert bare == []
