"""cert-monitor.exe: a console program that starts the interpreter beside it, wherever the folder lies."""

import io
import zipfile
from importlib.resources import files

from packages.archive import entry

# The launcher replaces <launcher_dir> with its own folder.
_INTERPRETER = b"#!<launcher_dir>\\python\\python.exe\n"
_PROGRAM = "import sys\nfrom monitor.cli import main\nsys.exit(main())\n"


def stub() -> bytes:
    """Return distlib's launcher for consoles, which reads what to start from its own end."""
    return files("distlib").joinpath("t64.exe").read_bytes()


def console(program: bytes) -> bytes:
    """Return a launcher with the interpreter's place and what that runs, as a zip."""
    run = io.BytesIO()
    with zipfile.ZipFile(run, "w") as archive:
        archive.writestr(entry("__main__.py"), _PROGRAM)
    return program + _INTERPRETER + run.getvalue()
