"""How programs are written to: in the reader's language, times in UTC."""

from datetime import UTC

from monitor.messages import Writer


def for_programs(writer: Writer) -> Writer:
    """Return the writer of what a program reads."""
    return Writer(writer.language, UTC, writer.now)
