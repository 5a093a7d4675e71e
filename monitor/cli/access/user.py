"""``cert-monitor user``: the users in the file that ``web.config_file`` names."""

import argparse
import getpass
import os
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from monitor.cli.output import say
from monitor.config import load
from monitor.errors import ConfigError, Problem, SystemBrokenError, UsageError
from monitor.web_config import hashed, read_web_config, with_user, without_user
from monitor.web_config.writing import UnreadableSectionError

_LONGEST = 1024


def add(arguments: argparse.Namespace) -> int:
    """Return 0 when the user is in the file."""
    file, name = _file(arguments), _name(arguments.name)
    text = _text(file)
    try:
        # Computed after the file is known to be good: it takes a quarter of a second.
        changed = with_user(text, name, hashed(_password(stdin=arguments.password_stdin)))
    except UnreadableSectionError as error:
        raise _refused(file, str(error)) from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    _write(file, changed, name, there=True)
    say(f"{file}: user {name}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Return 0 when the user is not in the file any more, 2 when there was none."""
    file, name = _file(arguments), arguments.name
    try:
        changed = without_user(_text(file), name)
    except UnreadableSectionError as error:
        raise _refused(file, str(error)) from None
    except KeyError:
        raise _refused(file, f"there is no user {name!r}") from None
    _write(file, changed, name, there=False)
    say(f"{file}: no user {name}")
    return 0


def _file(arguments: argparse.Namespace) -> Path:
    web = load(arguments.config).web
    if web.config_file is None:
        message = "is missing: name the file for users, such as config_file: web.yml"
        raise ConfigError((Problem(str(arguments.config), 0, "web.config_file", message),))
    return Path(web.config_file)


def _name(name: str) -> str:
    if not name or len(name) > 100 or ":" in name or not name.isprintable() or name != name.strip():
        raise UsageError(f"{name!r} is no name of a user: 1 to 100 printable characters without a colon")
    return name


def _text(file: Path) -> str:
    """Return the text of a file without mistakes, empty for none; raise ``ConfigError``."""
    if not file.exists():
        return ""
    read_web_config(file)
    return file.read_text("utf-8-sig")


def _password(*, stdin: bool) -> str:
    if stdin:
        text = sys.stdin.readline(_LONGEST)
        return text.removesuffix("\n").removesuffix("\r")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("the two passwords differ")
    return first


def _write(file: Path, text: str, name: str, *, there: bool) -> None:
    """Replace a file as a whole, for its owner alone, once it is certain that it says what it should."""
    made = file.with_name(f".{file.name}.{token_hex(4)}")
    try:
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if (name in read_web_config(made).users) is not there:
            raise _refused(file, f"the user {name} could not be changed; edit the file by hand")
        if file.exists() and sys.platform != "win32":
            # The service may read it by its group; nobody else ever may.
            before = file.stat()
            os.chown(made, before.st_uid, before.st_gid)
            made.chmod(before.st_mode & 0o770)
        made.replace(file)
    except OSError as error:
        raise SystemBrokenError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            made.unlink()


def _refused(file: Path, message: str) -> ConfigError:
    return ConfigError((Problem(str(file), 0, "basic_auth_users", message),))
