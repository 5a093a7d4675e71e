"""Words and forms that are harmless in the answers of any site, and those of which the value is a secret."""

import re

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
NO_GUID = "00000000-0000-0000-0000-000000000000"
SECRET = re.compile(
    r"password|passphrase|secret|token|credential|user|login|serial|mac|thumb|pin$|pincode|cookie|private|"
    r"apikey|license|authorization",
    re.IGNORECASE,
)
NOT_SECRET = frozenset({"expires_in", "token_type"})
HOST_KEYS = re.compile(r"host|address|computer|domain|server$", re.IGNORECASE)
VERSIONS = frozenset({"version", "productversion", "firmwareversion", "driverversion"})
VERSION = re.compile(r"v?\d{1,6}(?:[. -]?[A-Za-z]?\d{1,6}){0,8}[a-z]?")
TIMES = frozenset({"lastmodified", "created", "timecreated"})
TIME = re.compile(r"[0-9TZ:.+ -]{0,40}")
NUMBERS = re.compile(r"port|size|count|position|priority|enabled|number$|version|expires", re.IGNORECASE)
SWITCHES = frozenset({"yes", "no", "true", "false", "on", "off"})
KINDS = frozenset({"bearer", "query", "managementserver"})
SERVICES = re.compile(
    r"(?:(?:milestone )?xprotect )?(event|log|mobile|management|recording|report|lpr|data|smart)?\s*"
    r"(server|service|collector|client|map|wall)?|api|api gateway|identity provider|incident manager|"
    r"smart ?connect|mips?",
    re.IGNORECASE,
)
SERVICE_FIRST = re.compile(
    r"((?:milestone )?(?:xprotect )?(?:event|log|mobile|management|data) ?(?:server|collector))\b",
    re.IGNORECASE,
)
MASKS = frozenset({"mask", "securitymask"})
LONGEST_MASK = 20
RIGHT_NAMES = frozenset({"name", "displayname", "resourcetype"})
RIGHTS = frozenset(
    {"generic_read", "generic_write", "read", "edit", "connect", "management server", "managementserver"}
    | {"recording servers", "recordingservers", "recordingserver", "failover servers", "failoverservers"}
    | {"failoverserver", "hardware", "sites", "site"}
)
"""Names of security namespaces and of their actions, by which rights are found."""
ACCOUNTS = frozenset({"s-1-5-18", "s-1-5-19", "s-1-5-20"})
KEY = re.compile(r"[$@]?[A-Za-z][A-Za-z0-9_.-]{0,47}")
LARGEST = 65535
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://[^\s/]*(?:/.*)?", re.DOTALL)
SCHEMES = frozenset({"http", "https", "ws", "wss", "rtsp", "rtsps", "net.tcp", "ldap", "ldaps", "ftp"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESOURCES = _words("""
    sites recordingServers recordingServerFailovers failoverGroups failoverRecorders
    registeredServices hardware hardwareDriverSettings childSites cameras microphones speakers
    outputs inputEvents metadata storages effectivePermissions securityNamespaces
""")
SEGMENTS = _words("""
    api rest v1 v2 idp connect token .well-known uris cam camera logserver central ws identity
    management managementserver events alarms messages mobile
""") | {one.lower() for one in RESOURCES}
FIXED = _words("""
    relations self parent type path id name displayname description enabled hostname portnumber
    webserveruri activewebserveruri address model array data error errors access_token token_type
    expires_in identityprovider apigateways productversion version lastmodified uri url uriarray
    uris hotstandby primaryfailovergroup secondaryfailovergroup failoverport udpport position
    httpsenabled httpsport httpsvalidatecertificate httpsvalidatehostname computername domainname
    mastersiteaddress serviceaccount servicetype instance trusted publicaccessenabled
    publicwebserverhostname publicwebserverport multicastserveraddress username password macaddress
    firmwareversion settings
""") | {one.lower() for one in RESOURCES}
ORDINARY = FIXED | SEGMENTS | {"example", "host", "text", "domain", "path", "server", "https", "http"}
"""Words that are not looked for elsewhere, whatever they name somewhere."""
OURS = re.compile(
    r"text-\d+|\d{1,5}|(?:[A-Za-z]{1,40}\[)?00000000-0000-0000-0000-\d{12}\]?|"
    r"(?:https?://)?(?:host-\d+(?:\.domain-\d+\.example)?|198\.1[89]\.\d+\.\d+)(?::\d+)?/?|"
    r"/(?:api|API)/rest/v1(?:/(?:[A-Za-z]{1,40}|00000000-0000-0000-0000-\d{12}))*(?:\?[a-z0-9=&]*)?"
)
"""What a mask writes itself; most texts of a record are such, and need not be looked through."""
LEAST = 4
"""The length from which a masked text is looked for everywhere; shorter ones are parts of ordinary words."""
