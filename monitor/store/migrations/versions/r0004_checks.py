"""Follow two checks that have new names."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A shared key holds the check's word twice: at its start, and at that of what the targets share.
_RENAMED = (
    ("served_old served_old ", "not_deployed not_deployed "),
    ("served_old ", "not_deployed "),
    ("unobserved ", "unreachable "),
)


def upgrade() -> None:
    """Rename them in the keys of what was notified, so that no mail is repeated and none is missed."""
    for old, new in _RENAMED:
        # Not LIKE, which takes _ for any character and ignores case.
        op.execute(
            f"UPDATE told SET key = '{new}' || substr(key, {len(old) + 1}) "  # noqa: S608 - constants of this file
            f"WHERE substr(key, 1, {len(old)}) = '{old}'"
        )
