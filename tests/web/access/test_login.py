"""People log in by a page: right, wrong, forged, from elsewhere, over, and out again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor.web.access.login import local_path
from monitor.web.access.sessions import SessionSigner
from monitor.web_config import hashed
from support.factories.web.access import HASHES, PASSWORDS, Site, form_token, log_in, site, web_file
from support.factories.web.fakes import NOW

Act = Callable[[Site, httpx.AsyncClient], Awaitable[object]]


def acted(folder: Path, act: Act) -> object:
    """Return what came of acting in a fresh browser at a fresh site."""

    async def run() -> object:
        async with site(folder) as made, made.browser() as browser:
            return await act(made, browser)

    return asyncio.run(run())


def test_login_and_logout(tmp_path: Path) -> None:
    """A person is sent to the login page, reads after the login, and no more after the logout."""

    async def act(made: Site, browser: httpx.AsyncClient) -> object:
        first = await browser.get("/?all=1")
        entered = await log_in(browser, to="/?all=1")
        page = await browser.get("/")
        out = await browser.post("/logout", data={"form_token": form_token(page)})
        again = await browser.get("/")
        return [
            (one.status_code, one.headers.get("location")) for one in (first, entered, page, out, again)
        ], len(made.ended.ids)

    assert acted(tmp_path, act) == (
        [
            (303, "/login?next=%2F%3Fall%3D1"),
            (303, "/?all=1"),
            (200, None),
            (303, "/login"),
            (303, "/login?next=%2F"),
        ],
        1,
    )


def test_the_page_says_who_reads_it(tmp_path: Path) -> None:
    """The page has the user's name and a button to log out."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        await log_in(browser, "victor")
        return (await browser.get("/")).text

    text = str(acted(tmp_path, act))
    assert "victor" in text
    assert 'action="/logout"' in text


def test_cookie(tmp_path: Path) -> None:
    """No script reads the cookie, no other site sends it along, and it ends after twelve hours."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        return (await log_in(browser)).headers["set-cookie"]

    name, _, rest = str(acted(tmp_path, act)).partition("=")
    assert (name, rest.partition("; ")[2]) == (
        "cert-monitor",
        "Path=/; HttpOnly; SameSite=Lax; Max-Age=43200",
    )


@pytest.mark.parametrize(
    ("user", "password"), [("alice", "battery staple"), ("eve", "correct horse"), ("", "x"), ("alice", "\0")]
)
def test_wrong(tmp_path: Path, user: str, password: str) -> None:
    """A wrong name and a wrong password are answered alike, without a session."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        answer = await log_in(browser, user, password)
        return answer.status_code, "The name or the password is wrong." in answer.text, list(browser.cookies)

    assert acted(tmp_path, act) == (403, True, ["cert-monitor-login"])


def test_new_session_at_each_login(tmp_path: Path) -> None:
    """A session that somebody else put into the browser is not taken over (fixation)."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        await log_in(browser, "victor")
        planted = browser.cookies["cert-monitor"]
        await log_in(browser, "alice")
        return planted != browser.cookies["cert-monitor"]

    assert acted(tmp_path, act) is True


@pytest.mark.parametrize("token", ["", "x", None])
def test_login_of_another_page(tmp_path: Path, token: str | None) -> None:
    """A form without the token of this browser's login page logs nobody in."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        if token is None:
            given = form_token(await browser.get("/login"))
            await browser.get("/login")  # another page, another cookie
        else:
            given = token
        data = {"user": "alice", "password": PASSWORDS["alice"], "form_token": given}
        answer = await browser.post("/login", data=data)
        return answer.status_code, "cert-monitor" in browser.cookies

    assert acted(tmp_path, act) == (403, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_login_from_another_site(tmp_path: Path, headers: dict[str, str]) -> None:
    """A page of another site can log nobody in, and nobody out."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        token = form_token(await browser.get("/login"))
        data = {"user": "alice", "password": PASSWORDS["alice"], "form_token": token}
        into = await browser.post("/login", data=data, headers=headers)
        await log_in(browser)
        token = form_token(await browser.get("/"))
        out = await browser.post("/logout", data={"form_token": token}, headers=headers)
        return into.status_code, out.status_code, (await browser.get("/")).status_code

    assert acted(tmp_path, act) == (403, 403, 200)


def test_over_after_twelve_hours(tmp_path: Path) -> None:
    """The session is over when its time is, whatever the browser keeps."""

    async def act(made: Site, browser: httpx.AsyncClient) -> object:
        await log_in(browser)
        found = []
        for hours in (11.9, 12.1):
            made.daemon.clock = NOW + timedelta(hours=hours)
            found.append((await browser.get("/")).status_code)
        return found

    assert acted(tmp_path, act) == [200, 303]


@pytest.mark.parametrize("users", [{"victor": HASHES["victor"]}, HASHES | {"alice": hashed("new", 4)}])
def test_over_with_the_password(tmp_path: Path, users: dict[str, str]) -> None:
    """Who is removed, or has a new password, is logged out at once."""

    async def act(made: Site, browser: httpx.AsyncClient) -> object:
        await log_in(browser)
        before = (await browser.get("/")).status_code
        web_file(tmp_path, users)
        assert made.access.services.web_config
        made.access.services.web_config.refresh()
        return before, (await browser.get("/")).status_code

    assert acted(tmp_path, act) == (200, 303)


def _forged() -> dict[str, str]:
    ours, other = SessionSigner(b"k" * 32), SessionSigner(b"x" * 32)
    victor = ours.written(ours.begin("victor", HASHES["victor"], NOW))
    alice = ours.written(ours.begin("alice", HASHES["alice"], NOW))
    version, payload, signature = alice.split(".")
    return {
        "another key": other.written(other.begin("alice", HASHES["alice"], NOW)),
        "swapped": f"{version}.{payload}.{victor.split('.')[2]}",
        "unsigned": f"{version}.{payload}.",
        "cut": alice[:-1],
        "longer": f"{version}.{payload}AA.{signature}",
        "version": f"2.{payload}.{signature}",
        "of the future": ours.written(ours.begin("alice", HASHES["alice"], NOW + timedelta(days=1))),
        "of nobody": ours.written(ours.begin("eve", HASHES["alice"], NOW)),
        "nothing": "..",
        "odd": "1.\x01.x",
        "long": "1." + "A" * 5000 + ".x",
    }


@pytest.mark.parametrize("cookie", _forged().values(), ids=_forged())
def test_forged_cookie(tmp_path: Path, cookie: str) -> None:
    """A cookie that we did not write as it is gives nothing."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        return (await browser.get("/", headers={"cookie": f"cert-monitor={cookie}"})).status_code

    assert acted(tmp_path, act) == 303


STRANGE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/x\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/login?next=/",
    "/logout",
    "/" + "a" * 3000,
    "/%0d%0a\u00e9",
]


@pytest.mark.parametrize("to", STRANGE)
def test_no_way_out(tmp_path: Path, to: str) -> None:
    """After the login people stay here, wherever the address of the login page says."""

    async def act(_: Site, browser: httpx.AsyncClient) -> object:
        return (await log_in(browser, to=to)).headers["location"]

    assert acted(tmp_path, act) == "/"


@pytest.mark.parametrize("to", ["/", "/alerts?q=a%2Fb", "/certificates/ab12#x", "/login-help"])
def test_way_back(to: str) -> None:
    """A path of ours is kept with its query."""
    assert local_path(to) == to


def test_secure_cookie_behind_tls(tmp_path: Path) -> None:
    """Behind a listed proxy with TLS the cookie is for TLS alone, and no other host can set it."""

    async def run() -> str:
        forwarded = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
        async with site(tmp_path, proxies=frozenset({"127.0.0.1"})) as made:
            origin = made.url.replace("http:", "https:")
            async with made.browser() as browser:
                browser.headers.update({**forwarded, "origin": origin})
                page = await browser.get("/login")
                cookie = page.headers["set-cookie"].partition(";")[0]
                data = {"user": "alice", "password": PASSWORDS["alice"], "form_token": form_token(page)}
                answer = await browser.post("/login", data=data, headers={"cookie": cookie})
        return answer.headers["set-cookie"]

    said = asyncio.run(run())
    assert said.startswith("__Host-cert-monitor=1.")
    assert said.endswith("; Secure")
