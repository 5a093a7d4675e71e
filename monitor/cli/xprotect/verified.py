"""The results of ``verify``, as text and as published JSON; pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from monitor.cli.xprotect.certificate import expiry
from monitor.cli.xprotect.in_use import UseOfNew
from monitor.cli.xprotect.targets import group_of
from monitor.cli.xprotect.verdict import PortResult, PortVerdict, absent, group_ports, half_switched, worst_of
from monitor.messages import Writer
from monitor.parse import display
from monitor.planning.renewal_day.exit_codes import explanation, signed

_COLORS = {
    PortVerdict.GREEN: "green",
    PortVerdict.VALID: "cyan",
    PortVerdict.RED: "red",
    PortVerdict.UNVERIFIED: "magenta",
}
_LONGEST = 4096
_SOURCES = {
    0: "MilestonePSTools",
    -1: "MilestonePSTools",
    -2: "MilestonePSTools",
    -3: "MilestonePSTools",
    -4: "MilestonePSTools",
    50: "PowerShellSamples issue 142, where nobody could explain it",
    100: "PowerShellSamples issue 71",
}
WHICH = (
    "whether a port serves the new certificate: nothing says which one that is. Name it with --expect "
    "THUMBPRINT or --expect FILE, or use --config with a report or the stores of that machine"
)
REGISTERED = (
    "whether the server was registered at the management server afterwards: name the exit code of Server "
    "Configurator with --exit-code, and see in Management Client whether the server is connected"
)
KEYS = "whether the service can read the private key: that takes --config with the stores of that machine"


@dataclass(frozen=True, slots=True)
class Verification:
    """All that was found about one host; ``configurator`` is Server Configurator's exit code."""

    host: str
    ports: tuple[PortResult, ...]
    stores_known: bool
    configurator: int | None = None

    @property
    def not_known(self) -> tuple[str, ...]:
        """Return what cannot be known from here, in sentences."""
        served = [port for port in self.ports if port.leaf is not None]
        which = any(port.in_use.use is UseOfNew.UNKNOWN for port in served)
        return tuple(
            said
            for said, unknown in (
                (WHICH, which),
                (REGISTERED, self.configurator is None),
                (KEYS, not self.stores_known),
            )
            if served and unknown
        )

    @property
    def failed_after(self) -> bool:
        """Return whether Server Configurator did not end with success."""
        return bool(self.configurator)


def lines(found: Verification, writer: Writer) -> Iterator[Text]:
    """Yield the groups with their ports, unfinished steps, and what could not be determined."""
    groups = {group: (worst_of(members), members) for group, members in group_ports(found.ports).items()}
    width = max((len(verdict) for verdict, _ in groups.values()), default=0)
    printed: set[str] = set()
    for group, (verdict, members) in groups.items():
        yield Text(f"{verdict.upper():{width}}", style=_COLORS[verdict]).append(f"  {group}", style="bold")
        for port in members:
            yield from (Text(f"  {line}") for line in _port(port, writer, printed))
    missing = list(absent(found.ports))
    if missing:
        yield Text("No answer, and none expected:")
        yield from (Text(f"  {_title(port)}") for port in missing)
    yield from (Text(line) for line in _summary(found, writer))


def _summary(found: Verification, writer: Writer) -> Iterator[str]:
    half = half_switched(found.ports)
    if half:
        yield (
            f"Only a part was switched: the new certificate is in use as {', '.join(half[0])}, "
            f"not as {', '.join(half[1])}."
        )
    if found.configurator is not None:
        yield display(configurator_text(found.configurator, writer), _LONGEST)
    if found.not_known:
        yield "Not known from here:"
        yield from (f"  {one}" for one in found.not_known)


def configurator_text(code: int, writer: Writer) -> str:
    """Return what an exit code of Server Configurator means, and who says so."""
    source = _SOURCES.get(signed(code))
    return writer.write(explanation(signed(code))) + (f" (Source: {source}.)" if source else "")


def _port(port: PortResult, writer: Writer, printed: set[str]) -> Iterator[str]:
    """Yield the lines about one port; remarks that several ports share are printed once."""
    yield f"{_title(port)}: {port.verdict}"
    if port.leaf is not None:
        yield f"  {port.leaf.subject or port.leaf.title}, {expiry(port.leaf, writer)}"
        yield f"  SHA-1 thumbprint {port.leaf.sha1}"
    if port.in_use.use.confirmed:
        yield f"  {display(port.in_use.said, _LONGEST)}"
    yield from (f"  {display(reason, _LONGEST)}" for reason in port.reasons)
    for remark in port.remarks:
        if remark not in printed:
            printed.add(remark)
            yield f"  also {display(remark, _LONGEST)}"


def _title(port: PortResult) -> str:
    target = port.state.target
    return display(target.info.title or target.location)


def as_json(found: Verification, writer: Writer) -> str:
    """Return ``ports``, ``switched``, ``not_switched``, ``configurator`` and ``not_known``, plain ASCII."""
    half = half_switched(found.ports) or ([], [])
    code = found.configurator
    return json.dumps(
        {
            "host": found.host,
            "ports": [_as_json(port) for port in found.ports],
            "switched": half[0],
            "not_switched": half[1],
            "configurator": None
            if code is None
            else {"exit_code": signed(code), "text": configurator_text(code, writer)},
            "not_known": list(found.not_known),
        },
        indent=2,
    )


def _as_json(port: PortResult) -> dict[str, Any]:
    target, leaf = port.state.target, port.leaf
    not_after = leaf.not_after.isoformat(timespec="seconds").replace("+00:00", "Z") if leaf else None
    return {
        "target": target.id,
        "location": target.location,
        "component": target.label("component"),
        "certificate_group": target.label("certificate_group"),
        "title": group_of(target),
        "verdict": port.verdict,
        "in_use": port.in_use.use,
        "subject": leaf.subject if leaf else None,
        "sha1": leaf.sha1 if leaf else None,
        "sha256": leaf.sha256 if leaf else None,
        "not_after": not_after,
        "reasons": list(port.reasons),
        "remarks": list(port.remarks),
    }
