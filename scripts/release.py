"""Build everything that a release consists of, with checksums and SBOM; run by ``scripts/release``."""

import os
import sys
from importlib import import_module

from releasing import checkout

if __name__ == "__main__":
    # What builds reads the time when it is imported, so it has to be known before.
    os.environ["SOURCE_DATE_EPOCH"] = str(checkout.committed_at())
    sys.exit(import_module("releasing.command").main(sys.argv[1:]))
