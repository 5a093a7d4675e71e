"""The tables of an MSI as text (.idt): what wixl leaves to us, in one order of rows; does no I/O.

Format: three lines of names, types and keys, then a line for each row, with tabs between the values.
https://learn.microsoft.com/windows/win32/msi/archive-file-format
"""

from dataclasses import dataclass, replace

from packages.windows import wix

# Numbers of the actions, where wixl's are missing, too late, or differ from build to build. An older version
# goes first, with its files, after the search for services. They are removed before the files, and registered
# when new ones are there.
SEQUENCE = {
    "AppSearch": 50,
    "RemoveExistingProducts": 1501,
    "RemoveEnvironmentStrings": 3300,
    "Unregister": 3400,
    "UnregisterAgent": 3401,
    "RemoveFiles": 3500,
    "InstallFiles": 4000,
    "UndoRegister": 4001,
    "UndoRegisterAgent": 4002,
    "Register": 4003,
    "RegisterAndOpen": 4004,
    "RegisterAgent": 4005,
    "WriteEnvironmentStrings": 5200,
    "StartAgain": 5910,
    "StartAgentAgain": 5911,
}
# https://learn.microsoft.com/windows/win32/msi/custom-action-in-script-execution-options
NO_IMPERSONATION = 2048
VERSION_MAX_INCLUSIVE = 512
_ENVIRONMENT = """\
Environment\tName\tValue\tComponent_
s72\tl255\tL255\ts72
Environment\tEnvironment
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its three lines of names, types and keys, and its rows."""

    head: tuple[str, str, str]
    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return self.head[0].split("\t")

    def with_value(self, key: str, column: str, value: str) -> "Table":
        """Return the table with a value changed in each row that has this key."""
        at = self.columns.index(column)
        rows = (row if row[0] != key else (*row[:at], value, *row[at + 1 :]) for row in self.rows)
        return replace(self, rows=tuple(rows))


def parse(text: str) -> Table:
    """Return the table of a text."""
    names, types, keys, *rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return Table((names, types, keys), tuple(tuple(row.split("\t")) for row in rows))


def write(table: Table) -> str:
    """Return the text of a table, its rows in order."""
    rows = sorted("\t".join(row) for row in table.rows)
    return "".join(f"{line}\r\n" for line in (*table.head, *rows))


def complete(tables: dict[str, Table]) -> dict[str, Table]:
    """Return the tables with what wixl cannot say: PATH, numbers of actions, rights, replaced versions."""
    return tables | {
        "Environment": _path(),
        "InstallExecuteSequence": _sequence(tables["InstallExecuteSequence"]),
        "CustomAction": _as_system(tables["CustomAction"]),
        "Property": _secure(tables["Property"]),
        "Upgrade": _same_version(tables["Upgrade"]),
    }


def _path() -> Table:
    """Return the change of the machine's PATH: = sets, - takes away with the product, * is the machine's."""
    row = ("path", "=-*PATH", "[~];[ProgramFolder]", wix.identifier("c", wix.MAIN))
    return replace(parse(_ENVIRONMENT), rows=(row,))


def _sequence(table: Table) -> Table:
    for name in ("WriteEnvironmentStrings", "RemoveEnvironmentStrings"):
        table = replace(table, rows=(*table.rows, (name, "", "")))
    for name, number in SEQUENCE.items():
        table = table.with_value(name, "Sequence", str(number))
    return table


def _as_system(table: Table) -> Table:
    """Return the actions without impersonation, which wixl forgets where a failed installation is undone."""
    at = table.columns.index("Type")
    for row in table.rows:
        table = table.with_value(row[0], "Type", str(int(row[at]) | NO_IMPERSONATION))
    return table


def _secure(table: Table) -> Table:
    """Return the properties; the part that runs with rights is told those of command line and search."""
    (found,) = (value for name, value in table.rows if name == "SecureCustomProperties")
    return table.with_value("SecureCustomProperties", "Value", ";".join([*wix.OPTIONS, *wix.FOUND, found]))


def _same_version(table: Table) -> Table:
    """Return the versions that are replaced, with a different build of the same version."""
    at, most = table.columns.index("Attributes"), table.columns.index("VersionMax")
    rows = []
    for row in table.rows:
        value = int(row[at]) | VERSION_MAX_INCLUSIVE if row[most] else int(row[at])
        rows.append((*row[:at], str(value), *row[at + 1 :]))
    return replace(table, rows=tuple(rows))
