"""The JSON Schema of a configuration file, for editors and for ``cert-monitor config-schema``."""

from typing import Any

from monitor.config.settings import FileSettings


def json_schema() -> dict[str, Any]:
    """Return the schema of a whole file (JSON Schema 2020-12); durations are strings."""
    schema = FileSettings.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "cert-monitor configuration",
        "description": "What cert-monitor watches, how it judges certificates, and whom it notifies.",
    }
