"""Everything that can be probed: one file or package for each kind, listed in ``kinds`` and ``registry``.

It imports nothing: a command that probes one endpoint loads no other kind.
"""
