"""What is said while a refused login rests."""

import asyncio
from pathlib import Path

from monitor.sources.windows_remote.source import WindowsRemoteSource
from support.factories.sources.winrm_probes import Loopback, Site, basic, only, tls
from support.servers.machines.winrm_server import serving
from support.written import written


def test_rest_of_a_machine_is_said_in_hours(tmp_path: Path) -> None:
    """The second probe of a machine that refused asks nobody, and says for how long."""
    site = Site(tmp_path)
    site.password.write_text("wrong")
    with serving(basic(), tls()) as port:
        source, target = WindowsRemoteSource(Loopback()), site.target(site.basic(port))
        asyncio.run(source.probe(target.request))
        said = written(only(asyncio.run(source.probe(target.request))))
    assert "is not tried here for 6 hours, so that the account is not locked" in said
