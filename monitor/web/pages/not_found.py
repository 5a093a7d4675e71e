"""The page for what is not there, or may not be seen: both look alike, so that nobody can guess ids."""

from fastapi import Request
from fastapi.responses import Response

from monitor.model import Message
from monitor.web import texts
from monitor.web.pages.frame import Pages


async def not_found(request: Request, pages: Pages, said: Message) -> Response:
    """Return the page with status 404."""
    return await pages.answer(
        request, "not_found.html", lambda _: {"title": texts.NOT_FOUND, "said": said}, status=404
    )
