"""Steps for a problem that fit any product, where no preset has better ones.

A step never contains the thumbprint of the certificate that is to be replaced: people copy what is near a
command.
"""

from monitor.model import Check
from monitor.model.message import plain

_CHECK_PORT = plain(
    "step_check_port",
    "Check the port afterwards, from the monitor's computer: cert-monitor check {location}",
)
STEPS = {
    Check.NOT_DEPLOYED: (
        plain(
            "step_select_new",
            "On {host}, select the new certificate (thumbprint {instead}) for the service that answers at "
            "{location}: in the product's own settings, in IIS Manager for a web site, in its "
            "configuration file elsewhere. Where a file was replaced, restarting or reloading the service "
            "is enough.",
        ),
        plain(
            "step_agree_on_time",
            "Clients may lose their connection while the service restarts: agree on a time first.",
        ),
        _CHECK_PORT,
        plain(
            "step_keep_old",
            "Keep the old certificate until no port, service or binding uses it, and at least 30 days.",
        ),
    ),
    Check.BINDING_STALE: (
        plain(
            "step_list_bindings",
            "On {host}, list the bindings from an elevated command prompt: netsh http show sslcert",
        ),
        plain(
            "step_select_in_binding",
            "Select the right certificate with the tool that made the binding: Server Configurator "
            "(Encryption) for XProtect, IIS Manager (Bindings) for a web site, the product's own tool "
            "otherwise. Clients may lose their connection for a moment.",
        ),
        plain(
            "step_remove_binding",
            "If nothing uses the binding any more, ask the owner of the product to remove it.",
        ),
    ),
    Check.KEY_MISSING: (
        plain(
            "step_repair_key_link",
            "If the request for this certificate was made on {host}, its key may still be there with only "
            "the link missing. From an elevated command prompt: certutil -repairstore my <thumbprint of "
            "this certificate>",
        ),
        plain(
            "step_import_with_key",
            "Otherwise import it again together with its private key (a .pfx or .p12 file) into Local "
            "Computer\\Personal on {host}. A .cer or .crt file contains no key.",
        ),
        plain(
            "step_key_lost",
            "If the key is lost, request a new certificate. If somebody else may have it, have this one "
            "revoked.",
        ),
    ),
    Check.KEY_INACCESSIBLE: (
        plain(
            "step_give_read",
            "On {host}, in certlm.msc, right-click the certificate under Personal, choose All Tasks, "
            "Manage Private Keys, and give Read to the account that is named above. Remove an entry that "
            "denies it, if there is one.",
        ),
        plain(
            "step_no_restart",
            "Nothing has to be restarted for that; it takes effect the next time the service starts.",
        ),
    ),
    Check.NOT_IN_STORE: (
        plain(
            "step_find_what_answers",
            "Find out what answers at {location}: a proxy, a load balancer or a device that intercepts TLS "
            "connections presents a certificate of its own; after a move the name may point to another "
            "machine.",
        ),
        plain(
            "step_add_location",
            "If it is the right service on {host}, look up in its settings where its certificate comes "
            "from, and add that location to what cert-monitor watches.",
        ),
    ),
    Check.REVOKED: (
        plain(
            "step_ask_why_revoked",
            "Ask the administrators of the CA why it was revoked: if others may have the key, it is urgent.",
        ),
        plain(
            "step_request_with_new_key",
            "Request a new certificate with a new key, from another CA where a CA itself was revoked; "
            "install it, and have the old key deleted.",
        ),
        _CHECK_PORT,
    ),
    Check.CA_NOT_INSTALLED: (
        plain(
            "step_install_ca",
            "On each machine that is named above, install this CA certificate in Trusted Root "
            "Certification Authorities of the local computer: by group policy in a domain, with certlm.msc "
            "elsewhere. Compare the thumbprint first: a CA that is trusted there is trusted for everything.",
        ),
        plain(
            "step_install_ca_early",
            "Do it before more servers of the site get certificates from this CA.",
        ),
    ),
}
"""Steps by check, with the placeholders ``{host}``, ``{location}`` and ``{instead}``."""

RENEW = (
    plain(
        "step_why_not_renewed",
        "If a program renews this certificate by itself, find out why it did not: whether it runs, and what "
        "its log says.",
    ),
    plain(
        "step_request_same_names",
        "Otherwise request a new certificate for these names: {names}. Clients that use a name that is left "
        "out can no longer connect.",
    ),
    plain(
        "step_install_everywhere",
        "Install it with its private key everywhere the old one is used, and restart or reload the services "
        "that read it.",
    ),
)
RENEW_AT_PORT = (
    *RENEW,
    plain(
        "step_check_afterwards",
        "Check each port afterwards, from the monitor's computer: cert-monitor check HOST:PORT",
    ),
)
RENEW_CA_FIRST = (
    plain(
        "step_renew_ca_first",
        "Renew the CA first: {issuer} expires on {ca_expires}. Certificates that it issues now stop being "
        "accepted then.",
    ),
    plain(
        "step_trust_new_ca",
        "Make every client and server trust the new CA before any certificate changes, and keep the old one "
        "beside it.",
    ),
    plain(
        "step_then_renew",
        "Then renew the certificates that depend on it, and check each port: cert-monitor check HOST:PORT",
    ),
)
"""Steps for certificates of which no preset knows more."""

REFUSED = plain("impact_refused", "Clients that verify the certificate refuse to connect.")
CA_REFUSED = plain(
    "impact_ca_refused",
    "All certificates that this CA issued are refused at once by clients that verify them.",
)

NEW_THUMBPRINT = plain("new_thumbprint", "<thumbprint of the new certificate>")
NO_NAMES = plain("no_names", "(none)")
NOT_KNOWN = plain("not_known", "(not known)")
UNNAMED = plain("unnamed", "(without a name)")
