"""Messages about probes that did not finish."""

from datetime import timedelta

from monitor.model import message


@message("probe_timeout", "the probe of {location} did not finish within {timeout:seconds}")
def probe_timeout(*, location: str, timeout: timedelta) -> None: ...


@message("bug", "a bug in cert-monitor ({error}), which its log describes")
def bug(*, error: str) -> None: ...
