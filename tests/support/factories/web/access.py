"""A web server with users on loopback, and clients for it: people in a browser, and programs."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from monitor.model import AccessToken, Matcher, TokenRole
from monitor.web import WebServer, make_app
from monitor.web.access import AccessServices, Identities, NewToken, TokenRefusedError, digest_of
from monitor.web_config import WatchedWebConfig, hashed
from support.factories.web.fakes import NOW, TOKEN, FakeDaemon

PASSWORDS = {"alice": "correct horse", "victor": "battery staple"}
"""The users: alice is an operator, victor a viewer."""
HASHES = {name: hashed(password, 4) for name, password in PASSWORDS.items()}
BROWSER = {"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


@dataclass
class FakeTokens:
    """Tokens of programs, by their text."""

    known: dict[str, AccessToken] = field(default_factory=dict)

    def add(self, text: str, role: TokenRole, *matchers: Matcher) -> None:
        """Add a token."""
        digest = digest_of(text)
        self.known[digest] = AccessToken(text, digest, role, matchers, NOW, "test")

    def find(self, digest: str) -> AccessToken | None:
        """Return the token with a digest."""
        return self.known.get(digest)

    def listed(self) -> Sequence[AccessToken]:
        """Return all of them."""
        return list(self.known.values())

    async def create(
        self,
        name: str,
        role: TokenRole,
        matchers: Sequence[Matcher],
        *,
        expires_at: datetime | None,
        by: str,
    ) -> NewToken:
        """Add one whose text is its name, unless there is one of that name."""
        if not name or digest_of(name) in self.known:
            raise TokenRefusedError(f"no token {name!r} can be made")
        made = AccessToken(name, digest_of(name), role, tuple(matchers), NOW, by, expires_at)
        self.known[made.digest] = made
        return NewToken(name, made)

    async def revoke(self, name: str, *, by: str) -> bool:
        """Remove one."""
        return self.known.pop(digest_of(name), None) is not None


@dataclass
class FakeEnded:
    """Sessions that were ended."""

    ids: list[str] = field(default_factory=list)

    def has(self, session_id: str) -> bool:
        """Return whether a session was ended."""
        return session_id in self.ids

    async def end(self, session_id: str, expires_at: datetime) -> None:
        """End a session."""
        self.ids.append(session_id)


def web_file(folder: Path, users: Mapping[str, str] = HASHES, more: str = "") -> Path:
    """Write a web configuration with these users; return its path."""
    file = folder / "web.yml"
    lines = "".join(f"  {name}: '{one}'\n" for name, one in users.items())
    file.write_text((f"basic_auth_users:\n{lines}" if users else "") + more, "utf-8")
    return file


@dataclass
class Site:
    """A running web server with users, its fake daemon, and what its access control asks."""

    daemon: FakeDaemon
    tokens: FakeTokens
    ended: FakeEnded
    access: Identities
    url: str = ""

    def browser(self, **options: Any) -> httpx.AsyncClient:
        """Return a client that keeps cookies and says what browsers say."""
        headers = {**BROWSER, "origin": self.url}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, **options)

    def program(self, **options: Any) -> httpx.AsyncClient:
        """Return a client that says nothing of itself."""
        return httpx.AsyncClient(base_url=self.url, trust_env=False, **options)


@asynccontextmanager
async def site(folder: Path, *, more: str = "", tls: bool = False, **settings: Any) -> AsyncIterator[Site]:
    """Run a web server with the users of ``PASSWORDS``; ``settings`` replace those of access control."""
    daemon, tokens, ended = FakeDaemon(), FakeTokens(), FakeEnded()
    web_config = WatchedWebConfig(web_file(folder, more=more))
    services = AccessServices(
        is_local=lambda token: token == TOKEN,
        tokens=tokens,
        ended=ended,
        now=daemon.now,
        key=b"k" * 32,
        web_config=web_config,
        operators=frozenset({"alice"}),
    )
    access = Identities(replace(services, **settings), "127.0.0.1")
    server = WebServer(
        make_app(daemon, daemon, access=access), "127.0.0.1", 0, tls=web_config.tls() if tls else None
    )
    await server.start()
    try:
        yield Site(daemon, tokens, ended, access, server.url)
    finally:
        await server.stop()


def form_token(page: httpx.Response) -> str:
    """Return the token of the form in a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


async def log_in(
    browser: httpx.AsyncClient, user: str = "alice", password: str = "", to: str = "/"
) -> httpx.Response:
    """Return the answer to a login by the page; without a password it is the right one."""
    page = await browser.get("/login", params={"next": to})
    data = {"user": user, "password": password or PASSWORDS[user], "next": to}
    return await browser.post("/login", data=data | {"form_token": form_token(page)})
