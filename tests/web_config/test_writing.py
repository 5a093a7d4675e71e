"""Users are added to, replaced in and removed from a file whose other lines stay as they are."""

from pathlib import Path

import pytest

from monitor.web_config import read_web_config, with_user, without_user
from monitor.web_config.writing import UnreadableSectionError

A = "$2b$04$" + "a" * 53
B = "$2b$04$" + "b" * 53

FILES = {
    "empty": "",
    "comment": "# ours\n",
    "tls only": "tls_server_config:\n  cert_file: a  # the chain\n  key_file: b\n",
    "users first": f"basic_auth_users:\n  # us\n  bob: {B}\n\n# later\nhttp_server_config:\n  http2: false\n",
    "no users": "basic_auth_users: {}\nhttp_server_config: {}\n",
    "bare": "basic_auth_users:\nhttp_server_config: {}\n",
    "wide": f"basic_auth_users:\n      'bob':   {B}\n",
}


def users(folder: Path, text: str) -> dict[str, str]:
    """Return the users that a text names."""
    file = folder / "web.yml"
    file.write_text(text, "utf-8")
    return dict(read_web_config(file).users)


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("name", ["alice", "bob", "true", "123", "Zoë: no", 'q"uote', "o'hara"])
def test_add(tmp_path: Path, text: str, name: str) -> None:
    """A user is there afterwards, the others stay, and so does every other line."""
    name = name.replace(":", "")
    made = with_user(text, name, A)
    assert users(tmp_path, made) == users(tmp_path, text) | {name: A}
    lost = [line for line in text.splitlines() if line not in made.splitlines()]
    assert [line for line in lost if "bob" not in line and "{}" not in line] == []


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_remove(tmp_path: Path, text: str) -> None:
    """What was added can be removed, and then nobody but the others is left."""
    made = without_user(with_user(text, "alice", A), "alice")
    assert users(tmp_path, made) == users(tmp_path, text)
    with pytest.raises(KeyError):
        without_user(text, "alice")


def test_in_braces() -> None:
    """Users in braces are left to whoever wrote them so."""
    with pytest.raises(UnreadableSectionError, match="line 1: write basic_auth_users with one user on each"):
        with_user(f"basic_auth_users: {{bob: {B}}}\n", "alice", A)
