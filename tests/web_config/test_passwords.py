"""Passwords and their hashes: right, wrong, too long, of nobody, and made by other programs."""

import time

import pytest

from monitor.web_config import Passwords, hash_problem, hashed


def test_right_and_wrong() -> None:
    """Only the password itself is right, and only for its user."""
    known = Passwords({"alice": hashed("correct horse", 4), "bob": hashed("other", 4)})
    asked = [("alice", "correct horse"), ("alice", "Correct horse"), ("bob", "correct horse"), ("eve", "")]
    assert [known.is_right(*one) for one in asked] == [True, False, False, False]


def test_of_other_programs() -> None:
    """A hash that begins with $2y$, as htpasswd writes it, is taken."""
    made = hashed("correct horse", 4).replace("$2b$", "$2y$")
    assert (hash_problem(made), Passwords({"a": made}).is_right("a", "correct horse")) == ("", True)


def test_long() -> None:
    """Of a long password bcrypt uses 72 bytes, so we make no hash of more, and cut what is given."""
    made = hashed("x" * 72, 4)
    assert Passwords({"a": made}).is_right("a", "x" * 80)
    with pytest.raises(ValueError, match="longer than 72 bytes"):
        hashed("é" * 37, 4)


@pytest.mark.parametrize("password", ["", "a\0b"])
def test_impossible(password: str) -> None:
    """No hash is made of what nobody can type, and checking it is no error."""
    with pytest.raises(ValueError, match="password"):
        hashed(password, 4)
    assert not Passwords({"a": hashed("x", 4)}).is_right("a", password)


def test_nobody_takes_as_long() -> None:
    """An unknown name costs what a known one does, so that time shows no names."""
    known = Passwords({"alice": hashed("x", 9)})

    def seconds(name: str) -> float:
        begin = time.thread_time()
        for _ in range(3):
            known.is_right(name, "wrong")
        return time.thread_time() - begin

    assert 0.5 < seconds("eve") / seconds("alice") < 2


@pytest.mark.parametrize("text", ["", "x", "$2y$10$short", "$1$abc$def", "$2y$03$" + "a" * 53])
def test_no_hash(text: str) -> None:
    """What is no bcrypt hash is said so, without showing it."""
    said = hash_problem(text)
    assert said
    assert not text or text not in said
