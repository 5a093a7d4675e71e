"""Tests of probing Windows machines over the network, before one of them is asked."""

import asyncio
import socket
from pathlib import Path

import pytest

from monitor.model import FailureReason, Target
from monitor.network.resolve import Resolver
from monitor.sources.registry import sources
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.windows.access import AuthMethod
from support.factories.sources.winrm_probes import HOST, Loopback, Site, reason


def test_kind_is_probed() -> None:
    """The kind has its source, with threads that can be watched."""
    source = sources(Resolver())["windows_remote"]
    assert isinstance(source, WindowsRemoteSource)
    assert source.pool.name == "windows"


def test_other_kinds_are_a_bug() -> None:
    """A target of another kind is no failure of the outside world."""
    with pytest.raises(TypeError):
        asyncio.run(WindowsRemoteSource(Loopback()).probe(Target("x", "files", "x", None).request))


def test_nobody_is_asked_before_the_password_is_there(tmp_path: Path) -> None:
    """Without its password a probe opens no connection."""
    site = Site(tmp_path)
    site.password.unlink()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        seen = site.probe(site.ntlm(server.getsockname()[1], auth=AuthMethod.NEGOTIATE, host=HOST))
        with pytest.raises(TimeoutError):
            server.accept()
    assert reason(seen) is FailureReason.UNREADABLE
