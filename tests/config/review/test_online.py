"""The files and variables of a configuration are checked on this machine, and so is the database's path."""

from pathlib import Path

import pytest

from monitor.config import empty_folders, load, online_problems
from monitor.state_folder import default_folder, path_of, store_url, url_of
from support.pki import authority


def write(folder: Path, text: str) -> Path:
    """Return a configuration file with this text."""
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_load_opens_nothing_it_names(tmp_path: Path) -> None:
    """Reading succeeds although nothing that the file refers to exists; the check on this machine says so."""
    text = (
        "defaults: {trust: [ca.cer]}\n"
        "email: {host: r, from: a@b.c, to: [c@d.e], security: tls, username: u,\n"
        "  password_env: CERT_MONITOR_TEST_UNSET, ca: mail.pem}\n"
        "store: {url: sqlite:///}\n"
    ).replace("sqlite:///", f"'{url_of(tmp_path)}'")
    file = write(tmp_path, text)
    assert [str(problem) for problem in online_problems(load(file))] == [
        f"{file}:1: defaults.trust[0]: {tmp_path / 'ca.cer'} does not exist",
        f"{file}:3: email.ca: {tmp_path / 'mail.pem'} does not exist",
        f"{file}:3: email.password_env: there is no environment variable of this name",
        f"{file}:4: store.url: {tmp_path} is a folder; name a file in it",
    ]


def test_everything_there(tmp_path: Path) -> None:
    """The check on this machine reports nothing when all that is named is there."""
    (tmp_path / "ca").mkdir()
    (tmp_path / "pw").write_text("x")
    text = (
        "defaults: {trust: [system, ca]}\n"
        "email: {host: r, from: a@b.c, to: [c@d.e], security: tls, username: u, password_file: pw, ca: pw}\n"
        "store: {url: 'sqlite:///new/state.db'}\n"
    )
    assert online_problems(load(write(tmp_path, text))) == ()


def anchor_problems(folder: Path, content: bytes) -> list[str]:
    """Return what is said about a file of this content in ``trust``."""
    (folder / "ca.cer").write_bytes(content)
    text = "defaults: {trust: [ca.cer]}\nstore: {url: 'sqlite:///s.db'}\n"
    return [one.message.replace(str(folder), "FOLDER") for one in online_problems(load(write(folder, text)))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (authority().key_pem, ["FOLDER/ca.cer is a private key"]),
        (b"hello", ["FOLDER/ca.cer: the file contains no certificate"]),
        (b"", ["FOLDER/ca.cer: the file contains no certificate"]),
        (authority().pem, []),
        (authority().der, []),
        (authority().key_pem + authority().pem, []),
    ],
    ids=["a key", "garbage", "nothing", "PEM", "DER", "a key with its certificate"],
)
def test_file_of_trust(tmp_path: Path, content: bytes, said: list[str]) -> None:
    """A file of ``trust`` without any certificate is a mistake, and a private key is named as such."""
    fix = "; name the file with the certificate of the CA"
    assert anchor_problems(tmp_path, content) == [one + fix for one in said]


def test_folder_of_trust_without_certificates(tmp_path: Path) -> None:
    """An empty folder is no mistake, since its certificates may come later, but it is said."""
    (tmp_path / "ca").mkdir()
    config = load(write(tmp_path, "defaults: {trust: [ca]}\nstore: {url: 'sqlite:///s.db'}\n"))
    expected = (f"trust: {tmp_path / 'ca'} contains no certificate",)
    assert (online_problems(config), empty_folders(config)) == ((), expected)


def test_password_folder(tmp_path: Path) -> None:
    """A folder where a password file is expected is a mistake."""
    text = "email: {host: r, from: a@b.c, to: [c@d.e], security: tls, username: u, password_file: pw}\n"
    (tmp_path / "pw").mkdir()
    problems = online_problems(load(write(tmp_path, text + "store: {url: 'sqlite:///s.db'}\n")))
    assert [problem.message for problem in problems] == [f"{tmp_path / 'pw'} is a folder, not a file"]


def test_what_kinds_name(tmp_path: Path) -> None:
    """A kubeconfig, a folder of reports and the anchors for issuers are looked for as well."""
    text = (
        "targets:\n"
        "  - {kind: kubernetes, name: k, kubeconfig: kube}\n"
        "  - {kind: windows_report, folder: reports}\n"
        "  - {kind: windows_report, folder: config.yaml}\n"
        "issuers: {trust: [acme.pem]}\n"
        "store: {url: 'sqlite:///s.db'}\n"
    )
    file = write(tmp_path, text)
    assert [str(problem) for problem in online_problems(load(file))] == [
        f"{file}:5: issuers.trust[0]: {tmp_path / 'acme.pem'} does not exist",
        f"{file}:2: targets[0].kubeconfig: {tmp_path / 'kube'} does not exist",
        f"{file}:3: targets[1].folder: {tmp_path / 'reports'} does not exist",
        f"{file}:4: targets[2].folder: {file} is not a folder",
    ]


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}, "linux", "/var/lib/a"),
        ({"XDG_STATE_HOME": "/state"}, "linux", "/state/cert-monitor"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/cert-monitor"),
        ({"LOCALAPPDATA": "/local", "STATE_DIRECTORY": "/x"}, "win32", "/local/cert-monitor"),
    ],
)
def test_default_folder(environ: dict[str, str], platform: str, expected: str) -> None:
    """State lies where systemd says, else in the user's own folder for it."""
    assert default_folder(environ, platform) == Path(expected)


def test_default_folder_of_a_user() -> None:
    """Without any variable state lies below the home folder."""
    assert default_folder({}, "linux") == Path.home() / ".local/state/cert-monitor"


def test_relative_store(tmp_path: Path) -> None:
    """A relative database is relative to the configuration file."""
    assert path_of(store_url("sqlite:///state.db", str(tmp_path))) == tmp_path / "state.db"


def test_absolute_store(tmp_path: Path) -> None:
    """An absolute database stays where it is."""
    url = url_of(tmp_path / "state.db")
    assert store_url(url, "/elsewhere") == url
