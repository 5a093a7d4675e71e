"""Rename tables, checks, columns and recorded values."""

from alembic import op

# A key shared by targets contains the name of the check twice: at its start, and at the start of the shared
# part.
_CHECKS = (
    ("served_old served_old ", "not_deployed not_deployed "),
    ("served_old ", "not_deployed "),
    ("unobserved ", "unreachable "),
)

_COLUMNS = (
    ("target", '"where"', "location"),
    ("target", "looked_at", "probed_at"),
    ("target", "failed_looks", "failed_probes"),
    ("target", "departed", "former_leaves"),
    ("history", "place", "location"),
    ("notification_log", "places", "locations"),
    ("notification_log", "first_told_at", "first_notified_at"),
    ("notification_log", "last_told_at", "last_notified_at"),
    ("notification_log", "rung", "level"),
)

# The names of fields in columns that hold JSON. A quote inside a recorded text is escaped there, so that a
# name in quotes before a colon is always a name.
_FIELDS = (
    ("target", "failures", (("place", "location"),)),
    ("target", "former_leaves", (("place", "location"), ("looks", "probes"))),
    ("target", "machine", (("place", "location"), ("kept", "entries"))),
    ("target", "lists", (("place", "location"),)),
    ("discovery", "found", (("part", "traits"),)),
)

# What became of a recipient is the second value of a pair, so that a bracket follows its quote.
_RECIPIENTS = (("sent", "accepted"), ("failed", "refused"))


def upgrade() -> None:
    """Rename them in place, so that no mail is repeated or missed and no record is lost."""
    op.rename_table("told", "notification_log")
    for old, new in _CHECKS:
        # Not LIKE, which takes _ for any character and ignores case.
        op.execute(
            f"UPDATE notification_log SET key = '{new}' || substr(key, {len(old) + 1}) "  # noqa: S608 - constants of this file
            f"WHERE substr(key, 1, {len(old)}) = '{old}'"
        )
    for table, old, new in _COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, column, names in _FIELDS:
        for old, new in names:
            # A colon before a name would be taken for the beginning of a parameter.
            op.execute(
                f"""UPDATE {table} SET {column} = replace({column}, '"{old}"\\:', '"{new}"\\:')"""  # noqa: S608 - constants of this file
            )
    for old, new in _RECIPIENTS:
        op.execute(f"""UPDATE mail SET recipients = replace(recipients, '"{old}"]', '"{new}"]')""")  # noqa: S608 - constants of this file
