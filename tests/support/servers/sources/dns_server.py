"""A name server on loopback, over UDP and TCP, for the tests of discoveries."""

import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = Mapping[tuple[str, str], Sequence[str]]


@dataclass
class NameServer:
    """The zone of the server: record texts by name and type, ``SERVFAIL`` for a name that fails."""

    zone: Zone
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def reply(self, query: bytes, most: int = 65535) -> bytes:
        """Return the reply to a query; one too long for UDP comes truncated and empty."""
        message = dns.message.from_wire(query)
        question = message.question[0]
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        answer = dns.message.make_response(message)
        texts = self.zone.get((name, kind))
        if texts == ["SERVFAIL"]:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif texts:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif all(known != name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        wire = answer.to_wire(max_size=65535)
        if len(wire) <= most:
            return wire
        answer.answer.clear()
        answer.flags |= dns.flags.TC
        return answer.to_wire()


@contextmanager
def name_server(zone: Zone, *, silent: bool = False) -> Iterator[NameServer]:
    """Serve a zone while the block runs; an unresponsive server never answers."""
    state = NameServer(zone)

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            query, link = self.request
            if not silent:
                link.sendto(state.reply(query, 512), self.client_address)

    class Tcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            link: socket.socket = self.request
            link.settimeout(30)  # the end of the server waits for it
            length = int.from_bytes(link.recv(2, socket.MSG_WAITALL), "big")
            reply = state.reply(link.recv(length, socket.MSG_WAITALL))
            link.sendall(len(reply).to_bytes(2, "big") + reply)

    with (
        socketserver.TCPServer(("127.0.0.1", 0), Tcp) as tcp,
        socketserver.UDPServer(("127.0.0.1", tcp.server_address[1]), Udp) as udp,
    ):
        state.port = tcp.server_address[1]
        threads = [threading.Thread(target=one.serve_forever, args=(0.02,)) for one in (tcp, udp)]
        for thread in threads:
            thread.start()
        try:
            yield state
        finally:
            for one in (tcp, udp):
                one.shutdown()
            for thread in threads:
                thread.join()
