"""The Grafana dashboards as code: each file that they are written to, and its text."""

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from mixin.overview import overview
from mixin.site import site


def dashboards() -> dict[str, str]:
    """Return the JSON of each dashboard by the name of its file, the same at every call."""
    encoder = JSONEncoder(indent=1, ensure_ascii=False)
    return {f"{one.uid}.json": encoder.encode(one) + "\n" for one in (overview(), site())}
