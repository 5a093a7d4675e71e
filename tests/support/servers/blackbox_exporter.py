"""Run Debian's blackbox_exporter on loopback, with one module that verifies and one that does not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from support.servers.programs import ended, free_port, program
from support.servers.prometheus_server import answering


@asynccontextmanager
async def blackbox_exporter(folder: Path, ca: Path, server_name: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of its ``/probe``, which has the modules ``strict`` and ``lax``; end it afterwards."""
    path = program("prometheus-blackbox-exporter", "prometheus-blackbox-exporter")
    config, port = folder / "blackbox.yml", free_port()
    strict = {"ca_file": str(ca), "server_name": server_name}
    modules = {"strict": strict, "lax": {**strict, "insecure_skip_verify": True}}
    written = {
        name: {"prober": "tcp", "timeout": "5s", "tcp": {"tls": True, "tls_config": tls}}
        for name, tls in modules.items()
    }
    config.write_text(json.dumps({"modules": written}), "utf-8")  # YAML has JSON in it
    with (folder / "blackbox.log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            path,
            f"--config.file={config}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            await answering(client, "/-/healthy")
            yield client
    finally:
        await ended(running)
