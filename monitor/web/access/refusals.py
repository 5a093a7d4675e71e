"""Responses to requests that are not allowed."""

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from monitor.web.problems import problem

NOT_LOGGED_IN = (
    "a login is needed: basic authentication with a user of the web configuration, or a token that "
    "cert-monitor token create made, as Authorization: Bearer TOKEN"
)
WRONG_TOKEN = "the token is unknown, was revoked or has expired"  # noqa: S105 - a sentence
WRONG_PASSWORD = "the name or the password is wrong"  # noqa: S105 - a sentence
VIEWER = "only operators may change something; operators are listed in web.operators"
OUT_OF_SCOPE = "this answer is not limited to what the token may see (--match), so the token cannot read it"
NO_FORM_TOKEN = "the form is too old or comes from another page; load the page again"  # noqa: S105 - a sentence
FOREIGN_HEADER = "the header that names the user is accepted from the proxies in web.proxy.peers alone"
TOO_LONG = "the body is too large"

BASIC = 'Basic realm="cert-monitor", charset="UTF-8"'


class AccessRefusedError(Exception):
    """A request is answered here and now."""

    def __init__(self, response: Response) -> None:
        """Take the answer."""
        super().__init__()
        self.response = response


def forbidden(said: str) -> AccessRefusedError:
    """Return the response 403 to a caller without the right, or to what nobody may do."""
    return AccessRefusedError(_json(said, 403))


def unauthorized(said: str, headers: Headers, *, passwords: bool) -> AccessRefusedError:
    """Return the refusal of who has to say who they are.

    A script in a browser gets no challenge for a password: the browser would ask with a window of its own.
    """
    script = headers.get("sec-fetch-mode", "navigate") != "navigate"
    challenge = f"{BASIC}, Bearer" if passwords and not script else "Bearer"
    return AccessRefusedError(_json(said, 401, {"www-authenticate": challenge}))


def slow_down(seconds: int) -> AccessRefusedError:
    """Return the refusal of who tries too many passwords."""
    said = f"too many logins failed; try again in {seconds} s"
    return AccessRefusedError(_json(said, 429, {"retry-after": str(seconds)}))


def to_login(path: str, query: str) -> AccessRefusedError:
    """Return the way to the login page, and from there to what was asked for."""
    asked = f"{path}?{query}" if query else path
    return AccessRefusedError(RedirectResponse(f"/login?next={quote(asked, safe='')}", 303))


def too_long() -> AccessRefusedError:
    """Return the response to a body that is longer than any form of ours."""
    return AccessRefusedError(_json(TOO_LONG, 413))


def _json(said: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return problem(status, [said], headers)
