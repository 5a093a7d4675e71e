"""Messages about names that could not be resolved and connections that could not be made."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

CONNECTION_REFUSED = plain("connection_refused", "connection refused")
CONNECTION_TIMED_OUT = plain("connection_timed_out", "the connection attempt timed out")
CONNECTION_RESET = plain("connection_reset", "connection reset")
NO_ROUTE_TO_NETWORK = plain("no_route_to_network", "no route to the network")
NO_ROUTE_TO_HOST = plain("no_route_to_host", "no route to the host")
NETWORK_DOWN = plain("network_down", "the network is down")
NO_LOCAL_ADDRESS = plain(
    "no_local_address", "this machine has no local address or port available to connect from"
)
FAMILY_UNSUPPORTED = plain("family_unsupported", "this machine does not support this IP version")
FIREWALL = plain("local_firewall", "the firewall of this machine blocks the connection")
OPEN_FILES = plain("open_files", "cert-monitor reached its limit of open files: raise LimitNOFILE")
SYSTEM_OPEN_FILES = plain("system_open_files", "this machine reached its limit of open files")


@message("connect_failed", "the connection failed: {error}")
def connect_failed(*, error: str) -> None: ...


@message("address_failed", "{address}: {problem}")
def address_failed(*, address: str, problem: Message) -> None: ...


@message("name_not_resolved", "{host} cannot be resolved: {error}")
def name_not_resolved(*, host: str, error: str) -> None: ...


@message("name_lookup_timeout", "{host} cannot be resolved: no answer within {timeout:seconds}")
def name_lookup_timeout(*, host: str, timeout: timedelta) -> None: ...


@message("name_without_address", "{host} cannot be resolved: the name has no address")
def name_without_address(*, host: str) -> None: ...


@message("name_lookup_late", "{host} cannot be resolved: no answer in time")
def name_lookup_late(*, host: str) -> None: ...
