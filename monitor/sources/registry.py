"""The source that probes each kind of target, imported when it is made; the settings are in ``kinds``."""

from collections.abc import Callable, Iterable, Mapping

from monitor.model import Source
from monitor.network.resolve import NameLookup


def _endpoint(resolver: NameLookup) -> Source:
    from monitor.sources.endpoint.source import EndpointSource

    return EndpointSource(resolver)


def _files(_: NameLookup) -> Source:
    from monitor.sources.files.source import FilesSource

    return FilesSource()


def _kubernetes(_: NameLookup) -> Source:
    from monitor.sources.kubernetes.source import KubernetesSource

    return KubernetesSource()


def _windows_remote(resolver: NameLookup) -> Source:
    from monitor.sources.windows_remote.source import WindowsRemoteSource

    return WindowsRemoteSource(resolver)


def _windows_report(_: NameLookup) -> Source:
    from monitor.sources.windows_report import WindowsReportSource

    return WindowsReportSource()


def _windows_store(_: NameLookup) -> Source:
    from monitor.sources.windows_store import WindowsStoreSource

    return WindowsStoreSource()


_SOURCES: Mapping[str, Callable[[NameLookup], Source]] = {
    "endpoint": _endpoint,
    "files": _files,
    "kubernetes": _kubernetes,
    "windows_remote": _windows_remote,
    "windows_report": _windows_report,
    "windows_store": _windows_store,
}


def sources(resolver: NameLookup, kinds: Iterable[str] = tuple(_SOURCES)) -> dict[str, Source]:
    """Return the source of each kind of target; endpoints resolve names with ``resolver``."""
    return {kind: _SOURCES[kind](resolver) for kind in kinds}
