"""Print as JSON the stores named on the command line, as our reader sees them; runs on Windows."""

import json
import sys
from dataclasses import asdict
from hashlib import sha256

from monitor.sources.win32.crypt32 import read_store
from monitor.sources.win32.failures import CallError
from monitor.windows.stores import store_name

said: dict[str, object] = {}
for text in sys.argv[1:]:
    try:
        said[text] = [
            asdict(one) | {"der": sha256(one.der).hexdigest()} for one in read_store(store_name(text))
        ]
    except CallError as error:
        said[text] = [error.number, error.reason]
sys.stdout.write(json.dumps(said))
