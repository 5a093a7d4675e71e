"""What alerts say: what is wrong by check, and how things went on; it must not decide anything."""

from collections.abc import Sequence
from datetime import datetime

from monitor.model import Check, Message, message
from monitor.model.message import plain
from monitor.parse.display import display

PROBLEM = {
    Check.EXPIRY: plain("problem_expiry", "certificate expires soon"),
    Check.CA_EXPIRY: plain("problem_ca_expiry", "CA expires soon"),
    Check.NOT_YET_VALID: plain("problem_not_yet_valid", "certificate not yet valid"),
    Check.NAME: plain("problem_name", "wrong name"),
    Check.NAME_IN_SUBJECT_ONLY: plain("problem_name_in_subject_only", "name only in the subject"),
    Check.TRUST: plain("problem_trust", "not trusted"),
    Check.OUTLIVES_CA: plain("problem_outlives_ca", "certificate outlives its CA"),
    Check.WEAK_KEY: plain("problem_weak_key", "weak key"),
    Check.WEAK_SIGNATURE: plain("problem_weak_signature", "weak signature"),
    Check.USAGE: plain("problem_usage", "not valid for server authentication"),
    Check.DAMAGED: plain("problem_damaged", "damaged file or entry"),
    Check.UNREACHABLE: plain("problem_unreachable", "unreachable"),
    Check.INCONSISTENT: plain("problem_inconsistent", "different certificates for one name"),
    Check.FLAPPING: plain("problem_flapping", "another certificate at every probe"),
    Check.RECORDER_PAIR: plain(
        "problem_recorder_pair", "only one of the recorder's two certificates was renewed"
    ),
    Check.FAILOVER_OLDER: plain("problem_failover_older", "the failover server has an older certificate"),
    Check.PUBLIC_NAME: plain("problem_public_name", "a name that clients use is missing"),
    Check.ENCRYPTION: plain("problem_encryption", "encryption not as expected"),
    Check.KEY_TYPE: plain("problem_key_type", "key type not accepted by the product"),
    Check.NEVER_SEEN: plain("problem_never_seen", "standby, certificate not checked yet"),
    Check.DISCOVERY_STALE: plain("problem_discovery_stale", "the target list could not be fetched"),
    Check.TARGETS_LEFT_OUT: plain("problem_targets_left_out", "more targets than limits.targets allows"),
    Check.NOT_DEPLOYED: plain("problem_not_deployed", "new certificate installed but not used"),
    Check.BINDING_STALE: plain("problem_binding_stale", "bound to a certificate that is no longer used"),
    Check.KEY_MISSING: plain("problem_key_missing", "private key missing"),
    Check.KEY_INACCESSIBLE: plain("problem_key_inaccessible", "the service cannot read the private key"),
    Check.NOT_IN_STORE: plain(
        "problem_not_in_store", "serves a certificate that is not in the machine's store"
    ),
    Check.CA_NOT_INSTALLED: plain(
        "problem_ca_not_installed", "CA certificate not installed where it must be trusted"
    ),
    Check.REVOKED: plain("problem_revoked", "certificate revoked"),
    Check.REVOCATION_UNKNOWN: plain("problem_revocation_unknown", "revocation status unknown"),
    Check.CRL_EXPIRY: plain("problem_crl_expiry", "a newer CRL is due"),
    Check.RENEWAL_WINDOW: plain("problem_renewal_window", "renewal requested by the CA"),
    Check.RENEWAL_LATE: plain("problem_renewal_late", "not renewed when it usually is"),
}
"""What is wrong, by check: a clause that follows the name of what has the problem."""


@message("no_longer", "no longer the case: {problem}")
def no_longer(*, problem: Message) -> None: ...


@message("renewed", "valid until {not_after:date}; the previous certificate was valid until {previous:date}")
def renewed(*, not_after: datetime, previous: datetime) -> None: ...


@message("ca_renewed", "a new CA certificate of this name is in use, valid until {not_after:date}")
def ca_renewed(*, not_after: datetime) -> None: ...


@message("reachable_again", "{title} is reachable again")
def reachable_again(*, title: str) -> None: ...


@message(
    "many_unreachable",
    "{count} of {watched} targets is unreachable",
    "{count} of {watched} targets are unreachable",
)
def many_unreachable(*, count: int, watched: int) -> None: ...


@message(
    "many_unreachable_network",
    "{count} of {watched} targets is unreachable: is the monitor's own network down?",
    "{count} of {watched} targets are unreachable: is the monitor's own network down?",
)
def many_unreachable_network(*, count: int, watched: int) -> None: ...


@message(
    "failed_such_as",
    "{reason} ({count} target), for example: {detail}",
    "{reason} ({count} targets), for example: {detail}",
)
def failed_such_as(*, reason: str, count: int, detail: Message) -> None: ...


@message(
    "many_reachable",
    "{count} of {watched} targets is reachable",
    "{count} of {watched} targets are reachable",
)
def many_reachable(*, count: int, watched: int) -> None: ...


@message(
    "still_unreachable", "{count} target is still unreachable:", "{count} targets are still unreachable:"
)
def still_unreachable(*, count: int) -> None: ...


@message("listed_names", "{names:open}")
def listed_names(*, names: tuple[str, ...]) -> None: ...


@message("listed_names_and_more", "{names:open} and {count} more", "{names:open} and {count} more")
def listed_names_and_more(*, names: tuple[str, ...], count: int) -> None: ...


def name_list(names: Sequence[str], most: int) -> Message:
    """Return names with commas, the first few of many with the number of the others."""
    shown, more = tuple(names[:most]), len(names) - most
    return listed_names_and_more(names=shown, count=more) if more > 0 else listed_names(names=shown)


CLOCK_WRONG = plain("clock_wrong", "The monitor's clock is wrong")
CLOCK_EARLIER = plain(
    "clock_earlier",
    "It is earlier than the newest record, or than the date of this version. Set the clock: until then "
    "nothing else is reported.",
)
CLOCK_WAS_AHEAD = plain(
    "clock_was_ahead",
    "If the clock is right now and was ahead before, run on this machine: cert-monitor clock accept",
)


@message("clock_jumped", "The monitor's clock jumped from {before} to {after}: is it right now?")
def clock_jumped(*, before: datetime, after: datetime) -> None: ...


CLOCK_HELD = plain(
    "clock_held",
    "For one hour, cert-monitor goes by the time that the clock would show without the jump. Then it "
    "believes the clock, and every notification says so.",
)
CLOCK_IF_JUMP_IS_RIGHT = plain(
    "clock_if_jump_is_right", "If the clock is right, run on this machine: cert-monitor clock accept"
)
CLOCK_IF_JUMP_IS_WRONG = plain(
    "clock_if_jump_is_wrong", "If it is wrong, set it back: nothing else has to be done."
)


@message(
    "clock_unconfirmed",
    "The monitor's clock jumped from {before} to {after}, and nobody has confirmed that it is right: what "
    "this says about dates may be wrong. If the clock is right, run on that machine: "
    "cert-monitor clock accept",
)
def clock_unconfirmed(*, before: datetime, after: datetime) -> None: ...


@message(
    "expired_at_once",
    "{count} certificate expired since {since}: is the monitor's clock right?",
    "{count} certificates of different CAs expired since {since}: is the monitor's clock right?",
)
def expired_at_once(*, count: int, since: datetime) -> None: ...


CLOCK_RIGHT = plain("clock_right", "The monitor's clock is right again")
CLOCK_REPORTS = plain("clock_reports", "Problems are reported again.")


@message("store_unusable", "The monitor's database cannot be used: {why}")
def store_unusable(*, why: Message) -> None: ...


STORE_EFFECT = plain(
    "store_effect",
    "Probes, metrics and mails go on. What is seen and what is mailed cannot be recorded: mails may be "
    "repeated after a restart.",
)
STORE_ADVICE = plain("store_advice", "The monitor's log says what to do.")
STORE_USABLE = plain("store_usable", "The monitor's database can be used again")
STORE_RECORDS = plain("store_records", "Results and notifications are recorded again.")


@message("zone_silent", "No agent of zone {zone} has reported since {since}")
def zone_silent(*, zone: str, since: datetime) -> None: ...


ZONE_EFFECT = plain(
    "zone_effect",
    "The targets of the zone are shown as they were last; what happens there meanwhile is reported once an "
    "agent sends it.",
)
ZONE_ADVICE = plain(
    "zone_advice", "Check that an agent runs there and reaches this monitor; its log says what it lacks."
)


@message("zone_without_worker", "No worker of zone {zone} has answered since {since}")
def zone_without_worker(*, zone: str, since: datetime) -> None: ...


ZONE_UNPROBED = plain(
    "zone_unprobed", "The targets of the zone are shown as they were last; nobody probes them meanwhile."
)
WORKER_ADVICE = plain(
    "worker_advice", "Check that a worker runs there and reaches the NATS server; its log says what it lacks."
)


@message("zone_heard", "Zone {zone} reports again")
def zone_heard(*, zone: str) -> None: ...


@message("monitor_was_away", "The monitor was not running from {since} to {until}")
def monitor_was_away(*, since: datetime, until: datetime) -> None: ...


OUTAGE_EFFECT = plain(
    "outage_effect",
    "It is running again. Nothing was checked in that time; what came due is reported now.",
)
OUTAGE_CLOCK = plain("outage_clock", "If it was not away for so long, check its clock.")


@message("value_for", "{value} ({owner})")
def value_for(*, value: Message, owner: str) -> None: ...


@message("on_day", "{at:date}")
def on_day(*, at: datetime) -> None: ...


_LONGEST = 1000


def shown(text: str, longest: int = _LONGEST) -> str:
    """Return a text that is safe on one line of a mail: cleaned, and cut where it is too long."""
    return display(text, longest)
