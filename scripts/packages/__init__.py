"""The kinds of packages, each a module with ``add_arguments(parser)`` and ``build(arguments)``."""

KINDS = ("linux", "windows")


class PackageError(Exception):
    """Something that a package is made of is missing or not what the lock says; the text is for people."""
