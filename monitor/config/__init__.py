"""The user's configuration: read, check, explain, turn into targets; starts and probes nothing."""

from monitor.config.issuers import IssuerSettings
from monitor.config.load import Config, load, unwritten
from monitor.config.online import online_problems
from monitor.config.schema import json_schema
from monitor.config.settings import EmailSettings, InstanceSettings
from monitor.config.targets import Plan, plan, single_target, trust_of
from monitor.config.unmatched import unmatched

__all__ = [
    "Config",
    "EmailSettings",
    "InstanceSettings",
    "IssuerSettings",
    "Plan",
    "json_schema",
    "load",
    "online_problems",
    "plan",
    "single_target",
    "trust_of",
    "unmatched",
    "unwritten",
]
