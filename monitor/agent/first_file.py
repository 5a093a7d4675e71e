"""The file of an agent that has none yet: what its invitation says, and what its administrator allows."""

import json
from collections.abc import Sequence

_FORM = """\
# Written by cert-monitor agent enroll. Every key is described in docs/zones.md.
zone: {zone}
name: {name}
centers: [{center}]
trust: [center-ca.pem]
token_file: agent.token

# What may be probed, whatever the center orders: nothing else is.
allow: {allow}

spool: {{folder: {spool}, limit: 1GB}}
"""


def first_file(zone: str, name: str, center: str, allow: Sequence[str], spool: str) -> str:
    """Return the text of the file."""
    return _FORM.format(
        zone=json.dumps(zone),
        name=json.dumps(name),
        center=json.dumps(center),
        allow=json.dumps(list(allow)),
        spool=json.dumps(spool),
    )
