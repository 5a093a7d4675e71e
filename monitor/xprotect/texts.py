"""What steps and impacts say besides the texts of presets: accounts, versions, and what is not confirmed."""

from monitor.model import Message, message


@message("xprotect.well_known_account", "{account} ({sid}), which the site says is its service account")
def well_known_account(*, account: str, sid: str) -> None: ...


@message(
    "xprotect.virtual_account",
    "the virtual account of the service with the SID {sid}, which the site says is its service account",
)
def virtual_account(*, sid: str) -> None: ...


@message(
    "xprotect.app_pool_account",
    "the IIS application pool identity with the SID {sid}, which the site says is its service account",
)
def app_pool_account(*, sid: str) -> None: ...


@message(
    "xprotect.account_of_sid",
    "the account with the SID {sid}, which the site says is its service account (the logon account of the "
    "service in services.msc is its name)",
)
def account_of_sid(*, sid: str) -> None: ...


@message("xprotect.named_account", "{account}, which the site says is its service account")
def named_account(*, account: str) -> None: ...


@message(
    "xprotect.release",
    "The site runs XProtect {release} (version {version}): where the vendor's guide for that release differs "
    "from these steps, the guide is right.",
)
def release(*, release: str, version: str) -> None: ...


@message(
    "xprotect.version_only",
    "The site says that it runs version {version}: where the vendor's guide for that version differs from "
    "these steps, the guide is right.",
)
def version_only(*, version: str) -> None: ...


@message(
    "xprotect.unconfirmed_impact",
    "Not confirmed by a source, from general knowledge of the product: {impact}",
)
def unconfirmed_impact(*, impact: Message) -> None: ...


@message(
    "xprotect.unconfirmed_steps",
    "What is said here about port {port} of {host} and its certificate is not confirmed by a source: compare "
    "it with the product's manual before you follow these steps.",
)
def unconfirmed_steps(*, host: str, port: str) -> None: ...
