"""What people of a receiver write into its mails themselves: before each subject, and below each mail."""

LONGEST_PREFIX = 60
LONGEST_FOOTER = 1000
_MOST_LINES = 20


def subject_prefix(value: str) -> str:
    """Return a text that a header can begin with; raise ``ValueError`` for another."""
    if not value.isprintable():
        raise ValueError("must not contain line breaks or control characters")
    if len(value) > LONGEST_PREFIX:
        raise ValueError(f"must have at most {LONGEST_PREFIX} letters")
    return value.strip()


def footer(value: str) -> str:
    """Return a text of a few lines; raise ``ValueError`` for another."""
    lines = [line.rstrip() for line in value.rstrip().split("\n")]
    if not all(line.isprintable() for line in lines):
        raise ValueError("must not contain control characters")
    if len(value) > LONGEST_FOOTER or len(lines) > _MOST_LINES:
        raise ValueError(f"must have at most {_MOST_LINES} lines and {LONGEST_FOOTER} letters")
    return "\n".join(lines)
