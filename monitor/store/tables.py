"""The tables of the store; no statements here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from monitor.store.columns.types import DurationColumn, TextColumn, TimestampColumn
from monitor.store.dialect import RowId, partial

metadata = MetaData()

certificate = Table(
    "certificate",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("der", LargeBinary, nullable=False),
    Column("subject", TextColumn, nullable=False),
    Column("not_after", TimestampColumn, nullable=False),
    Column("first_seen_at", TimestampColumn, nullable=False),
)

target = Table(
    "target",
    metadata,
    Column("id", TextColumn, primary_key=True),
    Column("kind", TextColumn, nullable=False),
    Column("location", TextColumn, nullable=False),
    Column("watched_since", TimestampColumn),
    Column("probed_at", TimestampColumn),
    Column("duration", DurationColumn, nullable=False),
    Column("succeeded_at", TimestampColumn),
    Column("failed_probes", Integer, nullable=False),
    Column("failures", Text, nullable=False),
    Column("encrypted", Boolean),
    Column("former_leaves", Text, nullable=False),
    Column("machine", Text),
    Column("lists", Text),
    Column("own_keys", Text),
    Column("past_renewals", Text),
)

# One row for each uninterrupted period of a certificate at a location. The open rows (no ended_at) are the
# last known sightings of their target, so that the two can never disagree. There is no foreign key to target:
# history outlives it.
history = Table(
    "history",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("target_id", TextColumn, nullable=False),
    Column("location", TextColumn, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sha256", Text, ForeignKey("certificate.sha256"), nullable=False),
    Column("first_seen_at", TimestampColumn, nullable=False),
    Column("last_seen_at", TimestampColumn, nullable=False),
    Column("ended_at", TimestampColumn),
    Column("replaced_by", Text),
    Index("history_target", "target_id", "ended_at"),
    Index("history_certificate", "sha256"),
    Index("history_ended", "ended_at", **partial("ended_at IS NOT NULL")),
)

# One row for each period in which the probes of a target had one outcome; no reason is success. The open row
# (no ended_at) is the present one.
outcome = Table(
    "outcome",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("target_id", TextColumn, nullable=False),
    Column("reason", Text),
    Column("began_at", TimestampColumn, nullable=False),
    Column("ended_at", TimestampColumn),
    Index("outcome_target", "target_id", "ended_at"),
    Index("outcome_ended", "ended_at", **partial("ended_at IS NOT NULL")),
)

# The id is that of the key (check, scope, scope_id, subject). An alert that is over keeps its row a while.
alert = Table(
    "alert",
    metadata,
    Column("id", Text, primary_key=True),
    Column("check", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_id", TextColumn, nullable=False),
    Column("subject", TextColumn, nullable=False),
    Column("level", Text, nullable=False),
    Column("level_since", TimestampColumn, nullable=False),
    Column("opened_at", TimestampColumn, nullable=False),
    Column("title", TextColumn, nullable=False),
    Column("locations", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("resolved_at", TimestampColumn),
    Column("resolution", Text),
    Index("alert_resolved", "resolved_at", **partial("resolved_at IS NOT NULL")),
)

# What each receiver was notified of the alerts that are not over, and which level it accepted.
notification_log = Table(
    "notification_log",
    metadata,
    Column("alert_id", Text, primary_key=True),
    Column("receiver", TextColumn, primary_key=True),
    Column("level", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_at", TimestampColumn, nullable=False),
    Column("last_at", TimestampColumn, nullable=False),
    Column("pending_id", Text),
    Column("refused_at", TimestampColumn),
    Column("accepted_level", Text),
    Column("accepted_at", TimestampColumn),
    Column("at_once", Boolean),
)

renewal_log = Table(
    "renewal_log",
    metadata,
    Column("old", Text, primary_key=True),
    Column("new", Text, primary_key=True),
    Column("receiver", TextColumn, primary_key=True),
    Column("notified_at", TimestampColumn, nullable=False),
)

# What keeps alerts back: acknowledged ones by their id, silenced ones by matchers.
silence = Table(
    "silence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("matchers", Text, nullable=False),
    Column("alert_id", Text),
    Column("certificate", Text),
    Column("level", Text),
    Column("starts_at", TimestampColumn, nullable=False),
    Column("ends_at", TimestampColumn),
    Column("reason", TextColumn, nullable=False),
    Column("by", TextColumn, nullable=False),
    Column("ended_at", TimestampColumn),
    Column("ended_by", TextColumn),
)

access_token = Table(
    "access_token",
    metadata,
    Column("name", TextColumn, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("matchers", Text, nullable=False),
    Column("created_at", TimestampColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("expires_at", TimestampColumn),
    Column("last_used_at", TimestampColumn),
)

# Plans that people work through; each step is one JSON document, as a whole it is never searched.
renewal_day = Table(
    "renewal_day",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site", TextColumn, nullable=False),
    Column("version", Text, nullable=False),
    Column("plan", TextColumn, nullable=False),
    Column("started_at", TimestampColumn, nullable=False),
    Column("started_by", TextColumn, nullable=False),
    Column("work_began_at", TimestampColumn, nullable=False),
    Column("paused_at", TimestampColumn),
    Column("stopped_at", TimestampColumn),
    Column("stopped_step", TextColumn),
    Column("stopped_why", Text),
    Column("ended_at", TimestampColumn),
    Column("ended_by", TextColumn),
)

renewal_step = Table(
    "renewal_step",
    metadata,
    Column("day_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("step", Text, nullable=False),
)

renewal_event = Table(
    "renewal_event",
    metadata,
    Column("day_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", TimestampColumn, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step_id", Text, nullable=False),
    Column("by", TextColumn, nullable=False),
    Column("message", Text, nullable=False),
)

# Which of several services on one database acts, and until when; a row for each of them, too.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", TextColumn, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", TimestampColumn, nullable=False),
    Column("url", Text),
)

receiver_state = Table(
    "receiver_state",
    metadata,
    Column("receiver", TextColumn, primary_key=True),
    Column("inventory_at", TimestampColumn),
    Column("digest_at", TimestampColumn),
    Column("heartbeat_at", TimestampColumn),
    Column("outage_at", TimestampColumn),
    Column("refusals", Integer),
    Column("refused_since", TimestampColumn),
    Column("retry_at", TimestampColumn),
)

notification = Table(
    "notification",
    metadata,
    Column("id", TextColumn, primary_key=True),
    Column("receiver", TextColumn, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("payload", Text, nullable=False),
    Column("rendered", LargeBinary),
    Column("rendered_at", TimestampColumn),
    Column("uncertain", Boolean, nullable=False),
    Column("short", Boolean),
    Column("recipients", Text, nullable=False),
    Column("created_at", TimestampColumn, nullable=False),
    Column("next_attempt_at", TimestampColumn, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", TextColumn, nullable=False),
    Column("finished_at", TimestampColumn),
    Index("notification_due", "receiver", "next_attempt_at", **partial("finished_at IS NULL")),
    Index("notification_finished", "finished_at", **partial("finished_at IS NOT NULL")),
)

# No foreign key to an alert: what was notified outlives it. The last two columns are those of the log before
# it forgot an alert that is over: should all recipients refuse the good news, the log has it again.
notification_alert = Table(
    "notification_alert",
    metadata,
    Column("notification_id", ForeignKey("notification.id", ondelete="CASCADE"), primary_key=True),
    Column("alert_id", TextColumn, primary_key=True),
    Column("reason", TextColumn, nullable=False),
    Column("level", TextColumn, nullable=False),
    Column("accepted_level", Text),
    Column("accepted_at", TimestampColumn),
)

discovery = Table(
    "discovery",
    metadata,
    Column("id", TextColumn, primary_key=True),
    Column("found", Text, nullable=False),
    Column("succeeded_at", TimestampColumn, nullable=False),
)

# No foreign key to certificate: its rows are pruned in slices that do not consider this table.
renewal = Table(
    "renewal",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("start", TimestampColumn, nullable=False),
    Column("end", TimestampColumn, nullable=False),
    Column("asked_at", TimestampColumn, nullable=False),
    Column("explanation", TextColumn, nullable=False),
    Column("first_start", TimestampColumn),
    Column("first_end", TimestampColumn),
    Column("ask_after", TimestampColumn),
)

fact = Table(
    "fact",
    metadata,
    Column("key", TextColumn, primary_key=True),
    Column("value", TextColumn, nullable=False),
)
