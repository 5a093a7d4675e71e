"""Read target groups in the format of Prometheus (``[{targets: [...], labels: {...}}]``); does no I/O.

Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config. Labels that
begin with ``__`` configure the target and are not added to it:

- ``__scheme__`` or ``__protocol``: the protocol that is spoken there; the scheme of a target that is a URL
  outweighs it.
- ``__server_name``: the name to ask for and to expect. ``__title``: what people call it.
- ``__param_module``: becomes the label ``module``, for policies.
- ``__owner``: who is responsible. ``__note``: a remark about it.
- ``__interval __timeout __warn_before __critical_before __ca_warn_before __ca_critical_before __encryption``:
  keys of its policy; several margins are separated by commas (``30d, 25%``). A list may not say what is
  trusted or which checks are off: only the configuration does. Nor may it make us probe more often
  than every ten seconds, or for longer than five minutes.
- Prometheus' own (``__meta_...`` and so on) mean nothing here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from monitor.addresses import read_host
from monitor.discovery.location import protocol_named, read_location
from monitor.documents import Keys
from monitor.model import DiscoveredTarget
from monitor.parse import display
from monitor.settings import PolicySettings

LONGEST_LIST = 1_000_000
"""Targets of one list that are kept at all, whatever ``limits.targets`` is."""

MOST_TARGETS = 200_000
"""Targets that all discoveries together may bring unless ``limits.targets`` says otherwise."""

MARGINS = ("warn_before", "critical_before", "ca_warn_before", "ca_critical_before")
POLICY = ("interval", "timeout", *MARGINS, "encryption", "owner", "note")
"""Keys of the target that a label may set."""

_SHORTEST_INTERVAL = timedelta(seconds=10)
_LONGEST_TIMEOUT = timedelta(minutes=5)
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OURS = ("__protocol", "__scheme__", "__server_name", "__title", "__param_module")
_THEIRS = re.compile(r"__(meta_|param_|tmp|scrape_|address__|metrics_path__|convert_)")

S = TypeVar("S", bound=PolicySettings)


class ListError(NamedTuple):
    """One mistake in a list: where it is, and what is wrong."""

    keys: Keys
    message: str


class ParsedList(NamedTuple):
    """What a list says, what is wrong in it, and what was left out on purpose."""

    found: tuple[DiscoveredTarget, ...] = ()
    errors: tuple[ListError, ...] = ()
    notes: tuple[str, ...] = ()


def parse_groups(groups: Sequence[Any]) -> ParsedList:
    """Return the endpoints of a list; one that is wrong does not cost the others."""
    reading = _Reading()
    for index, group in enumerate(groups):
        reading.group(group, index)
    if len(reading.found) > LONGEST_LIST:
        reading.errors.append(ListError((), f"has more than {LONGEST_LIST} targets; the rest is left out"))
    return ParsedList(
        tuple(reading.found[:LONGEST_LIST]), tuple(reading.errors), tuple(dict.fromkeys(reading.notes))
    )


def with_policy(settings: S, found: DiscoveredTarget) -> S:
    """Return settings with those keys of the policy replaced that a list sets for this endpoint."""
    if not found.policy:
        return settings
    own = _policy(found.policy)
    return settings.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


class _Reading:
    """Collect endpoints, errors and notes."""

    def __init__(self) -> None:
        self.found: list[DiscoveredTarget] = []
        self.errors: list[ListError] = []
        self.notes: list[str] = []

    def group(self, group: Any, index: int) -> None:
        if not isinstance(group, Mapping):
            self._say((index,), "must have targets and labels")
            return
        for key in group:
            if key not in ("targets", "labels"):
                self._say((index, key), "unknown key; allowed: labels, targets")
        labels = self._labels(group.get("labels"), index)
        targets = group.get("targets")
        if not isinstance(targets, list):
            self._say((index, "targets"), "is missing" if targets is None else "must be a list")
        elif labels is not None:
            self._endpoints(targets, labels, index)

    def _labels(self, given: Any, index: int) -> dict[str, str] | None:
        """Return the labels of a group, ``None`` when one of them is wrong: guessing would mislabel."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self._say((index, "labels"), "must be keys and values")
            return None
        before = len(self.errors)
        for name, value in given.items():
            if said := _wrong_label(name, value):
                self._say((index, "labels", name), said)
        return dict(given) if len(self.errors) == before else None

    def _endpoints(self, targets: list[Any], labels: dict[str, str], index: int) -> None:
        self.notes += _left_out(labels)
        common = DiscoveredTarget(
            "",
            read_host(name) if (name := labels.get("__server_name", "")) else "",
            tuple(sorted(_shown(labels).items())),
            display(labels.get("__title", "")),
            protocol=_protocol(labels),
            policy=tuple((name, labels[f"__{name}"]) for name in POLICY if labels.get(f"__{name}")),
        )
        for number, target in enumerate(targets):
            try:
                self.found.append(_endpoint(target, common))
            except ValueError as error:
                self._say((index, "targets", number), f"{error} (got {display(repr(target), 80)})")

    def _say(self, keys: Keys, message: str) -> None:
        self.errors.append(ListError(keys, message))


def _endpoint(target: Any, common: DiscoveredTarget) -> DiscoveredTarget:
    if not isinstance(target, str):
        raise ValueError("must be a text; put it in quotes")  # noqa: TRY004 - one error for a wrong entry
    where, protocol = read_location(target, common.protocol)
    return DiscoveredTarget(
        str(where),
        common.server_name,
        common.labels,
        common.title,
        protocol=protocol,
        policy=common.policy,
    )


def _wrong_label(name: Any, value: Any) -> str:
    """Return what is wrong with a label, empty for nothing."""
    if not isinstance(name, str) or not _LABEL.fullmatch(name):
        return "a label's name has letters, digits and _, and starts with no digit"
    if not isinstance(value, str):
        return "must be a text; put it in quotes"
    try:
        if name == "__server_name" and value:
            read_host(value)
        elif name in ("__protocol", "__scheme__"):
            protocol_named(value)
        elif name[2:] in POLICY and name.startswith("__") and value:
            _bounded(_policy(((name[2:], value),)))
    except ValidationError as error:
        said = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
        return f"{said} (got {display(repr(value), 80)})"
    except ValueError as error:
        return f"{error} (got {display(repr(value), 80)})"
    return ""


def _policy(given: Sequence[tuple[str, str]]) -> PolicySettings:
    keys: dict[str, Any] = {name: text.strip() for name, text in given}
    for name in keys.keys() & set(MARGINS):
        keys[name] = [part.strip() for part in keys[name].split(",")]
    return PolicySettings.model_validate(keys)


def _bounded(policy: PolicySettings) -> None:
    if policy.interval is not None and policy.interval < _SHORTEST_INTERVAL:
        raise ValueError(f"a list must not set an interval below {_SHORTEST_INTERVAL.seconds} s")
    if policy.timeout is not None and policy.timeout > _LONGEST_TIMEOUT:
        raise ValueError(f"a list must not set a timeout above {_LONGEST_TIMEOUT.seconds} s")


def _protocol(labels: Mapping[str, str]) -> str:
    return labels.get("__protocol", "") or labels.get("__scheme__", "")


def _shown(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that the endpoint itself carries."""
    own = {name: display(value) for name, value in labels.items() if not name.startswith("__")}
    own.pop("kind", None)
    if module := labels.get("__param_module"):
        own.setdefault("module", display(module))
    return own


def _left_out(labels: Mapping[str, str]) -> Iterator[str]:
    if "kind" in labels:
        yield "the label kind is left out: it is the target's own kind"
    known = {*_OURS, *(f"__{name}" for name in POLICY)}
    for name in labels:
        if name.startswith("__") and name not in known and not _THEIRS.match(name):
            yield f"the label {name} means nothing here; known are {', '.join(sorted(known))}"
