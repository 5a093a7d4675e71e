"""What a plan says beyond the steps of presets; it decides nothing."""

from datetime import datetime

from monitor.model import Message
from monitor.model.message import message, plain


@message("plan_server_group", "{server}: {group}")
def server_group(*, server: str, group: Message) -> None: ...


@message("plan_ca", "Certificate authority {ca}")
def ca_title(*, ca: str) -> None: ...


@message(
    "plan_ca_outlives",
    "{ca} is valid until {not_after:date}, longer than the certificates that are requested now: it need not"
    " be "
    "renewed.",
)
def ca_outlives(*, ca: str, not_after: datetime) -> None: ...


NO_CA = plain(
    "plan_no_ca",
    "The present certificates are self-signed. Choose the CA that issues the new ones.",
)
CA_TITLE = plain("plan_ca_unnamed", "Certificate authority")
DISTRIBUTE = plain(
    "plan_distribute",
    "Make sure that every server and every client trusts the CA that issues the new certificates: install "
    "its "
    "certificate in Trusted Root Certification Authorities of the local computer. Mobile devices, "
    "integrations "
    "and the monitor (trust) need it too.",
)
CONFIRM_CA = plain(
    "plan_confirm_ca",
    "One person, by name, confirms this step. No server is changed before that: clients that do not trust "
    "the "
    "CA lose the connection at once.",
)
CLIENTS = plain(
    "plan_clients",
    "Computers whose certificate store is not read, above all those of operators, are not in these numbers.",
)


@message(
    "plan_new_ca_found",
    "The renewed CA is known already: thumbprint {thumbprint}, valid until {not_after:date}.",
)
def new_ca_found(*, thumbprint: str, not_after: datetime) -> None: ...


NEW_CA_UNKNOWN = plain(
    "plan_new_ca_unknown",
    "The renewed CA is not known to the monitor yet, so it cannot say who trusts it. Add its certificate to "
    "trust in the configuration.",
)
PILOT = plain(
    "plan_pilot",
    "The pilot: carry out all of its steps and look at its live picture and its recordings in every client "
    "before any other server is changed.",
)
ORDER_CONFLICT = plain(
    "plan_order_conflict",
    "Not confirmed: sources contradict each other about whether the event server or the management server "
    "comes first.",
)
ORDER_UNKNOWN = plain(
    "plan_order_unknown", "Not confirmed: no source gives this service a place in the order."
)
SEVERAL = plain(
    "plan_several_certificates", "Its ports serve different certificates now; the new one is for all of them."
)


@message(
    "plan_ready", "The new certificate is on the machine already: thumbprint {thumbprint}. Only select it."
)
def ready(*, thumbprint: str) -> None: ...


@message(
    "plan_verify_expected",
    "When every group of this server is switched, from the monitor's computer: cert-monitor xprotect verify "
    "{host} --config FILE --expect {thumbprint}. Until then the page of the renewal day shows each port.",
)
def verify_expected(*, host: str, thumbprint: Message) -> None: ...


@message("plan_verify_port", "From the monitor's computer: cert-monitor check {location}")
def verify_port(*, location: str) -> None: ...


LOOK_AT_CLIENTS = plain(
    "plan_look_at_clients",
    "Look whether the clients of this server still work. Then confirm the step by name.",
)
LOOK = plain(
    "plan_look",
    "Look at a live picture and a recording in Smart Client, in the mobile client where one is used, and at"
    " the "
    "integrations. Then confirm the step by name.",
)


@message(
    "plan_back",
    "On {host}, select the previous certificate (thumbprint {thumbprint}) under {group} in Server "
    "Configurator "
    "and apply. Services restart again.",
)
def back(*, host: str, thumbprint: str, group: Message) -> None: ...


@message(
    "plan_back_command",
    'The same from an elevated command prompt: "C:\\Program Files\\Milestone\\Server Configurator\\'
    'ServerConfigurator.exe" /quiet /enableencryption /certificategroup={guid} /thumbprint={thumbprint}',
)
def back_command(*, guid: str, thumbprint: str) -> None: ...


@message(
    "plan_back_other",
    "On {host}, select the previous certificate (thumbprint {thumbprint}) for this service again.",
)
def back_other(*, host: str, thumbprint: str) -> None: ...


KEY_UNKNOWN = plain(
    "plan_back_key_unknown",
    "Before the work, make sure that the previous certificate has its private key: the store of this "
    "machine "
    "was not read.",
)


@message("plan_no_way_back_after", "No way back after {at}.")
def no_way_back_after(*, at: datetime) -> None: ...


NO_WAY_BACK_KEY = plain(
    "plan_no_way_back_key", "No way back: the previous certificate has no private key on this machine."
)
NO_WAY_BACK_TRUST = plain("plan_no_way_back_trust", "No way back: the previous certificate is not trusted.")
NO_WAY_BACK_SEVERAL = plain(
    "plan_no_way_back_several",
    "The ports of this group serve different certificates, so that one selection cannot restore them all.",
)


@message(
    "plan_not_seen",
    "{server} is not in the plan: it serves no certificate now ({locations}). Renew it by hand, and test a "
    "takeover where it is a failover recorder.",
)
def not_seen(*, server: str, locations: tuple[str, ...]) -> None: ...


@message("plan_not_encrypted", "{server} is not in the plan: encryption is off at {locations}.")
def not_encrypted(*, server: str, locations: tuple[str, ...]) -> None: ...


@message(
    "plan_devices",
    "{count} device is not in the plan: it is renewed on its own web page or by its device manager.",
    "{count} devices are not in the plan: they are renewed on their own web pages or by their device "
    "manager.",
)
def devices(*, count: int) -> None: ...


NO_PILOT = plain("plan_no_pilot", "No recording server runs on a machine of its own, so there is no pilot.")
