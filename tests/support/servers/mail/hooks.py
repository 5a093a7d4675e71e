"""What aiosmtpd may see of an object that keeps mails."""

from types import SimpleNamespace


def hooks(keeper: object) -> SimpleNamespace:
    """Return the methods that aiosmtpd calls (``handle_DATA``, ``auth_PLAIN`` and so on), nothing else.

    For each connection aiosmtpd reads every attribute of its handler, properties too. One that parses all
    mails costs more with each mail; one that fails closes the connection without a greeting or a word.
    """
    names = [name for name in dir(keeper) if name.startswith(("handle_", "auth_"))]
    return SimpleNamespace(**{name: getattr(keeper, name) for name in names})
