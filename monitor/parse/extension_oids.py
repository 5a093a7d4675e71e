"""The object identifiers of a certificate's extensions, known or not."""

from monitor.parse.der import OBJECT_IDENTIFIER, SEQUENCE, DerError, child_list, children, dotted, expect
from monitor.parse.shape import fields


def extension_oids(der: bytes) -> tuple[str, ...]:
    """Return the dotted identifiers in their order, none where the certificate cannot be read."""
    try:
        wrapper = fields(der).extensions
        if wrapper is None:
            return ()
        listed = expect(next(children(wrapper), wrapper), SEQUENCE)
        return tuple(
            dotted(expect(child_list(one, 2)[0], OBJECT_IDENTIFIER).content) for one in children(listed)
        )
    except DerError:
        return ()
