"""Print as JSON the bindings of the library named on the command line, loaded as httpapi."""

import ctypes
import json
import sys
from dataclasses import asdict

stand_in = ctypes.WinDLL(sys.argv[1])

from monitor.sources.win32.httpapi import bindings  # noqa: E402 - what is loaded under that name is taken

sys.stdout.write(json.dumps([asdict(one) for one in bindings() or ()]))
