"""A file that is no configuration at all, or includes wrong ones, is explained with file and line."""

from pathlib import Path

import pytest
from ruamel.yaml.nodes import Node

from monitor.documents import Keys, read
from monitor.documents.nodes import NodeReader
from support.factories.config.errors import Rows, complaints, pairs

BACKSLASH = (
    r"not YAML: \ has a special meaning in double quotes; write a Windows path in single quotes, "
    r"such as 'C:\certs\ca.cer'"
)
COLUMN = (
    "not YAML: wrong indentation; begin this line in the same column as the other keys of its section, or as "
    "the other entries of its list"
)
COLON = (
    "not YAML: wrong indentation, a line above without its ':', or a second ': ' in one line; put texts with "
    "': ' in quotes"
)
BRACKET = "not YAML: a comma or a closing bracket is missing in this line or in one above"
AFTER_QUOTE = (
    "not YAML: a text follows a closing quote or bracket; put the whole text in quotes, and write ' twice "
    "inside '...'"
)
UNPRINTABLE = (
    "has a line break or another character that is not printable; write a Windows path in single quotes, "
    r"such as 'C:\certs\ca.cer'"
)

WRONG: Rows = [
    ("empty", "", [" the file is empty"]),
    ("only a comment", "# nothing\n", [" the file is empty"]),
    ("a list", "- a\n", ["1: the file must be keys and values, not a list"]),
    ("a text", "hello\n", ["1: the file must be keys and values, not a single value"]),
    (
        "a tab",
        "web:\n\tlisten: a\n",
        ["2: not YAML: a tab is used where only spaces can indent"],
    ),
    (
        "two colons",
        "email:\n  host: a: b\n",
        [f"2: {COLON}"],
    ),
    (
        "an open bracket",
        "include: [a\nweb: {}\n",
        [f"2: {BRACKET}"],
    ),
    (
        "an open quote",
        "include: ['a\n",
        ["2: not YAML: the file ends inside brackets or quotes"],
    ),
    (
        "an unknown alias, which might be a password",
        "email: {password_file: *hunter2}\n",
        ["1: not YAML: * starts an alias that is not defined; put the text in quotes"],
    ),
    (
        "two documents",
        "web: {}\n---\nweb: {}\n",
        ["2: not YAML: '---' starts a second document; a file has only one"],
    ),
    ("a control character", "web: {}\n#\x01\n", ["2: the file has a control character (U+0001)"]),
    ("brackets without end", "[" * 5000, [" the file is nested too deeply"]),
    (
        "an alias to itself",
        "targets: &t [*t]\n",
        ["1: nested too deeply, or an alias that repeats itself"],
    ),
    (
        "a tag",
        "web: {listen: !env LISTEN}\n",
        ["1: web.listen: tags such as !env have no meaning here; put the text in quotes"],
    ),
    ("a key that is a number", "1: a\n", ["1: a key must be a text; put it in quotes"]),
    (
        "a section twice",
        "web: {}\nalerts: {}\nweb: {}\n",
        ["3: web: is already set at line 1"],
    ),
    (
        "a key twice, and something else",
        "alerts:\n  every: 1m\n  every: 2m\n  notify_renewals: some\n",
        [
            "3: alerts.every: is already set at line 2",
            "4: alerts.notify_renewals: must be one of troubled, all (got 'some')",
        ],
    ),
    ("a Windows path in double quotes", 'defaults: {trust: ["C:\\certs\\ca.cer"]}\n', [f"1: {BACKSLASH}"]),
    ("a Windows path below Users", 'defaults: {trust: ["C:\\Users\\ca.cer"]}\n', [f"1: {BACKSLASH}"]),
    (
        "a Windows path whose escapes are valid",
        'defaults: {trust: ["C:\\new\\ca.cer"]}\n'.replace("ca", "temp"),
        [f"1: defaults.trust[0]: {UNPRINTABLE} (got 'C:\\new\\temp.cer')"],
    ),
    (
        "a Windows path below Program Files",
        'targets:\n  - kind: files\n    paths: ["C:\\Program Files"]\n',
        [f"3: targets[0].paths[0]: {UNPRINTABLE} (got 'C:\\u2029rogram Files')"],
    ),
    ("a key further left than its section", "web:\n  listen: a\n access: open\n", [f"3: {COLUMN}"]),
    ("a key further right than its section", "web:\n  listen: a\n   access: open\n", [f"3: {COLON}"]),
    ("an entry further right than its list", "include:\n- a\n  - b: c\n - d\n", [f"3: {COLON}"]),
    ("a section without its colon", "web\n  listen: a\n", [f"2: {COLON}"]),
    ("a section further left than the first", "  web: {}\nlog: {}\n", [f"2: {COLUMN}"]),
    (
        "a list behind its key",
        "include: - a\n",
        ["1: not YAML: a list starts on a line of its own; begin it below"],
    ),
    ("a quote within quotes", "instance: {name: 'it's'}\n", [f"1: {BRACKET}"]),
    ("a text after quotes", "include: 'a' b\n", [f"1: {AFTER_QUOTE}"]),
    (
        "a reserved character",
        "instance: {name: @lab}\n",
        ["1: not YAML: a text cannot start with this character (@, ` and % are reserved); put it in quotes"],
    ),
    (
        "another version of YAML",
        "%YAML 1.3\n---\nweb: {}\n",
        [" the file must be YAML 1.2; remove the line that starts with %YAML"],
    ),
    (
        "an unknown section",
        "foo: 1\n",
        [
            (
                "1: foo: unknown key; allowed: log, probe, routes, store, zones and 19 more, "
                "see docs/configuration.md"
            )
        ],
    ),
    (
        "a key outside of its section",
        "interval: 1h\n",
        ["1: interval: unknown section; interval belongs under defaults or policies or targets: indent it"],
    ),
    (
        "a section within another",
        "web:\n  access: open\n  email: {}\n",
        ["3: web.email: unknown key here; email is a section of its own: begin it in the first column"],
    ),
    ("a nearly known section", "target: []\n", ["1: target: unknown key; did you mean targets?"]),
    (
        "a nearly known key",
        "defaults:\n  timout: 3s\n",
        ["2: defaults.timout: unknown key; did you mean timeout?"],
    ),
    ("include that is no list", "include: a.yaml\n", ["1: include: must be a list (got 'a.yaml')"]),
    (
        "an included file that is missing",
        "include:\n  - more.yaml\n",
        ["2: include[0]: the file does not exist (got 'more.yaml')"],
    ),
    (
        "a file that includes itself",
        "include: [config.yaml]\n",
        ["1: include[0]: includes itself: FILE -> FILE"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_sentence(tmp_path: Path, text: str, lines: list[str]) -> None:
    """Each wrong file gives exactly these lines."""
    said, expected = pairs(tmp_path, text, lines)
    assert said == expected


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    file = tmp_path / "none.yaml"
    assert complaints(file) == [f"{file}: the file does not exist"]


def test_folder(tmp_path: Path) -> None:
    """A folder in the location of the file is named as such."""
    assert complaints(tmp_path) == [f"{tmp_path}: is a folder; name a file in it"]


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is reported with the line of the first wrong octet."""
    file = tmp_path / "config.yaml"
    file.write_bytes("web: {}\n# Zürich\n".encode("latin-1"))
    assert complaints(file) == [f"{file}:2: the file is not UTF-8; save it as UTF-8"]


def test_section_in_two_files(tmp_path: Path) -> None:
    """A section that a second file sets again is an error that names both locations."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\nweb: {}\n")
    second.write_text("alerts: {}\nweb: {}\n")
    assert complaints(first) == [f"{second}:2: web: is already set at {first}:2; join the two"]


def test_target_in_two_files(tmp_path: Path) -> None:
    """The same target in two files is an error that names both locations."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\ntargets:\n  - {kind: files, name: a, paths: [a.pem]}\n")
    second.write_text("targets:\n  - {kind: files, name: a, paths: [b.pem]}\n")
    expected = f"{second}:2: targets[0]: the target files:a is already at {first}:3; remove one of the two"
    assert complaints(first) == [expected]


def test_mistakes_of_several_files(tmp_path: Path) -> None:
    """Mistakes of the first file and of included ones are reported together."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\nweb: 1\n")
    second.write_text("[")
    assert complaints(first) == [
        f"{first}:2: web: must be keys and values (got 1)",
        f"{second}:1: not YAML: the file ends inside brackets or quotes",
    ]


def test_cycle_of_two(tmp_path: Path) -> None:
    """Two files that include each other are reported with the whole way round."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\n")
    second.write_text("include: [config.yaml]\n")
    assert complaints(first) == [
        f"{second}:1: include[0]: includes itself: {first} -> {second} -> {first}",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"web": {},\n "web": {}}', "2: web: is already set at line 1"),
        ('{"web":\n {"acces": 1}}', "2: web.acces: unknown key; did you mean access?"),
        ('{"web": {}', "1: not YAML: the file ends inside brackets or quotes"),
        ("[]", "1: the file must be keys and values, not a list"),
    ],
)
def test_wrong_json(tmp_path: Path, text: str, said: str) -> None:
    """A JSON file is explained like any other, with lines."""
    file = tmp_path / "config.json"
    file.write_text(text)
    assert complaints(file) == [f"{file}:{said}"]


def bomb(first: str, line: str) -> str:
    """Return YAML whose aliases name nine to the power of twelve values."""
    return "".join(
        [f"a0: &a0 {first}\n", *(line.replace("N", str(n)).replace("M", str(n - 1)) for n in range(1, 13))]
    )


@pytest.mark.parametrize(
    "text",
    [
        bomb("[x, x]", f"aN: &aN [{', '.join(['*aM'] * 9)}]\n"),
        bomb("{k: v}", f"aN: &aN {{{', '.join(f'k{n}: *aM' for n in range(9))}}}\n"),
    ],
    ids=["lists", "keys and values"],
)
def test_alias_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Aliases of aliases are refused before they have cost more than a hundred thousand values or so."""
    visited: list[object] = []
    convert = NodeReader.value

    def counted(reader: NodeReader, node: Node, keys: Keys) -> object:
        visited.append(None)
        return convert(reader, node, keys)

    monkeypatch.setattr(NodeReader, "value", counted)
    file = tmp_path / "config.yaml"
    file.write_text(text)
    [said] = complaints(file)
    assert said.endswith("nested too deeply, or an alias that repeats itself")
    assert len(visited) < 150_000


def test_alias(tmp_path: Path) -> None:
    """An alias that is used many times is none of that."""
    file = tmp_path / "config.yaml"
    file.write_text("a: &a [x, y]\nb:\n" + "  - *a\n" * 5000)
    assert read(file).data["b"] == [["x", "y"]] * 5000
