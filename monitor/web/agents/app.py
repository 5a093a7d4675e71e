"""The routes of the port for agents: orders, answers, the CA, and a token for a one-time code."""

import asyncio
import logging
from time import monotonic

from fastapi import FastAPI, Request, Response
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from monitor.errors import SystemBrokenError
from monitor.logs import RareEvents
from monitor.web.access.credentials import bearer
from monitor.web.agents.bodies import (
    READ_WITHIN,
    AgentTurns,
    TooLargeError,
    TooManyRequestsError,
    pieces,
    read_body,
    rest,
)
from monitor.web.agents.service import AgentService
from monitor.web.services.agent_admin import AgentIdentity
from monitor.web.serving.framing import OneLength
from monitor.web.serving.headers import SafeHeaders
from monitor.wire import LARGEST, WireError, read_answers, write_receipt
from monitor.wire.protocol import ANSWERS, CA, ENROLL, ORDERS, read_asking_agent, read_code, write_token

log = logging.getLogger(__name__)

_JSON = "application/json"
_LONGEST_CODE = 4096
_CODE_WITHIN = 15.0
_MOST_ENROLLING = 8
"""Requests with a code at a time, by anybody: those of agents go on meanwhile."""
_CLOSE = {"connection": "close"}
_UNREADABLE = (WireError, ClientDisconnect)


def make_agents_app(service: AgentService) -> FastAPI:
    """Return the application for agents."""
    middleware = [Middleware(SafeHeaders), Middleware(OneLength)]
    app = FastAPI(
        title="cert-monitor", docs_url=None, redoc_url=None, openapi_url=None, middleware=middleware
    )
    routes = _Routes(service)
    app.get(ORDERS, response_model=None)(routes.orders)
    app.post(ANSWERS, response_model=None)(routes.answers)
    app.get(CA, response_model=None)(routes.ca)
    app.post(ENROLL, response_model=None)(routes.enroll)
    app.add_exception_handler(SystemBrokenError, _away)
    return app


async def _away(_request: Request, _error: Exception) -> Response:
    """Ask an agent to come again: the database cannot be used, or what it has is still being loaded."""
    return Response(status_code=503)


class _Routes:
    """The handlers of the routes; a client without a token is refused before its body is read."""

    def __init__(self, service: AgentService) -> None:
        self._service = service
        self._turns = AgentTurns()
        self._enrolling = 0
        self._rarely = RareEvents(log, monotonic)

    async def orders(self, request: Request) -> Response:
        agent = self._agent(request)
        if agent is None:
            return Response(status_code=401)
        revision, document = await self._service.orders(agent)
        tag = f'"{revision}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        length = str(len(document))
        return StreamingResponse(
            pieces(document), media_type=_JSON, headers={"etag": tag, "content-length": length}
        )

    async def answers(self, request: Request) -> Response:
        agent = self._agent(request)
        if agent is None:
            return Response(status_code=401, headers=_CLOSE)
        try:
            async with self._turns.of(agent):
                return await self._taken(agent, request)
        except TooManyRequestsError:
            self._refused(agent, "too many requests at once")
            return Response(status_code=429, headers=_CLOSE)

    async def _taken(self, agent: AgentIdentity, request: Request) -> Response:
        # Before the body: on a slow line its arrival takes longer than clocks may differ.
        received_at = self._service.now()
        try:
            sent = await read_body(request, LARGEST, READ_WITHIN)
        except (TooLargeError, TimeoutError) as error:
            status = 413 if isinstance(error, TooLargeError) else 408
            self._refused(agent, "a document that is too large or does not end")
            return Response(status_code=status, headers=_CLOSE)
        except ClientDisconnect:
            return Response(status_code=400)
        began = asyncio.get_running_loop().time()
        try:
            revision, missing = await self._service.answers(agent, read_answers(sent), received_at)
        except WireError as error:
            self._refused(agent, str(error))
            return Response(status_code=400)
        finally:
            await rest(began)
        now = () if missing else self._service.to_check_now(agent)
        receipt = write_receipt(revision, missing, leads=self._service.leads(), check_now=now)
        return Response(receipt, media_type=_JSON)

    async def ca(self) -> Response:
        return Response(self._service.ca(), media_type="application/pkix-cert")

    async def enroll(self, request: Request) -> Response:
        if self._enrolling >= _MOST_ENROLLING:
            return Response(status_code=429, headers=_CLOSE)
        self._enrolling += 1
        try:
            return await self._enrolled(request)
        finally:
            self._enrolling -= 1

    async def _enrolled(self, request: Request) -> Response:
        try:
            body = await read_body(request, _LONGEST_CODE, _CODE_WITHIN)
            code, agent = read_code(body), read_asking_agent(body)
        except TooLargeError:
            return Response(status_code=413, headers=_CLOSE)
        except TimeoutError:
            return Response(status_code=408, headers=_CLOSE)
        except _UNREADABLE:
            return Response(status_code=400)
        token = await self._service.enroll(code, agent)
        if token is None:
            said = "an agent was refused: its code is wrong, of another agent, used or too old"
            self._rarely.event(said, "code", level=logging.WARNING, peer=_peer(request))
            return Response(status_code=403)
        return Response(write_token(token), media_type=_JSON)

    def _agent(self, request: Request) -> AgentIdentity | None:
        token = bearer(request.headers)
        agent = self._service.identify(token) if token else None
        if agent is None:
            said = "an agent was refused: its token is not known"
            self._rarely.event(said, "token", level=logging.WARNING, peer=_peer(request))
        return agent

    def _refused(self, agent: AgentIdentity, why: str) -> None:
        said = "a document of an agent is not believed"
        about = f"{agent.zone}/{agent.name}"
        facts = {"zone": agent.zone, "agent": agent.name, "why": why}
        self._rarely.event(said, about, level=logging.WARNING, **facts)


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""
