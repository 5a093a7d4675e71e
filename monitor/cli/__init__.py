"""The command ``cert-monitor``: read the arguments, call one command, return its exit code.

Exit of ``check``: 0 ok, 1 warning, 2 critical, 3 could not probe, bad usage or bad configuration; likewise
for ``xprotect verify`` and ``xprotect preflight``, where 2 is red or missing. Exit of the others: 0 done, 1
system error, 2 configuration or usage (``xprotect discover`` and ``targets``: 3 a site or list could not be
read). After Ctrl-C it is 130.
"""

import os
import sys
from collections.abc import Sequence

from monitor.cli.arguments import parser
from monitor.cli.output import finish, forgive_encodings
from monitor.cli.service.defaults import use_service_defaults
from monitor.errors import CertMonitorError, ConfigError, UsageError
from monitor.gc_tuning import collect_rarely

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    collect_rarely()
    # Nobody needs them here, and finding them reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    given = list(sys.argv[1:] if argv is None else argv)
    for_plugin = given[:1] == ["check"] and not {"nagios", "--format=nagios"}.isdisjoint(given)
    checking = given[:1] == ["check"] or given[:2] in (["xprotect", "verify"], ["xprotect", "preflight"])
    forgive_encodings()
    try:
        arguments = parser("".join(given[:1])).parse_args(given)
        use_service_defaults(arguments)
        code: int = arguments.command(arguments)
    except (UsageError, ConfigError) as error:
        return _plugin_unknown(str(error)) if for_plugin else _complain(str(error), 3 if checking else 2)
    except CertMonitorError as error:
        return _plugin_unknown(str(error)) if for_plugin else _complain(str(error), 3 if checking else 1)
    except BrokenPipeError:
        return 1  # the reader closed the pipe (``| head``): no output is possible
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not for_plugin:
            raise
        return _plugin_unknown(f"internal error: {error!r}")  # a traceback ends with 1: a warning
    finally:
        finish()
    return code


def _plugin_unknown(text: str) -> int:
    """Print that a plugin could not do its work, on standard output, the only one that Nagios reads."""
    from monitor.cli.check.formats.nagios import plugin_unknown  # noqa: PLC0415 - seldom needed

    print(plugin_unknown(text))
    return 3


def _complain(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code
