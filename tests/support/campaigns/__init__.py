"""Long campaigns against the product: seeded rounds of kills, failures and hostility, and what must hold."""

from support.campaigns.campaign import BrokenError, Campaign, Round, Run
from support.campaigns.clock import clock
from support.campaigns.cluster.agents import agents
from support.campaigns.cluster.centers import centers
from support.campaigns.cluster.workers import workers
from support.campaigns.disk import disk
from support.campaigns.kill import kill
from support.campaigns.relay import relay
from support.campaigns.servers import servers
from support.campaigns.verdicts import verdicts
from support.campaigns.web import web
from support.campaigns.year import year

__all__ = ["CAMPAIGNS", "BrokenError", "Campaign", "Round", "Run"]

CAMPAIGNS: dict[str, Campaign] = {
    "agents": agents,
    "centers": centers,
    "clock": clock,
    "disk": disk,
    "kill": kill,
    "relay": relay,
    "servers": servers,
    "verdicts": verdicts,
    "web": web,
    "workers": workers,
    "year": year,
}
