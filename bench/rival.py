"""Measure Debian's prometheus-blackbox-exporter on the same endpoints; only its own process is counted.

Connections to it are kept open and nothing is compressed: its cheapest way to answer.
"""

import asyncio
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from cost import Cost, client_processor, cpu_seconds, memory
from estate import Estate, free_ports, wait_for

PROGRAM = "prometheus-blackbox-exporter"
_MODULES = """
modules:
  verified: {{prober: tcp, timeout: 10s, tcp: {{tls: true, preferred_ip_protocol: ip4,
    tls_config: {{ca_file: {ca}}}}}}}
  bare: {{prober: tcp, timeout: 10s, tcp: {{tls: true, preferred_ip_protocol: ip4,
    tls_config: {{insecure_skip_verify: true}}}}}}
  distrusting: {{prober: tcp, timeout: 10s, tcp: {{tls: true, preferred_ip_protocol: ip4}}}}
"""
_DONE = (b"\nprobe_success 1\n", b'\nprobe_tls_version_info{version="TLS 1.3"} 1\n')


def measure(folder: Path, served: Estate, probes: int, in_flight: int, *, verify: bool) -> Cost:
    """Start it, warm it up with a probe of each endpoint, measure, and stop it."""
    config, port = folder / "blackbox.yml", free_ports("127.0.0.1", 1)[0]
    config.write_text(_MODULES.format(ca=served.ca))
    address = f"127.0.0.1:{port}"
    options = [f"--config.file={config}", f"--web.listen-address={address}", "--log.level=error"]
    with client_processor():
        process = subprocess.Popen([PROGRAM, *options])
    try:
        wait_for(address, process)
        if verify and not asyncio.run(_probe(port, _paths("distrusting", served.endpoints[:1]), 1, 1)):
            raise SystemExit(f"{PROGRAM} accepts a chain of an unknown CA: it verifies nothing")
        paths = _paths("verified" if verify else "bare", served.endpoints)
        asyncio.run(_probe(port, paths, len(paths), in_flight))
        before, start = cpu_seconds(process.pid), time.perf_counter()
        failed = asyncio.run(_probe(port, paths, probes, in_flight))
        wall = time.perf_counter() - start
        if process.poll() is not None:
            raise SystemExit(f"{PROGRAM} ended by itself with code {process.returncode}")
        return Cost(cpu_seconds(process.pid) - before, wall, memory(process.pid), probes, failed)
    finally:
        process.terminate()
        process.wait()


def _paths(module: str, endpoints: Sequence[str]) -> list[str]:
    return [f"/probe?module={module}&target={endpoint}" for endpoint in endpoints]


async def _probe(port: int, paths: list[str], probes: int, in_flight: int) -> int:
    """Ask for so many probes over as many connections as may be in flight.

    Returns how many did not succeed, or not over TLS 1.3.
    """
    waiting = iter([paths[number % len(paths)] for number in range(probes)])
    results: list[bool] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in waiting:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            answer = await _answer(reader)
            results.append(all(line in answer for line in _DONE))
        writer.close()

    await asyncio.gather(*[ask() for _ in range(in_flight)])
    return results.count(False)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        return await reader.readuntil(b"\r\n0\r\n\r\n")
    length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
    return await reader.readexactly(int(length))
