"""Start the demo's servers, the mail sink and the daemon, and print what an administrator would see."""

import asyncio
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from monitor.addresses import join_host_port, listen_address
from monitor.daemon.daemon import Daemon
from monitor.daemon.serve import serve
from monitor.demo.config import configuration, endpoints
from monitor.demo.control import Control
from monitor.demo.control_file import FOLDERS
from monitor.demo.estate import Estate
from monitor.demo.sink import WIDTH, Sink
from monitor.demo.stores import write_stores
from monitor.demo.windows_reports import ENTRY, write_reports
from monitor.demo.xprotect_renewal import Renewal
from monitor.demo.xprotect_site import Simulator, xprotect_entry

SHORT_LIFE = timedelta(seconds=60)
RENEW_AFTER = timedelta(seconds=80)
ASK_AFTER = timedelta(seconds=6)
"""When to ask issuers: soon after the inventory, for a daemon's own rhythm of half a minute is long here."""

WELCOME = """\
cert-monitor demo: eleven servers, a folder of certificates and a small
XProtect site on this machine, watched by the real daemon. It finds the site's
servers and cameras by itself, with one address and one login.

  page           {url}/
  metrics        {url}/metrics
  configuration  {folder}/cert-monitor.yaml
  XProtect site  {site}
  mails          {mails}

Recorder 02 has a new certificate in its Windows store that its ports do not
use, as a report of that machine shows; in another window, cert-monitor demo
switch recorder02 lets them use it. The summary of each mail appears below
when it arrives: the first is the inventory. Then the CA is asked, which has
revoked one certificate and wants another one renewed. One certificate expires
after a minute and is renewed a little later. Ctrl-C stops the demo.

Another window can silence the whole site for a week:

  cert-monitor silence add site=harbour --until 7d --reason "rebuilding it" \\
    --config {folder}/cert-monitor.yaml \\
    --url {url}
"""


def show(listen: str) -> None:
    """Run the demo until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # Probes close their connections early, and asyncio would log each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix=FOLDERS) as folder:
        asyncio.run(_show(Path(folder), listen))
    print("\nthe demo has stopped; nothing is left behind", flush=True)


async def _show(folder: Path, listen: str) -> None:
    estate, site, stop = Estate(folder, SHORT_LIFE), Simulator(folder), asyncio.Event()
    await estate.start()
    await site.start()
    renewal = Renewal(site)
    write_reports(folder, renewal)
    control = Control(renewal)
    await control.start(folder)
    write_stores(folder, estate.ca)

    def show_mail(text: str) -> None:
        try:
            print(f"{'-' * WIDTH}\n{text}", flush=True)
        except BrokenPipeError:
            stop.set()

    mails = folder / "mails"
    post = Sink(show_mail, mails)
    sink = await asyncio.get_running_loop().create_server(post.protocol, "127.0.0.1", 0)
    config = folder / "cert-monitor.yaml"
    config.write_text(
        configuration(
            endpoints(estate.members, estate.ports) + xprotect_entry(site) + ENTRY,
            mail_port=sink.sockets[0].getsockname()[1],
            listen=await _free(listen),
            short_life=SHORT_LIFE.total_seconds(),
            directory=estate.issuer.directory,
        ),
        encoding="utf-8",
    )
    renewing = asyncio.get_running_loop().call_later(RENEW_AFTER.total_seconds(), estate.renew_expiring)

    def started(daemon: Daemon) -> None:
        welcome = WELCOME.format(url=daemon.url, folder=folder, site=site.url, mails=mails)
        print(welcome, flush=True)
        asyncio.get_running_loop().call_later(ASK_AFTER.total_seconds(), _ask_issuers, daemon)

    try:
        await serve(config, stop=stop, started=started)
    finally:
        renewing.cancel()
        sink.close()
        await control.stop()
        await site.stop()
        await estate.stop()


def _ask_issuers(daemon: Daemon) -> None:
    daemon.parts.tasks.revocation.nudge()
    daemon.parts.tasks.ari.nudge()


async def _free(listen: str) -> str:
    """Return the address to listen on: the given one, or a free port if it is in use."""
    host, port = listen_address(listen)
    try:
        server = await asyncio.start_server(lambda *_: None, host, port)
    except OSError:
        return join_host_port(host, 0)
    server.close()
    await server.wait_closed()
    return listen
