"""What to do about revoked certificates and what stores and ports show, where no preset says it better.

A step never holds the thumbprint of the certificate that is to go: people copy what stands near a command.
"""

from monitor.model import Check, Finding

JOINED = frozenset(
    {
        Check.NOT_DEPLOYED,
        Check.BINDING_STALE,
        Check.KEY_MISSING,
        Check.KEY_INACCESSIBLE,
        Check.NOT_IN_STORE,
        Check.CA_NOT_INSTALLED,
    }
)
"""The checks whose matter names the machine after the check."""

AT_A_PORT = frozenset({Check.NOT_DEPLOYED, Check.NOT_IN_STORE})
"""Those of them that are told of a port."""

OF_A_MACHINE = JOINED - AT_A_PORT

# One step for each paragraph.
_TEXTS = {
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
_STEPS = {
    check: tuple(" ".join(step.split()) for step in text.split("\n\n")) for check, text in _TEXTS.items()
}


def remedy(finding: Finding) -> tuple[str, ...]:
    """Return the steps for a finding, with the machine, the location and the new thumbprint filled in."""
    values = {
        "host": host_of(finding),
        "location": finding.location.partition(" (")[0],
        "instead": finding.instead,
    }
    return tuple(step.format_map(values) for step in _STEPS.get(finding.check, ()))


def host_of(finding: Finding) -> str:
    """Return the machine that a joined finding is about."""
    return finding.matter.split(" ")[1] if finding.check in JOINED else ""
