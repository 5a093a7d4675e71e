"""The JSON Schema of a configuration file, for editors and for ``cert-monitor config-schema``."""

from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from monitor.config.settings import FileSettings
from monitor.settings import duration_text


class _Generator(GenerateJsonSchema):
    """Writes defaults as they stand in a file."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default as JSON; the library writes a duration in the form of ISO 8601."""
        return duration_text(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def json_schema() -> dict[str, Any]:
    """Return the schema of a whole file (JSON Schema 2020-12); durations are strings."""
    schema = FileSettings.model_json_schema(by_alias=True, mode="validation", schema_generator=_Generator)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cert-monitor:configuration",
        **schema,
        "title": "cert-monitor configuration",
        "description": "What cert-monitor watches, how it judges certificates, and whom it notifies.",
    }
