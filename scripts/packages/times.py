"""The one time that all files of a package have, so that two builds are equal."""

import os
from datetime import UTC, datetime

# https://reproducible-builds.org/docs/source-date-epoch/; otherwise the first day of 2026
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "1767225600"))
BUILT_AT = datetime.fromtimestamp(EPOCH, UTC)
ZIP_TIME = BUILT_AT.timetuple()[:6]
