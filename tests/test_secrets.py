"""A secret is read when it is used, and never shown."""

import json
import pickle
from pathlib import Path

import pytest

from monitor.secrets import Secret, SecretReference, SecretUnavailableError


@pytest.mark.parametrize(
    "shown",
    [repr, str, lambda s: f"{s}", lambda s: f"{s!r:>9}".strip(), lambda s: f"{s:>40}", lambda s: "%s" % s],  # noqa: UP031 - logging formats this way
)
def test_secret_never_shows(shown: object) -> None:
    """Every way to print a secret gives stars."""
    assert shown(Secret("hunter2")) == "***"  # type: ignore[operator]


def test_secret_is_not_pickled() -> None:
    """A secret refuses to be serialized."""
    with pytest.raises(TypeError, match="never serialized"):
        pickle.dumps(Secret("hunter2"))


def test_secret_is_no_json() -> None:
    """A secret refuses to become JSON."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(Secret("hunter2"))


def test_secrets_compare() -> None:
    """Secrets of the same text are equal, others are not."""
    assert (Secret("a") == Secret("a"), Secret("a") == Secret("b")) == (True, False)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"pass", "pass"),
        (b"pass\n", "pass"),
        (b"pass\r\n", "pass"),
        (b"pass\n\n", "pass\n"),
        (b" pass ", " pass "),
        (b"\xef\xbb\xbfpass\r\n", "pass"),
        ("pässwörd\n".encode(), "pässwörd"),
        ("\ufeffpässwörd\r\n".encode("utf-16-le"), "pässwörd"),
    ],
)
def test_file(tmp_path: Path, content: bytes, expected: str) -> None:
    """One line end at the end of a file is dropped and nothing else, as are the marks that Windows writes."""
    file = tmp_path / "pw"
    file.write_bytes(content)
    assert SecretReference(file=str(file)).resolve().reveal() == expected


def test_rotation(tmp_path: Path) -> None:
    """A changed file counts at the next use."""
    file = tmp_path / "pw"
    reference = SecretReference(file=str(file))
    file.write_text("old")
    first = reference.resolve()
    file.write_text("new")
    assert (first.reveal(), reference.resolve().reveal()) == ("old", "new")


def test_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is taken as it is."""
    monkeypatch.setenv("CERT_MONITOR_TEST", "pass\n")
    assert SecretReference(env="CERT_MONITOR_TEST").resolve().reveal() == "pass\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"hunter2\xff", "is not UTF-8"),
        (b"\xff\xfehunter2", "is not UTF-8"),
        (b"hunter2" * 10000, "longer than"),
    ],
    ids=["nothing", "a line end", "another encoding", "half a letter", "too long"],
)
def test_unfit_file(tmp_path: Path, content: bytes, said: str) -> None:
    """A file that holds no password is reported without a word of what it holds."""
    file = tmp_path / "pw"
    file.write_bytes(content)
    with pytest.raises(SecretUnavailableError) as caught:
        SecretReference(file=str(file)).resolve()
    assert (said in str(caught.value), "hunter2" in str(caught.value), caught.value.__cause__) == (
        True,
        False,
        None,
    )


def test_missing_file(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(SecretUnavailableError, match=r"cannot read file .*pw: No such file"):
        SecretReference(file=str(tmp_path / "pw")).resolve()


def test_missing_variable() -> None:
    """A variable that is not set is named."""
    with pytest.raises(
        SecretUnavailableError, match="environment variable that the configuration names is not set"
    ):
        SecretReference(env="CERT_MONITOR_NONE").resolve()


@pytest.mark.parametrize(
    ("file", "env", "expected"),
    [
        ("/pw", None, SecretReference(file="/pw")),
        (None, "PW", SecretReference(env="PW")),
        (None, None, None),
    ],
)
def test_reference_of_two_keys(file: str | None, env: str | None, expected: SecretReference | None) -> None:
    """Without either key there is no secret."""
    assert SecretReference.of(file, env) == expected
