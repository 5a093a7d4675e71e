"""The agents and workers of zones: listed, and agents invited, by commands on this machine alone."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.model import WorkerZone
from monitor.web.api.bodies import InvalidError, body_of, text_of
from monitor.web.caller import LOCAL, caller_of
from monitor.web.problems import problem
from monitor.web.services.agent_admin import AgentAdmin, AgentState, InvitationRefusedError

_PATH = "/api/v1/agents"
_WORKERS = "/api/v1/workers"
_LOCAL_ONLY = "agents are managed with cert-monitor agent on the machine of the center"
_NONE = "this monitor has no port for agents; add agents and zones to its configuration"


def add_agents(
    app: FastAPI, agents: AgentAdmin | None, workers: Callable[[], Sequence[WorkerZone]] = tuple
) -> None:
    """Answer ``/api/v1/agents`` and ``/api/v1/workers``."""

    @app.api_route(_WORKERS, methods=["GET", "HEAD"], response_model=None)
    async def zones(request: Request) -> Response:
        if caller_of(request.scope) != LOCAL:
            return problem(403, [_LOCAL_ONLY])
        return JSONResponse({"items": [_zone_json(one) for one in workers()]})

    @app.api_route(_PATH, methods=["GET", "HEAD"], response_model=None)
    async def listed(request: Request) -> Response:
        if caller_of(request.scope) != LOCAL:
            return problem(403, [_LOCAL_ONLY])
        return JSONResponse({"items": [_json(one) for one in agents.states()] if agents else []})

    @app.post(_PATH + "/invitations", response_model=None)
    async def invite(request: Request) -> Response:
        if caller_of(request.scope) != LOCAL:
            return problem(403, [_LOCAL_ONLY])
        if agents is None:
            return problem(422, [_NONE])
        try:
            body = await body_of(request, ("zone", "agent", "center", "by"))
            line = agents.invite(
                text_of(body, "zone"),
                text_of(body, "agent"),
                text_of(body, "center"),
                text_of(body, "by") or LOCAL.name,
            )
        except (InvalidError, InvitationRefusedError) as error:
            return problem(422, [str(error)])
        return JSONResponse({"line": line}, 201)


def _json(state: AgentState) -> dict[str, Any]:
    return {
        "zone": state.agent.zone,
        "agent": state.agent.name,
        "last_seen_at": state.seen_at.isoformat() if state.seen_at else None,
        "probes": state.probes,
        "spooled": state.spooled,
        "dropped": state.dropped,
        "clock_offset_seconds": state.offset,
    }


def _zone_json(zone: WorkerZone) -> dict[str, Any]:
    return {
        "zone": zone.zone,
        "answering": zone.answering,
        "last_seen_at": zone.seen_at.isoformat() if zone.seen_at else None,
        "queued_batches": zone.queued,
    }
