"""What to do about a problem in one line, by check, where there is no room for all steps."""

from monitor.model import Check
from monitor.model.message import plain

CA_FIRST = plain("do_ca_first", "renew the CA first, and make every computer trust it; then renew this one.")
SWITCH = plain("do_switch", "select the new certificate, which is installed already, then verify.")
DO = {
    Check.EXPIRY: plain("do_expiry", "renew it, install the new one, then verify."),
    Check.CA_EXPIRY: plain(
        "do_ca_expiry", "renew the CA and make every computer trust it, then renew what depends on it."
    ),
    Check.NOT_YET_VALID: plain(
        "do_not_yet_valid", "check the clock of the server, and the date from which the certificate is valid."
    ),
    Check.NAME: plain(
        "do_name", "request a certificate that includes the name that clients use, install it, then verify."
    ),
    Check.NAME_IN_SUBJECT_ONLY: plain(
        "do_name_in_subject_only",
        "request a certificate that has the name among its DNS names, install it, then verify.",
    ),
    Check.TRUST: plain(
        "do_trust",
        "install a certificate of a CA that the clients trust, with all intermediate certificates.",
    ),
    Check.OUTLIVES_CA: plain(
        "do_outlives_ca", "renew the CA and make every computer trust it, then renew what depends on it."
    ),
    Check.WEAK_KEY: plain("do_weak_key", "replace it by a certificate with a stronger key."),
    Check.WEAK_SIGNATURE: plain(
        "do_weak_signature", "replace it by a certificate that is signed with SHA-256 or better."
    ),
    Check.USAGE: plain(
        "do_usage", "request a certificate for server authentication, install it, then verify."
    ),
    Check.DAMAGED: plain("do_damaged", "replace or remove the damaged file or entry."),
    Check.UNREACHABLE: plain(
        "do_unreachable",
        "check whether the server runs, whether the monitor may reach it, and whether this port uses TLS.",
    ),
    Check.INCONSISTENT: plain(
        "do_inconsistent", "find out which of the certificates is right, and install it everywhere."
    ),
    Check.FLAPPING: plain(
        "do_flapping", "find out which servers answer at this address, and give all of them one certificate."
    ),
    Check.RECORDER_PAIR: plain(
        "do_recorder_pair", "renew the other certificate of the recorder too, then verify."
    ),
    Check.FAILOVER_OLDER: plain(
        "do_failover_older", "install the newer certificate on the failover server too."
    ),
    Check.PUBLIC_NAME: plain(
        "do_public_name", "request a certificate that includes the missing name, install it, then verify."
    ),
    Check.ENCRYPTION: plain(
        "do_encryption", "switch encryption on there, or say in the configuration that it is meant to be off."
    ),
    Check.KEY_TYPE: plain(
        "do_key_type", "request a certificate with a key that the product accepts, install it, then verify."
    ),
    Check.NEVER_SEEN: plain("do_never_seen", "read its certificate store, or test a takeover."),
    Check.DISCOVERY_STALE: plain(
        "do_discovery_stale",
        "find out why the list cannot be fetched; until then new targets are not watched.",
    ),
    Check.TARGETS_LEFT_OUT: plain("do_targets_left_out", "raise limits.targets, or watch fewer targets."),
    Check.NOT_DEPLOYED: plain("do_not_deployed", "select the new certificate in the service, then verify."),
    Check.BINDING_STALE: plain(
        "do_binding_stale", "select the right certificate in the binding, or remove the binding."
    ),
    Check.KEY_MISSING: plain(
        "do_key_missing", "restore the link to the private key, or import the certificate again with its key."
    ),
    Check.KEY_INACCESSIBLE: plain(
        "do_key_inaccessible", "let the account of the service read the private key."
    ),
    Check.NOT_IN_STORE: plain(
        "do_not_in_store", "find out what answers at this port, and where its certificate comes from."
    ),
    Check.CA_NOT_INSTALLED: plain(
        "do_ca_not_installed", "install the CA certificate on the machines that must trust it."
    ),
    Check.REVOKED: plain(
        "do_revoked", "ask the CA for the reason, and replace it by a certificate with a new key."
    ),
    Check.REVOCATION_UNKNOWN: plain(
        "do_revocation_unknown", "find out why its revocation status cannot be fetched."
    ),
    Check.CRL_EXPIRY: plain("do_crl_expiry", "have a newer CRL published, and copied to where it is read."),
    Check.RENEWAL_WINDOW: plain("do_renewal_window", "find out why its automatic renewal did not run."),
    Check.RENEWAL_LATE: plain("do_renewal_late", "find out why it was not renewed as usual."),
}
"""What to do, by check; a preset may say it better."""
