"""The JSON Schema of a configuration file describes every key and refuses what the parser refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.config import json_schema
from monitor.config.settings import FileSettings
from monitor.documents import read
from monitor.messages import languages
from support.json_schema import wrong

EXAMPLE = Path(__file__).parents[2] / "deploy" / "cert-monitor.example.yaml"
DOCUMENTED = """\
defaults:
  interval: 1h30m
  warn_before: [30d, 25%]
  critical_before: 7d
  trust: [system, 'C:\\certs\\ca.cer']
  accept: ['0A:FINGERPRINT']
  checks: {weak_key: off}
targets:
  - {kind: endpoint, address: '[fe80::1%eth0]:443', labels: {site: harbor}}
  - {kind: files, paths: ["/etc/ssl/vms/**/*.pem"]}
  - {kind: dns, name: 'portal.vms.example:443'}
email: {host: relay.vms.example, from: certs@vms.example, to: [admins@vms.example], timeout: 30s}
web: {listen: "[::1]:9850", hosts: [monitor.vms.example], external_url: "https://certs.vms.example"}
store: {url: "sqlite:////var/lib/cert-monitor/state.db", keep: 400d}
metrics: {labels: [component, site]}
""".replace("FINGERPRINT", "b" * 62)


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


def with_default(schema: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Iterate over every part of a schema that has a default, with its name."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if isinstance(value, dict | list):
            yield from with_default(value, f"{name}/{key}")
    if isinstance(schema, dict) and "default" in schema and "description" in schema:
        yield name, schema


def test_defaults_are_valid() -> None:
    """Every default is a value that may stand in a file."""
    whole = json_schema()
    found = dict(with_default(whole))
    assert [name for name, one in found.items() if wrong(one["default"], one, whole)] == []
    assert found["/$defs/AlertSettings/properties/every"]["default"] == "1m"


def test_identifier() -> None:
    """The schema has an identifier that names no host."""
    assert json_schema()["$id"] == "urn:cert-monitor:configuration"


@pytest.mark.parametrize("example", [DOCUMENTED, EXAMPLE.read_text(encoding="utf-8")])
def test_examples_are_valid(tmp_path: Path, example: str) -> None:
    """The documented files are valid by the schema too."""
    file = tmp_path / "config.yaml"
    file.write_text(example, encoding="utf-8")
    whole = json_schema()
    assert wrong(read(file).data, whole, whole) == []
