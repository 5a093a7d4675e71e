"""What is wrong with a configuration only in view of several sections or files."""

from collections.abc import Iterator, Sequence

from monitor.config.settings import FileSettings
from monitor.config.validation.candidates import instead_of
from monitor.config.validation.parts import Part, location
from monitor.config.validation.zone_problems import zone_problems
from monitor.delivery.email.entry import IMPLICIT
from monitor.delivery.kinds import all_receivers, by_mail
from monitor.discovery import DISCOVERIES, DiscoveryKind
from monitor.documents import Document, Keys
from monitor.errors import Problem
from monitor.model import Policy
from monitor.settings import PolicySettings
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.kinds import TargetKind, targets_of
from monitor.state_folder import is_server


def problems_together(parts: Sequence[Part], presets: Sequence[str]) -> Iterator[Problem]:
    """Iterate over the problems of all files together, each at the key that is to be changed.

    ``presets`` are the keys of all presets.
    """
    return _Together(parts, presets).problems()


class _Together:
    """All files, and the questions about them."""

    def __init__(self, parts: Sequence[Part], presets: Sequence[str]) -> None:
        self._parts = parts
        self._presets = presets
        self._email = next((settings.email for _, settings in parts if settings.email), None)

    def problems(self) -> Iterator[Problem]:
        yield from self._duplicates()
        yield from self._receivers()
        yield from self._routes()
        yield from self._unknown_presets()
        yield from self._nobody_to_ask()
        yield from zone_problems(self._parts)
        yield from self._cluster_without_server()

    def _cluster_without_server(self) -> Iterator[Problem]:
        """Yield an ``ha`` section where the database is a file, which centers cannot share."""
        served = any(settings.store and is_server(settings.store.url) for _, settings in self._parts)
        for document, settings in self._parts:
            if settings.ha is not None and not served:
                yield document.problem(
                    ("ha",), "needs a database that centers share: store.url postgresql://..."
                )

    def _duplicates(self) -> Iterator[Problem]:
        """Yield targets that are configured twice."""
        locations: dict[str, tuple[Document, Keys]] = {}
        for document, settings in self._parts:
            for index, target in enumerate(settings.targets):
                here = (document, ("targets", index))
                for name in _target_ids(target):
                    earlier = locations.setdefault(name, here)
                    if earlier is not here:
                        message = (
                            f"the target {name} is already at {location(*earlier)}; remove one of the two"
                        )
                        yield document.problem(here[1], message)

    def _receivers(self) -> Iterator[Problem]:
        """Yield receivers of one name, and those that need a mail relay where there is none."""
        taken: dict[str, tuple[Document, Keys]] = {}
        for document, settings in self._parts:
            if settings.email and settings.email.to:
                taken[IMPLICIT] = document, ("email", "to")
        for document, settings in self._parts:
            for index, entry in enumerate(settings.receivers or ()):
                keys = ("receivers", index)
                earlier = taken.setdefault(entry.name, (document, keys))
                if earlier != (document, keys):
                    message = (
                        f"the name {entry.name} is already taken at {location(*earlier)}; choose another"
                    )
                    yield document.problem((*keys, "name"), message)
                if self._email is None and by_mail(entry):
                    message = "mails need a relay; add the section email with host and from"
                    yield document.problem(keys, message)

    def _routes(self) -> Iterator[Problem]:
        """Yield routes and heartbeats to receivers that there are none of."""
        entries = [entry for _, settings in self._parts for entry in settings.receivers or ()]
        names = [one.name for one in all_receivers(self._email, entries)]
        for document, settings in self._parts:
            for keys, name in (*_routed(settings), *_heartbeat(settings)):
                if name not in names:
                    message = f"there is no such receiver (got {name!r}); {instead_of(name, names)}"
                    yield document.problem(keys, message)

    def _unknown_presets(self) -> Iterator[Problem]:
        """Yield endpoints and modules that name an undefined preset."""
        for document, settings in self._parts:
            for keys, endpoint in _endpoints(settings):
                key = endpoint.preset
                if key and key not in self._presets:
                    message = f"unknown preset (got {key!r}); {instead_of(key, self._presets)}"
                    yield document.problem((*keys, "preset"), message)

    def _nobody_to_ask(self) -> Iterator[Problem]:
        """Yield that renewal information is enabled without any ACME CA to request it from."""
        if any(settings.issuers and settings.issuers.acme for _, settings in self._parts):
            return
        for document, settings in self._parts:
            for keys, policy in _policies(settings):
                if policy.renewal_information:
                    message = "no CA is named that could be asked; add issuers: {acme: {ISSUER: URL}}"
                    yield document.problem((*keys, "renewal_information"), message)


def _policies(settings: FileSettings) -> Iterator[tuple[Keys, PolicySettings]]:
    if settings.defaults:
        yield ("defaults",), settings.defaults
    for section in ("policies", "targets"):
        for index, policy in enumerate(getattr(settings, section)):
            yield (section, index), policy


def _endpoints(settings: FileSettings) -> Iterator[tuple[Keys, EndpointSettings]]:
    for index, target in enumerate(settings.targets):
        if isinstance(target, EndpointSettings):
            yield ("targets", index), target
    for name, module in settings.probe.modules.items() if settings.probe else ():
        yield ("probe", "modules", name), module


def _routed(settings: FileSettings) -> Iterator[tuple[Keys, str]]:
    for index, route in enumerate(settings.routes):
        for number, name in enumerate(route.receivers):
            yield ("routes", index, "receivers", number), name
        for number, name in enumerate(route.escalate.to if route.escalate else ()):
            yield ("routes", index, "escalate", "to", number), name


def _heartbeat(settings: FileSettings) -> Iterator[tuple[Keys, str]]:
    named = settings.heartbeat.receivers if settings.heartbeat else None
    for number, name in enumerate(named or ()):
        yield ("heartbeat", "receivers", number), name


def _target_ids(settings: TargetKind | DiscoveryKind) -> tuple[str, ...]:
    """Return the ids of the targets of an entry, or the id of a discovery."""
    if isinstance(settings, DISCOVERIES):
        return (settings.id,)
    return tuple(target.id for target in targets_of(settings, Policy()))
