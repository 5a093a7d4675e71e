"""Secret files that systemd passes to the service, whose user cannot read them (``LoadCredential=``)."""

import os
from collections.abc import Mapping


def credential_path(path: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the copy of a file that systemd passed under the name of the file, else its own path."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    copy = os.path.join(folder, os.path.basename(path))  # noqa: PTH118, PTH119 - paths stay texts here
    return copy if folder and os.path.isfile(copy) else path  # noqa: PTH113 - the same
