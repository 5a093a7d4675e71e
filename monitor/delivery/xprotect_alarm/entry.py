"""An entry of ``receivers`` of the kind ``xprotect_alarm``: the site, and a login of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from monitor.delivery.links import LinksNow, no_links
from monitor.delivery.post_settings import EntryReceiverSettings
from monitor.delivery.receiver import Facts
from monitor.delivery.settings import BaseReceiver
from monitor.discovery.xprotect.address import origin
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.model import Message
from monitor.settings import Duration, LocalPath, Username, pattern

if TYPE_CHECKING:
    from monitor.delivery.xprotect_alarm.receiver import AlarmReceiver


_GUID = re.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def _identifier(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError("must be the id of a camera, such as 1b2c3d4e-0000-4000-8000-00123456789a")
    return value


def _address(value: str) -> str:
    return origin(value).url


class XProtectAlarmEntry(BaseReceiver):
    """The Alarm Manager of an XProtect site, through the Alarms REST API."""

    kind: Literal["xprotect_alarm"]
    address: Annotated[str, AfterValidator(_address)] = Field(
        description="the management server, such as https://vms01.vms.example"
    )
    username: Username = Field(min_length=1, description="login name; DOMAIN\\name with login: windows")
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    login: Literal["basic", "windows"] = Field(
        "basic", description="basic: a user of the VMS; windows: a Windows account (NTLM or Negotiate)"
    )
    source: Annotated[str, AfterValidator(_identifier), pattern(_GUID.pattern)] | None = Field(
        None, description="id of the camera that alarms name as their source; else the first of the site"
    )
    ca: LocalPath | None = Field(
        None, description="PEM or DER file with the CA of the site, where the system does not trust it"
    )
    timeout: Duration = Field(timedelta(seconds=30), description="longest time one request may take")

    @model_validator(mode="after")
    def _one_password(self) -> "XProtectAlarmEntry":
        if (self.password_file is None) == (self.password_env is None):
            raise ValueError("username needs exactly one of password_file and password_env")
        return self

    def site(self) -> XProtectSiteSettings:
        """Return the login as the discovery of sites takes it: the password goes to the address alone."""
        return XProtectSiteSettings(
            kind="xprotect_site",
            address=self.address,
            username=self.username,
            password_file=self.password_file,
            password_env=self.password_env,
            login=self.login,
        )


@dataclass(frozen=True, slots=True)
class XProtectAlarmSettings(EntryReceiverSettings):
    """A site that is sent alarms, with the section ``email`` for what it does not say itself."""

    entry: XProtectAlarmEntry

    def receiver(
        self,
        monitor: Callable[[], Message],
        links: LinksNow = no_links,
        facts: Facts | None = None,
    ) -> "AlarmReceiver":
        """Return the receiver, which keeps the ids of its alarms in ``facts``."""
        from monitor.delivery.xprotect_alarm.orders import renderer  # noqa: PLC0415
        from monitor.delivery.xprotect_alarm.receiver import AlarmAccess, AlarmReceiver  # noqa: PLC0415

        del monitor
        render = renderer(self.writer, links, full=self.entry.detail == "full")
        entry = self.entry
        access = AlarmAccess(entry.site(), entry.source, entry.ca or "", entry.timeout.total_seconds())
        return AlarmReceiver(self.name, access, render, facts)
