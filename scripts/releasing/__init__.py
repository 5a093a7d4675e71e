"""What ``scripts/release`` is made of: checks of the version, the sdist, archives, the SBOM and checksums."""


class ReleaseError(Exception):
    """Something that forbids a release; the text is for people."""
