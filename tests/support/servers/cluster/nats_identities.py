"""Who may sign in at a NATS server without a password: keys (nkeys), and what an operator signed (JWT).

The forms are those of https://docs.nats.io (nkeys, JWT); the tool that writes them for administrators is nsc.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import nkeys

_USER, _ACCOUNT, _OPERATOR = nkeys.PREFIX_BYTE_USER, nkeys.PREFIX_BYTE_ACCOUNT, nkeys.PREFIX_BYTE_OPERATOR
_UNLIMITED = {
    "subs": -1,
    "data": -1,
    "payload": -1,
    "imports": -1,
    "exports": -1,
    "wildcards": True,
    "conn": -1,
    "leaf": -1,
}


@dataclass(frozen=True)
class Key:
    """A key by its seed."""

    prefix: int
    raw: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def seed(self) -> str:
        """Return the secret part, as its file has it."""
        return bytes(nkeys.encode_seed(self.raw, self.prefix)).decode()

    @property
    def public(self) -> str:
        """Return the part that a server knows it by."""
        return bytes(nkeys.from_seed(bytearray(self.seed.encode())).public_key).decode()

    def sign(self, subject: str, name: str, kind: str, about: dict[str, Any]) -> str:
        """Return what this key says of another one."""
        claims = {
            "iat": 1_790_000_000,
            "iss": self.public,
            "name": name,
            "sub": subject,
            "nats": {**about, "type": kind, "version": 2},
        }
        claims["jti"] = base64.b32encode(hashlib.sha256(_json(claims)).digest()).decode().rstrip("=")
        signed = f"{_part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_part(claims)}"
        signature = nkeys.from_seed(bytearray(self.seed.encode())).sign(signed.encode())
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def user_key() -> Key:
    """Return the key of a new user."""
    return Key(_USER)


@dataclass(frozen=True)
class Operator:
    """An operator with one account for our program, and one that the server itself wants."""

    key: Key = field(default_factory=lambda: Key(_OPERATOR))
    account: Key = field(default_factory=lambda: Key(_ACCOUNT))
    system: Key = field(default_factory=lambda: Key(_ACCOUNT))

    def configuration(self) -> str:
        """Return the sections of a server that knows them."""
        ours = {**_UNLIMITED, "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
        accounts = [(self.account, "CERT_MONITOR", ours), (self.system, "SYS", _UNLIMITED)]
        signed = (
            f"  {one.public}: {self.key.sign(one.public, name, 'account', {'limits': limits})}\n"
            for one, name, limits in accounts
        )
        return (
            f"operator: {self.key.sign(self.key.public, 'operator', 'operator', {})}\n"
            f"system_account: {self.system.public}\nresolver: MEMORY\n"
            f"resolver_preload {{\n{''.join(signed)}}}\n"
        )

    def credentials(self, user: Key, **permissions: list[str]) -> str:
        """Return the file of a user, who may do all that is not restricted."""
        allowed = {verb: {"allow": subjects} for verb, subjects in permissions.items()}
        about = {"subs": -1, "data": -1, "payload": -1, **allowed}
        jwt = self.account.sign(user.public, "user", "user", about)
        return (
            f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n"
        )


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()


def _part(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(_json(data)).decode().rstrip("=")
