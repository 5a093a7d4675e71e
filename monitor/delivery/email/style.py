"""How the mails of one receiver look: their length, and what its own people put before and below them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailStyle:
    """The form of a receiver's mails; with ``brief`` they are the summary alone.

    ``subject_prefix`` is before each subject, ``footer`` below each mail. Neither is translated.
    """

    brief: bool = False
    subject_prefix: str = ""
    footer: str = ""

    def subject(self, subject: str) -> str:
        """Return a subject with the prefix."""
        return f"{self.subject_prefix} {subject}".strip()

    @property
    def footer_lines(self) -> tuple[str, ...]:
        """Return the lines of the footer."""
        return tuple(self.footer.splitlines())


PLAIN = MailStyle()
