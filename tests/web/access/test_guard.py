"""Who may do what where there are users: nobody, viewers, operators, programs, proxies and other sites."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.model import Matcher, TokenRole
from monitor.web import WebServer, make_metrics_app
from support.factories.web.access import PASSWORDS, Site, form_token, log_in, site
from support.factories.web.fakes import TOKEN

Act = Callable[[Site], Awaitable[Any]]


def acted(folder: Path, act: Act, **settings: Any) -> Any:
    """Return what came of acting at a fresh site."""

    async def run() -> Any:
        async with site(folder, **settings) as made:
            return await act(made)

    return asyncio.run(run())


def basic(user: str, password: str = "") -> dict[str, str]:
    """Return the header of basic authentication."""
    text = b64encode(f"{user}:{password or PASSWORDS[user]}".encode()).decode()
    return {"authorization": f"Basic {text}"}


def asked(
    folder: Path, path: str, headers: Mapping[str, str], method: str = "GET", **settings: Any
) -> httpx.Response:
    """Return the answer to one request of a program."""

    async def act(made: Site) -> httpx.Response:
        async with made.program() as program:
            return await program.request(method, path, headers=headers)

    answer: httpx.Response = acted(folder, act, **settings)
    return answer


OPEN = [("/livez", 200), ("/readyz", 200), ("/healthz", 200), ("/static/style.css", 200), ("/login", 200)]
CLOSED = [
    "/",
    "/metrics",
    "/probe?target=a",
    "/certificates",
    "/api/v1/alerts",
    "/api/v1/silences",
    "/x",
    "//",
]


@pytest.mark.parametrize(("path", "status"), OPEN)
def test_open(tmp_path: Path, path: str, status: int) -> None:
    """Health, and what the login page needs, are answered before a login."""
    assert asked(tmp_path, path, {}).status_code == status


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS"])
def test_closed(tmp_path: Path, path: str, method: str) -> None:
    """All else is not, in no method, whether it exists or not."""
    answer = asked(tmp_path, path, {}, method)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (
        401,
        'Basic realm="cert-monitor", charset="UTF-8", Bearer',
    )


def test_health_before_login(tmp_path: Path) -> None:
    """Before a login health says whether all is well, and nothing of what is watched."""
    said = [asked(tmp_path, "/healthz", headers).json() for headers in ({}, basic("victor"))]
    assert (said[0], "targets" in said[1]) == ({"ok": True}, True)


def test_a_script_gets_no_window(tmp_path: Path) -> None:
    """A page's own script whose session is over makes the browser ask for no password in a window."""
    answer = asked(tmp_path, "/", {"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("user", ["alice", "victor"])
def test_program_reads(tmp_path: Path, user: str) -> None:
    """Prometheus scrapes with basic authentication, as the toolkit of its exporters does it."""
    assert asked(tmp_path, "/metrics", basic(user)).status_code == 200


WRONG = [
    basic("alice", "wrong"),
    basic("eve", "x"),
    {"authorization": "Basic"},
    {"authorization": "Basic !!!"},
    {"authorization": "Basic " + b64encode(b"no colon").decode()},
    {"authorization": "Basic " + b64encode(b"\xff\xfe:x").decode()},
    {"authorization": "Digest username=alice"},
    {"authorization": "Bearer"},
    {"authorization": "Bearer wrong"},
    {"authorization": ""},
]


@pytest.mark.parametrize("headers", WRONG)
def test_wrong_credential(tmp_path: Path, headers: dict[str, str]) -> None:
    """A wrong credential is refused, also where a right one would come after it."""
    assert asked(tmp_path, "/metrics", headers).status_code == 401


def test_wrong_credential_with_a_session(tmp_path: Path) -> None:
    """Who sends a credential is judged by that one."""

    async def act(made: Site) -> int:
        async with made.browser() as browser:
            await log_in(browser)
            return (await browser.get("/", headers=basic("alice", "wrong"))).status_code

    assert acted(tmp_path, act) == 401


def test_operator_acts(tmp_path: Path) -> None:
    """A program of an operator changes something, and it is recorded as the operator's."""

    async def act(made: Site) -> tuple[int, object]:
        async with made.program() as program:
            answer = await program.delete("/api/v1/silences/s1?by=somebody", headers=basic("alice"))
            return answer.status_code, made.daemon.asked[0][-1]

    assert acted(tmp_path, act)[1] == "alice"


@pytest.mark.parametrize(
    "path", ["/-/reload", "/api/v1/silences", "/api/v1/alerts/abc/acknowledge", "/nowhere"]
)
def test_viewer_does_not_act(tmp_path: Path, path: str) -> None:
    """A viewer changes nothing, by whatever credential."""

    async def act(made: Site) -> list[int]:
        made.tokens.add("reads", TokenRole.VIEWER)
        credentials = (basic("victor"), {"authorization": "Bearer reads"})
        async with made.program() as program:
            found = [(await program.post(path, headers=one)).status_code for one in credentials]
        async with made.browser() as browser:
            await log_in(browser, "victor")
            data = {"form_token": form_token(await browser.get("/"))}
            found.append((await browser.post(path, data=data)).status_code)
        return [*found, made.daemon.reloads]

    assert acted(tmp_path, act) == [403, 403, 403, 0]


def test_viewer_logs_out(tmp_path: Path) -> None:
    """Everybody may log out."""

    async def act(made: Site) -> int:
        async with made.browser() as browser:
            await log_in(browser, "victor")
            data = {"form_token": form_token(await browser.get("/"))}
            return (await browser.post("/logout", data=data)).status_code

    assert acted(tmp_path, act) == 303


def test_token(tmp_path: Path) -> None:
    """A token's role counts, and a revoked one gives nothing at once."""

    async def act(made: Site) -> list[int]:
        made.tokens.add("acts", TokenRole.OPERATOR)
        headers, found = {"authorization": "Bearer acts"}, []
        async with made.program() as program:
            for _ in range(2):
                found += [(await program.get("/metrics", headers=headers)).status_code]
                found += [(await program.post("/-/reload", headers=headers)).status_code]
                made.tokens.known.clear()
        return found

    assert acted(tmp_path, act) == [200, 200, 401, 401]


def test_scoped_token(tmp_path: Path) -> None:
    """A token for one site reads no answer that is not narrowed to it."""

    async def act(made: Site) -> list[int]:
        made.tokens.add("harbour", TokenRole.VIEWER, Matcher("site", ("harbour",)))
        paths = ("/", "/livez", "/metrics", "/probe?target=a", "/api/v1/silences", "/healthz")
        headers = {"authorization": "Bearer harbour"}
        async with made.program() as program:
            answers = [await program.get(path, headers=headers) for path in paths]
        assert answers[-1].json() == {"ok": True}
        return [one.status_code for one in answers]

    assert acted(tmp_path, act) == [200, 200, 403, 403, 200, 200]


def test_local_token(tmp_path: Path) -> None:
    """The commands on this machine go on working, and still not through a proxy."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert asked(tmp_path, "/api/v1/silences", headers).status_code == 200
    assert asked(tmp_path, "/-/reload", headers, "POST").status_code == 200
    assert asked(tmp_path, "/-/reload", {**headers, "via": "1.1 x"}, "POST").status_code == 403


FORGED: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"form_token": "x"}, {}),
    ({}, {"x-form-token": "x"}),
    ({"form_token": "TOKEN"}, {"origin": "https://evil.example"}),
    ({"form_token": "TOKEN"}, {"sec-fetch-site": "same-site"}),
    ({"form_token": "TOKEN"}, {"content-type": "text/plain"}),
]


@pytest.mark.parametrize(("data", "headers"), FORGED)
def test_forged_form(tmp_path: Path, data: dict[str, str], headers: dict[str, str]) -> None:
    """Nothing is changed without the token of a page of ours, nor from another site with it."""

    async def act(made: Site) -> tuple[int, int]:
        async with made.browser() as browser:
            await log_in(browser)
            token = form_token(await browser.get("/"))
            filled = {name: value.replace("TOKEN", token) for name, value in data.items()}
            answer = await browser.post("/-/reload", data=filled, headers=headers)
            return answer.status_code, made.daemon.reloads

    assert acted(tmp_path, act) == (403, 0)


@pytest.mark.parametrize("by_header", [True, False])
def test_form_of_ours(tmp_path: Path, by_header: bool) -> None:  # noqa: FBT001 - a parameter
    """With the token of the page an operator acts, from a form and from a script."""

    async def act(made: Site) -> tuple[int, int]:
        async with made.browser() as browser:
            await log_in(browser)
            token = form_token(await browser.get("/"))
            if by_header:
                answer = await browser.post("/-/reload", json={}, headers={"x-form-token": token})
            else:
                answer = await browser.post("/-/reload", data={"form_token": token})
            return answer.status_code, made.daemon.reloads

    assert acted(tmp_path, act) == (200, 1)


def test_token_of_another_session(tmp_path: Path) -> None:
    """The token of a form works in no other session."""

    async def act(made: Site) -> int:
        async with made.browser() as other, made.browser() as browser:
            await log_in(other)
            await log_in(browser)
            token = form_token(await other.get("/"))
            return (await browser.post("/-/reload", data={"form_token": token})).status_code

    assert acted(tmp_path, act) == 403


def test_long_form(tmp_path: Path) -> None:
    """A form without end is not read to its end."""

    async def act(made: Site) -> int:
        async with made.browser() as browser:
            await log_in(browser)
            return (await browser.post("/-/reload", data={"x": "y" * 70_000})).status_code

    assert acted(tmp_path, act) == 413


def test_browser_with_remembered_password(tmp_path: Path) -> None:
    """A browser that remembers basic authentication sends it with forms of others too: they do nothing."""
    headers = {**basic("alice"), "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert asked(tmp_path, "/-/reload", headers, "POST").status_code == 403
    headers |= {"origin": "null", "sec-fetch-site": "none"}
    assert asked(tmp_path, "/-/reload", headers, "POST").status_code == 403


def test_proxy(tmp_path: Path) -> None:
    """Whom a listed proxy names is that user, an operator acts, and programs need no form."""
    settings = {"proxies": frozenset({"127.0.0.1"}), "user_header": "x-remote-user"}
    said = [
        asked(tmp_path, path, {"x-remote-user": user}, method, **settings).status_code
        for path, user, method in (
            ("/", "victor", "GET"),
            ("/-/reload", "victor", "POST"),
            ("/-/reload", "alice", "POST"),
            ("/", "", "GET"),
        )
    ]
    assert said == [200, 403, 200, 401]


def test_proxy_that_passes_its_password_on(tmp_path: Path) -> None:
    """A proxy with a login of its own may pass the password on: its word counts."""
    settings = {"proxies": frozenset({"127.0.0.1"}), "user_header": "x-remote-user"}
    headers = {"x-remote-user": "victor", **basic("carla", "of the proxy")}
    assert asked(tmp_path, "/metrics", headers, **settings).status_code == 200


@pytest.mark.parametrize("name", ["a" * 101, "a\x85b"])
def test_odd_name(tmp_path: Path, name: str) -> None:
    """A name that nobody can have is refused."""

    async def act(made: Site) -> int:
        async with made.program() as program:
            sent = [(b"x-remote-user", name.encode("latin-1"))]
            return (await program.get("/", headers=sent)).status_code

    settings = {"proxies": frozenset({"127.0.0.1"}), "user_header": "x-remote-user"}
    assert acted(tmp_path, act, **settings) == 403


def test_link_of_a_mail(tmp_path: Path) -> None:
    """Where people log in, a link from a mail is no credential: it changes nothing by itself."""

    async def act(made: Site) -> list[int]:
        async with made.program() as program:
            return [
                (await program.request(method, "/acknowledge/abc.def")).status_code
                for method in ("GET", "POST")
            ]

    assert acted(tmp_path, act) == [403, 401]


def test_proxy_in_a_browser(tmp_path: Path) -> None:
    """A login at the proxy is sent along by the browser itself, so forms need their token."""

    async def act(made: Site) -> list[int]:
        async with made.browser() as browser:
            browser.headers.update({"x-remote-user": "alice"})
            token = made.access.signer.form_token("proxy\nalice")
            return [
                (await browser.post("/-/reload", data=data)).status_code
                for data in ({}, {"form_token": token})
            ]

    settings = {"proxies": frozenset({"127.0.0.1"}), "user_header": "x-remote-user"}
    assert acted(tmp_path, act, **settings) == [403, 200]


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/silences"])
def test_header_from_elsewhere(tmp_path: Path, path: str) -> None:
    """The header of a proxy that is not listed is refused, whatever it says."""
    settings = {"proxies": frozenset({"192.0.2.1"}), "user_header": "x-remote-user"}
    assert asked(tmp_path, path, {"x-remote-user": "alice"}, **settings).status_code == 403


def test_header_twice(tmp_path: Path) -> None:
    """Two names are none: one of them may be the client's own."""

    async def act(made: Site) -> int:
        async with made.program() as program:
            headers = [("x-remote-user", "alice"), ("x-remote-user", "victor")]
            return (await program.get("/", headers=headers)).status_code

    settings = {"proxies": frozenset({"127.0.0.1"}), "user_header": "x-remote-user"}
    assert acted(tmp_path, act, **settings) == 403


def test_metrics_listen(tmp_path: Path) -> None:
    """The second address asks for the same login, and sends nobody to a page that it does not have."""

    async def act(made: Site) -> list[int]:
        server = WebServer(make_metrics_app(made.daemon, made.access), "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
                answers = [
                    await client.get("/metrics", headers={"accept": "text/html"}),
                    await client.get("/metrics", headers=basic("victor")),
                    await client.get("/readyz"),
                    await client.post("/-/reload", headers=basic("alice")),
                ]
        finally:
            await server.stop()
        return [one.status_code for one in answers]

    assert acted(tmp_path, act) == [401, 200, 200, 404]


def test_another_name_for_us(tmp_path: Path) -> None:
    """A name that was pointed here shows not even the login page (DNS rebinding)."""
    assert asked(tmp_path, "/login", {"host": "rebound.example"}).status_code == 421


def test_headers_of_the_file(tmp_path: Path) -> None:
    """The headers that the file sets are on every answer, on refusals too."""
    more = "http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=60\n"
    answer = asked(tmp_path, "/metrics", {}, more=more)
    assert (answer.status_code, answer.headers["strict-transport-security"]) == (401, "max-age=60")


@pytest.mark.parametrize(("site", "status"), [("same-origin", 200), ("cross-site", 403), ("none", 403)])
def test_form_of_a_page_without_an_origin(tmp_path: Path, site: str, status: int) -> None:
    """A browser that hides the origin of a form is believed where it says that the form is ours."""

    async def act(made: Site) -> int:
        async with made.browser() as browser:
            await log_in(browser, "alice")
            token = form_token(await browser.get("/"))
            headers = {"origin": "null", "sec-fetch-site": site}
            answer = await browser.post("/-/reload", headers=headers, data={"form_token": token})
            return answer.status_code

    assert acted(tmp_path, act) == status
