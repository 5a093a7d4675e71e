"""The clients of each server of a site, which must trust the CA of its certificate; data only.

``verified`` is false if no source that we could read names the client: it is general knowledge of the
product, to be checked against the vendor's certificates guide before relying on it.
"""

from dataclasses import dataclass

_GUIDE = "https://doc.milestonesys.com/latest/en-us/system/security/certificates/sg_introtocertificates.htm"
_STREAMS = "https://doc.milestonesys.com/2020R3/en-US/system/security/encryption/sg_introtocertificates.htm"
_GROUPS = "https://github.com/MilestoneSystemsInc/PowerShellSamples/issues/69"
_SECURE = (
    "https://doc.milestonesys.com/latest/en-US/standard_features/sf_mc/sf_considerationsrequirements/"
    "mc_securecommunicationexplained.htm"
)
_ALARMS = "https://github.com/milestonesys/mipsdk-samples-protocol"

_RECORDERS = ("recording_server", "failover_recorder")
_MANAGEMENT = ("management_server", "api_gateway", "log_server")
_EVENTS = ("event_server", "addon")


@dataclass(frozen=True, slots=True)
class Call:
    """A client that connects to some components with the certificates of one group.

    ``caller`` is its name in the manuals; ``source`` is empty if ``verified`` is false.
    """

    caller: str
    components: tuple[str, ...]
    group: str
    source: str = ""

    @property
    def verified(self) -> bool:
        """Return whether a source that we read names this client."""
        return bool(self.source)


CALLS: tuple[Call, ...] = (
    Call("Smart Client", _RECORDERS, "streaming_media", _STREAMS),
    Call("Smart Client", _MANAGEMENT, "server"),
    Call("Smart Client", _EVENTS, "event_server"),
    Call("Management Client", _RECORDERS, "streaming_media", _STREAMS),
    Call("Management Client", _MANAGEMENT, "server"),
    Call("Management Client", _EVENTS, "event_server"),
    Call("Management Server", _RECORDERS, "streaming_media", _STREAMS),
    Call("Management Server", _RECORDERS, "server", _GROUPS),
    Call("Management Server", ("data_collector",), "server", _GROUPS),
    Call("Management Server", ("event_server",), "event_server", _GUIDE),
    Call("Recording Server", _MANAGEMENT, "server", _GROUPS),
    Call("Failover Recording Server", _MANAGEMENT, "server"),
    Call("Event Server", _RECORDERS, "streaming_media", _STREAMS),
    Call("Event Server", _MANAGEMENT, "server", _GUIDE),
    Call("Mobile Server", _RECORDERS, "streaming_media", _STREAMS),
    Call("Mobile Server", _MANAGEMENT, "server", _GUIDE),
    Call("Mobile Server", _EVENTS, "event_server"),
    Call("Data collectors", _MANAGEMENT, "server", _GROUPS),
    Call("API Gateway", ("event_server",), "event_server"),
    Call("LPR and other add-ons", _RECORDERS, "streaming_media", _STREAMS),
    Call("LPR and other add-ons", ("event_server",), "event_server", _GROUPS),
    Call("Open Network Bridge", _RECORDERS, "streaming_media", _STREAMS),
    Call("DLNA Server", _RECORDERS, "streaming_media", _STREAMS),
    Call("Interconnected sites", _RECORDERS, "streaming_media", _STREAMS),
    Call("Integrations", _RECORDERS, "streaming_media", _STREAMS),
    Call("Integrations", _MANAGEMENT, "server"),
    Call("Integrations", ("event_server",), "event_server", _ALARMS),
    Call("Mobile devices", ("mobile_server",), "mobile", _SECURE),
    Call("Web Client (browsers)", ("mobile_server",), "mobile", _GROUPS),
)
"""Every call that is known, callers in the order in which people think of them."""
