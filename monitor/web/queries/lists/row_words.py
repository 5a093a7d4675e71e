"""What words are searched in, and values of rows that are kept once however many rows have them."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from monitor.model import Certificate, Sighting, Target


@lru_cache(maxsize=4096)
def one_value(value: str) -> tuple[str, ...]:
    """Return a value as the only one, no value for an empty one."""
    return (value,) if value else ()


@lru_cache(maxsize=4096)
def labels_of(labels: tuple[tuple[str, str], ...], owner: str) -> tuple[tuple[str, ...], ...]:
    """Return site, component and owner of a target with these labels, each as the only value or none."""
    known = dict(labels)
    found = known.get("site", ""), known.get("component", ""), owner or known.get("owner", "")
    return tuple(map(one_value, found))


def values(several: Iterable[str]) -> tuple[str, ...]:
    """Return each value once, without the empty one."""
    found = tuple(dict.fromkeys(several))
    return one_value(found[0]) if len(found) == 1 else tuple(filter(None, found))


def searched_target(target: Target, sightings: Iterable[Sighting]) -> str:
    """Return the text of a target and of the certificates that were seen there."""
    certificates = {one.certificate.sha256: one.certificate for one in sightings}
    words = [*words_of_target(target), *(one.location for one in sightings)]
    words += [word for one in certificates.values() for word in words_of_certificate(one)]
    return joined(words)


def words_of_target(target: Target) -> Iterator[str]:
    """Yield the texts by which people know a target."""
    info = target.info
    yield from (target.id, target.host, target.server_name, *target.aliases)
    yield from (info.title, info.server, info.owner, info.note)
    yield from (value for _, value in target.labels)


def words_of_certificate(certificate: Certificate) -> Iterator[str]:
    """Yield the texts by which people know a certificate; thumbprints have no separators."""
    yield from (certificate.sha256, certificate.sha1, certificate.serial, certificate.subject)
    yield from (*certificate.dns_names, *certificate.ip_addresses)


def joined(words: Iterable[str]) -> str:
    """Return texts as one, each once, in the case in which words are searched."""
    return "\n".join(dict.fromkeys(word for word in words if word)).casefold()
