"""What Server Configurator's exit codes mean, as far as that is known.

Sources: MilestonePSTools (0 and -1 to -4), PowerShellSamples issues 71 (100) and 142 (50, without any
explanation); the others were seen by third parties.
"""

from monitor.model import Message
from monitor.planning.renewal_day import texts

_SIGN_BIT, _WORD = 1 << 31, 1 << 32

_KNOWN = {
    0: texts.EXIT_SUCCESS,
    -1: texts.EXIT_UNKNOWN_ERROR,
    -2: texts.EXIT_ARGUMENTS,
    -3: texts.EXIT_VALUE,
    -4: texts.EXIT_OTHER_INSTANCE,
    50: texts.EXIT_UNDOCUMENTED,
    100: texts.EXIT_REGISTRATION_REFUSED,
    10000: texts.EXIT_SERVICE,
    20000: texts.EXIT_SERVICE,
}


def signed(code: int) -> int:
    """Return an exit code as Server Configurator means it; some shells show -1 as 4294967295."""
    return code - _WORD if _SIGN_BIT <= code < _WORD else code


def explanation(code: int) -> Message:
    """Return what an exit code means."""
    return texts.exit_code(code=code, meaning=_KNOWN.get(code, texts.EXIT_NOT_KNOWN))
