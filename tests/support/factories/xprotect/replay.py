"""Replay a record as a site: its answers, at the paths that were asked."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from support.factories.xprotect.asking import Answer, Made, answer, made


@asynccontextmanager
async def replayed(recorded: dict[str, Any]) -> AsyncIterator[Made]:
    """Run a server that answers as the first site of a record did; what was not asked then is absent."""
    first = recorded["sites"][0]
    requests, own = list(first["requests"]), first["queried"][0]["site"]
    where = own

    def answered(method: str, path: str, _: bytes) -> Answer:
        same = [one for one in requests if (one["method"], one["path"]) == (method, path)]
        if not same:
            return answer({}, 404)
        one = same[0]
        if len(same) > 1:
            requests.remove(one)
        if "json" in one:
            # It announces its own address, which is another one now.
            return answer(json.loads(json.dumps(one["json"]).replace(own, where)), one["status"])
        return one.get("status", 503), {"Content-Type": "text/html"}, b"<html>"

    async with made(answered) as site:
        where = f"localhost:{site.port}"
        yield site
