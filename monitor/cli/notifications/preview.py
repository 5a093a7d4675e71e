"""``cert-monitor notifications preview``: write what would be sent into a folder, and send nothing."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.alerts.payload import from_json
from monitor.cli.columns import in_columns
from monitor.cli.notifications.preview_folder import PreviewFolder, mail_files, subject_of
from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import Config, load
from monitor.daemon.preview import Occasion, Preview, PreviewedNotification
from monitor.daemon.preview import preview as previewed
from monitor.delivery.email.content.headlines import subject
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.messages import english
from monitor.model import Notification
from monitor.parse import display

_LONGEST = 200
_HEAD = ("RECEIVER", "WHEN", "KIND", "SUBJECT", "FILES")


@dataclass(frozen=True, slots=True)
class _Row:
    """A notification with its files; the first of them is for reading."""

    receiver: str
    when: str
    kind: str
    subject: str
    files: dict[str, bytes]

    @property
    def columns(self) -> tuple[str, ...]:
        name, *_ = self.files
        stem = name.rpartition(".")[0]
        return self.receiver, self.when, self.kind, self.subject, f"{stem}.*" if len(self.files) > 1 else name

    @property
    def listed(self) -> dict[str, Any]:
        shown = {"receiver": self.receiver, "when": self.when, "kind": self.kind, "subject": self.subject}
        return {**shown, "files": list(self.files)}


def preview(arguments: argparse.Namespace) -> int:
    """Return 0 when everything is written."""
    folder = PreviewFolder(arguments.out)
    config = load(arguments.config)
    found = asyncio.run(previewed(config, SystemClock()))
    rows = [_row(number, one, config) for number, one in enumerate(_to_send(found), start=1)]
    folder.write(
        {name: file for row in rows for name, file in row.files.items()}, [row.listed for row in rows]
    )
    say("\n".join((*_table(rows), *_remarks(found, config), f"written to {arguments.out}; nothing was sent")))
    return 0


def _to_send(found: Preview) -> Iterator[tuple[PreviewedNotification, Notification]]:
    return ((one, one.notification) for one in found.notifications if one.notification is not None)


def _row(number: int, found: tuple[PreviewedNotification, Notification], config: Config) -> _Row:
    one, notification = found
    settings, sent = config.receivers[one.receiver], notification.rendered or b""
    name = f"{number:02}-{one.receiver}-{notification.kind.value}"
    if isinstance(settings, EmailReceiverSettings):
        files, said = mail_files(name, sent), subject_of(sent)
    else:
        files, said = {f"{name}.json": sent}, _said(notification, one.at)
    when = _at(one.at, settings.zone) if one.occasion is Occasion.NEXT_DIGEST else one.occasion.value
    return _Row(one.receiver, when, notification.kind.value, display(said, _LONGEST), files)


def _said(notification: Notification, at: datetime) -> str:
    """Return what a mail of the same would have as its subject, in English."""
    return english(at).write(subject(from_json(notification.payload))) if notification.payload else ""


def _at(at: datetime, zone: Any) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _table(rows: Sequence[_Row]) -> Iterator[str]:
    if not rows:
        return
    yield from in_columns([_HEAD, *(row.columns for row in rows)])
    yield ""


def _remarks(found: Preview, config: Config) -> Iterator[str]:
    """Yield why there is nothing, or less than one might expect."""
    if not config.receivers:
        yield "nobody is notified: there is no receiver"
    elif not any(one.occasion is not Occasion.NEXT_DIGEST for one in found.notifications):
        yield "nothing would be sent now"
    for one in found.notifications:
        if one.notification is None:
            zone = config.receivers[one.receiver].zone
            yield f"{one.receiver}: the digest of {_at(one.at, zone)} would have nothing to say"
    for name in found.without_inventory:
        yield f"{name}: waits for its inventory, which comes when all targets have been checked once"
