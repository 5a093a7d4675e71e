"""The lists in the API of a site: their paths, display names and required permissions.

The permissions are named as in the role settings of the Management Client; they were not tried against a real
site.
"""

from dataclasses import dataclass

CORPORATE = (
    "only XProtect Corporate can grant read-only administration; with other products the login has to be "
    "an administrator, or run `cert-monitor xprotect discover` once by hand and paste its YAML"
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One list; ``optional`` if older versions do not have it, ``since`` is the first version with it.

    ``namespace`` is the display name of the security namespace of its rights, as far as they are asked for.
    """

    path: str
    title: str
    permission: str
    optional: bool = False
    since: str = ""
    namespace: str = ""


SITES = Resource(
    "sites", "the site itself", "Connect and Read on Management Server", namespace="Management Server"
)
RECORDING_SERVERS = Resource(
    "recordingServers", "recording servers", "Read on Recording Servers", namespace="Recording Servers"
)
REGISTERED_SERVICES = Resource(
    "registeredServices",
    "registered services",
    "Connect and Read on Management Server",
    optional=True,
    since="2024 R2",
    namespace="Management Server",
)
FAILOVER_GROUPS = Resource(
    "failoverGroups",
    "failover groups",
    "Read on Failover Servers",
    optional=True,
    namespace="Failover Servers",
)
FAILOVER_RECORDERS = Resource(
    "failoverRecorders",
    "failover recorders",
    "Read on Failover Servers",
    optional=True,
    namespace="Failover Servers",
)
RECORDER_FAILOVERS = Resource(
    "recordingServerFailovers",
    "failover settings of recording servers",
    "Read on Recording Servers and on Failover Servers",
    optional=True,
)
HARDWARE = Resource("hardware", "cameras and other devices", "Read on Hardware", namespace="Hardware")
HARDWARE_SETTINGS = Resource("hardwareDriverSettings", "HTTPS settings of devices", "Read on Hardware")
# MilestonePSTools, Set-VmsRoleOverallSecurity: GENERIC_READ on Sites makes child sites visible.
CHILD_SITES = Resource("childSites", "child sites", "Read on Sites", optional=True, namespace="Sites")
NEEDED_RIGHTS = tuple(one.permission for one in (SITES, RECORDING_SERVERS, FAILOVER_RECORDERS, HARDWARE))
"""The rights that are enough for all that is read of a site by default."""
SECURITY_NAMESPACES = Resource("securityNamespaces", "security namespaces", "", since="2024 R2")
EFFECTIVE_PERMISSIONS = Resource("effectivePermissions", "effective permissions", "", since="2024 R2")
