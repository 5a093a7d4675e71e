"""The questions as data, and the configuration that answers make."""

import stat
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.arguments import parser
from monitor.cli.setup import questions, trust
from monitor.cli.setup.answers import Basis, SetupAnswers, TrustedCertificates
from monitor.cli.setup.document import CONFIGURATION, WEB, document
from monitor.cli.setup.files import NewFile, write
from monitor.cli.setup.layout import DROP_IN, PACKAGED, Layout
from monitor.cli.setup.system import default_directory, nearest
from monitor.config import Config, load
from monitor.messages import Writer, english, language
from monitor.secrets import Secret
from support.folders import ROOT
from support.pki import authority
from support.servers.programs import program

UNIT = ROOT / "deploy" / "cert-monitor.service"
WRITER = english(datetime(2026, 11, 30, tzinfo=UTC))
EVERYTHING = SetupAnswers(
    first="target",
    target="smtp://relay.vms.example:25",
    trusted=TrustedCertificates(Basis.CA, (b"",)),
    smtp="[2001:db8::1]:587",
    smtp_security="starttls",
    smtp_username="it's: #1",
    sender="Dona 'X' # <certs@vms.example>",
    recipients="a@vms.example, Team B <b@vms.example>",
    timezone="Europe/Lisbon",
    external_url="https://certs.vms.example",
)


def written(answers: SetupAnswers, folder: Path, code: str = "en") -> Config:
    """Write the configuration of answers, and read it."""
    (folder / "trusted-ca.pem").write_bytes(authority("CA").pem)
    writer = Writer(language(code), UTC, WRITER.now)
    text = document(answers, writer, lambda name: ("file", name), "sqlite:///state.db")
    assert max(map(len, text.splitlines())) <= 110
    (folder / CONFIGURATION).write_text(text, "utf-8")
    return load(folder / CONFIGURATION)


def test_every_question_has_an_option() -> None:
    """Silent use can answer whatever a person is asked, passwords from a file or a variable alone."""
    [commands] = [action.choices for action in parser()._actions if action.choices]
    options = {name for name in commands["setup"]._option_string_actions if name.startswith("--")}
    wanted = {trust.TRUST.option, trust.PIN.option, "--non-interactive", "--help"}
    for question in questions.QUESTIONS:
        ends = ("-file", "-env") if question.secret else ("",)
        wanted |= {question.option + end for end in ends}
    assert options == wanted


def test_every_answer_has_a_question() -> None:
    """Nothing is asked twice, and no answer comes from nowhere."""
    names = [question.name for question in questions.QUESTIONS]
    assert sorted(names) == sorted({one.name for one in fields(SetupAnswers)} - {"trusted"})


@pytest.mark.parametrize("code", ["en", "pt_BR"])
def test_texts_with_signs_of_yaml(tmp_path: Path, code: str) -> None:
    """Whatever was answered is read back as it was typed, and comments have no line too long."""
    config = written(EVERYTHING, tmp_path, code)
    email = config.receivers["email"].email
    assert (email.host, email.port, email.username) == ("2001:db8::1", 587, EVERYTHING.smtp_username)
    assert (email.sender, ", ".join(email.to)) == (EVERYTHING.sender, EVERYTHING.recipients)
    assert (config.targets[0].protocol, config.web.listen) == ("smtp", "127.0.0.1:9850")


def test_windows_login(tmp_path: Path) -> None:
    """A Windows account keeps its backslash."""
    site = replace(
        SetupAnswers(),
        first="site",
        site="https://vms01.vms.example",
        login="windows",
        username="VMS\\new",
    )
    [discovery] = written(site, tmp_path).discoveries
    assert (discovery.username, discovery.login) == ("VMS\\new", "windows")


def test_places() -> None:
    """The folder is that of the service where there are the rights for it."""
    assert default_directory({}, root=True, platform="linux") == Path("/etc/cert-monitor")
    assert default_directory({"XDG_CONFIG_HOME": "/c"}, root=False, platform="linux") == Path(
        "/c/cert-monitor"
    )
    windows = default_directory({"PROGRAMDATA": "D:/Data"}, root=False, platform="win32")
    assert windows == Path("D:/Data/cert-monitor")


@pytest.mark.parametrize(
    ("spoken", "code"),
    [("pt_BR.UTF-8", "pt_BR"), ("pt_PT", "pt_BR"), ("de_DE", "en"), ("C", "en"), ("", "en")],
)
def test_language_of_the_machine(spoken: str, code: str) -> None:
    """The nearest language that there is."""
    assert nearest(spoken) == code


def test_systemd_hands_over_what_is_secret() -> None:
    """Under the unit's user, who is made at the start, only what is no secret can be read from the folder."""
    laid_out = Layout(Path("/etc/cert-monitor"), handed_over=True)
    answers = replace(EVERYTHING, trusted=TrustedCertificates(), smtp_password=Secret("hidden"))
    made = {one.path: one for one in laid_out.files(answers, WRITER)}
    password, config = (made[laid_out.directory / name] for name in ("smtp-password", CONFIGURATION))
    assert tuple(one.world_readable for one in (password, config, made[DROP_IN])) == (False, True, True)
    assert b"password_file: '/run/credentials/cert-monitor.service/smtp-password'" in config.content
    assert b"url: 'sqlite:////var/lib/cert-monitor/state.db'" in config.content
    assert b"LoadCredential=smtp-password:/etc/cert-monitor/smtp-password\n" in made[DROP_IN].content
    assert [one.path for one in made.values() if b"hidden" in one.content] == [password.path]


@pytest.mark.system
def test_drop_in_is_accepted(tmp_path: Path) -> None:
    """Systemd finds nothing to complain about in the unit with the addition."""
    analyze = program("systemd-analyze", "systemd")
    answers = replace(
        EVERYTHING,
        trusted=TrustedCertificates(),
        smtp_password=Secret("hidden"),
        page_certificate="/etc/page.crt",
        page_key="/etc/page.key",
    )
    [added] = [
        one for one in Layout(PACKAGED, handed_over=True).files(answers, WRITER) if one.path == DROP_IN
    ]
    unit = tmp_path / "cert-monitor.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/cert-monitor/bin/cert-monitor", sys.executable))
    (tmp_path / DROP_IN.parent.name).mkdir()
    (tmp_path / DROP_IN.parent.name / DROP_IN.name).write_bytes(added.content)
    done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_drop_in_without_a_secret() -> None:
    """A unit without secrets needs no addition."""
    made = Layout(Path("/etc/cert-monitor"), handed_over=True)
    assert [
        one.path.name for one in made.files(replace(EVERYTHING, trusted=TrustedCertificates()), WRITER)
    ] == [CONFIGURATION]


def test_files_that_all_may_read(tmp_path: Path) -> None:
    """Secrets beside them stay closed, nothing is overwritten, and a failure leaves nothing."""
    new = [
        NewFile(tmp_path / "a" / "open", b"1", world_readable=True),
        NewFile(tmp_path / "a" / "closed", b"2"),
    ]
    write(tmp_path / "a", new)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", *(one.path for one in new))]
    assert modes == [0o755, 0o644, 0o600]
    with pytest.raises(FileExistsError):
        write(tmp_path / "a", [NewFile(tmp_path / "a" / "new", b""), *new])
    unfit: Any = "no bytes"
    for world_readable in (True, False):
        with pytest.raises(TypeError):
            write(tmp_path / "a", [NewFile(tmp_path / "a" / "new", unfit, world_readable=world_readable)])
    assert {one.name for one in (tmp_path / "a").iterdir()} == {"open", "closed"}


def test_a_percent_sign_in_a_path_reaches_systemd() -> None:
    """In a unit one alone begins a specifier."""
    made = handed_over(page_certificate="/etc/keys/100%u.crt", page_key="/etc/keys/100%u.key")
    assert b"LoadCredential=page-key:/etc/keys/100%%u.key\n" in made[DROP_IN].content


def test_certificate_and_key_of_the_page_are_handed_over_together() -> None:
    """The service reads a pair; a new certificate beside the key of the start would be none."""
    made = handed_over(page_certificate="/root/page.crt", page_key="/root/page.key")
    credentials = "/run/credentials/cert-monitor.service"
    text = made[PACKAGED / WEB].content.decode()
    assert f"cert_file: '{credentials}/page-certificate'\n" in text
    assert f"key_file: '{credentials}/page-key'\n" in text
    assert b"LoadCredential=page-certificate:/root/page.crt\n" in made[DROP_IN].content


def handed_over(**answered: str) -> dict[Path, NewFile]:
    """Return the files of a page that others reach, by their paths, under systemd."""
    page = replace(EVERYTHING, trusted=TrustedCertificates(), smtp_username="", page="0.0.0.0:9850")
    answers = replace(page, page_user="alice", page_password=Secret("hidden"), **answered)
    return {one.path: one for one in Layout(PACKAGED, handed_over=True).files(answers, WRITER)}
