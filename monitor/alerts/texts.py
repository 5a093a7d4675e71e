"""What alerts say: what is wrong by check, and steps where no preset has better ones.

It must not decide anything. A step never contains the thumbprint of the certificate that is to be replaced:
people copy what stands near a command.
"""

from datetime import datetime

from monitor.model import Check
from monitor.parse.display import display

PROBLEM = {
    Check.EXPIRY: "it ends soon",
    Check.CA_EXPIRY: "its CA ends soon",
    Check.NOT_YET_VALID: "not yet valid",
    Check.NAME: "wrong name",
    Check.NAME_IN_SUBJECT_ONLY: "the name is only in the subject",
    Check.TRUST: "not trusted",
    Check.OUTLIVES_CA: "a certificate outlives its CA",
    Check.WEAK_KEY: "weak key",
    Check.WEAK_SIGNATURE: "weak signature",
    Check.USAGE: "not meant for servers",
    Check.UNREACHABLE: "cannot be looked at",
    Check.INCONSISTENT: "different certificates for one name",
    Check.RECORDER_PAIR: "only one of the recorder's two certificates was renewed",
    Check.FAILOVER_OLDER: "the failover server was left with an older certificate",
    Check.PUBLIC_NAME: "a name given to clients is missing",
    Check.ENCRYPTION: "encryption is not as expected",
    Check.KEY_TYPE: "a kind of key that the product does not take",
    Check.NEVER_SEEN: "cannot be judged from the network",
    Check.DISCOVERY_STALE: "its list of targets is out of date",
    Check.NOT_DEPLOYED: "serving an older certificate than the one installed",
    Check.BINDING_STALE: "bound to a certificate that does not serve any more",
    Check.KEY_MISSING: "without its private key",
    Check.KEY_INACCESSIBLE: "out of reach of its service, which may not read the private key",
    Check.NOT_IN_STORE: "serving a certificate that is not in the machine's store",
    Check.CA_NOT_INSTALLED: "missing where it must be trusted",
    Check.REVOKED: "revoked",
    Check.REVOCATION_UNKNOWN: "nothing says which of its certificates are revoked",
    Check.CRL_EXPIRY: "a newer list is due",
    Check.RENEWAL_WINDOW: "the CA asks to renew it now",
}

# One step for each paragraph.
_STEPS = {
    Check.NOT_DEPLOYED: """
        On {host}, select the new certificate (thumbprint {instead}) for the service that answers at
        {location}: in the product's own settings, in IIS Manager for a web site, in its configuration file
        elsewhere. Where a file was replaced, restarting or reloading the service is all that is missing.

        Whoever is connected may be cut off while the service restarts: agree on a time first.

        Look at the port afterwards, from the monitor's computer: cert-monitor check {location}

        Keep the old certificate until no port, service or binding uses it, and at least 30 days.
        """,
    Check.BINDING_STALE: """
        On {host}, see what is bound, from an elevated command prompt: netsh http show sslcert

        Select the right certificate with the tool that made the binding: Server Configurator (Encryption)
        for XProtect, IIS Manager (Bindings) for a web site, the product's own tool otherwise. Whoever is
        connected may be cut off for a moment.

        Where nothing uses the binding any more, let whoever owns the product remove it.
        """,
    Check.KEY_MISSING: """
        If the request for this certificate was made on {host}, its key may still be there and only the
        link be missing. From an elevated command prompt: certutil -repairstore my <thumbprint of this
        certificate>

        Otherwise import it again together with its private key (a .pfx or .p12 file) into Local
        Computer\\Personal on {host}. A .cer or .crt file holds no key.

        If the key is lost, request a new certificate. If somebody else may have it, have this one
        revoked.
        """,
    Check.KEY_INACCESSIBLE: """
        On {host}, in certlm.msc, right-click the certificate under Personal, choose All Tasks, Manage
        Private Keys, and give Read to the account that is named above. Remove an entry that denies it, if
        there is one.

        Nothing has to restart for that; it counts from the next start of the service on.
        """,
    Check.NOT_IN_STORE: """
        Find out what answers at {location}: a proxy, a load balancer or a device that opens TLS connections
        on the way shows a certificate of its own; after a move the name may lead to another machine.

        If it is the right service on {host}, see in its settings where its certificate comes from, and
        add that place to what cert-monitor looks at.
        """,
    Check.REVOKED: """
        Ask whoever runs the CA why it was revoked: a key that others may have calls for haste.

        Request a new certificate with a new key, from another CA where a CA itself was revoked; install it,
        and have the old key deleted.

        Look at the port afterwards, from the monitor's computer: cert-monitor check {location}
        """,
    Check.CA_NOT_INSTALLED: """
        On each machine that is named above, install this CA certificate in Trusted Root Certification
        Authorities of the local computer: by group policy in a domain, with certlm.msc elsewhere. Compare
        the thumbprint first: whoever is trusted there is trusted for everything.

        Do it before more servers of the site get certificates from this CA.
        """,
}
STEPS = {
    check: tuple(" ".join(step.split()) for step in text.split("\n\n")) for check, text in _STEPS.items()
}
"""Steps by check, with the placeholders ``{host}``, ``{location}`` and ``{instead}``."""

_LONGEST = 1000


def shown(text: str, longest: int = _LONGEST) -> str:
    """Return a text that is safe on one line of a mail: cleaned, and cut where it is too long."""
    return display(text, longest)


def day(at: datetime) -> str:
    """Return the date of an instant in UTC."""
    return at.strftime("%Y-%m-%d")
