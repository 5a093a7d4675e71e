"""The configuration: reading, validation, error messages, targets; starts and probes nothing."""

from monitor.config.issuers import IssuerSettings
from monitor.config.load import Config, default_config, load
from monitor.config.online import empty_folders, online_problems
from monitor.config.remarks import remarks
from monitor.config.schema import json_schema
from monitor.config.settings import InstanceSettings
from monitor.config.targets import Plan, plan, single_target, single_targets, trust_of
from monitor.config.unmatched import unmatched_policies

__all__ = [
    "Config",
    "InstanceSettings",
    "IssuerSettings",
    "Plan",
    "default_config",
    "empty_folders",
    "json_schema",
    "load",
    "online_problems",
    "plan",
    "remarks",
    "single_target",
    "single_targets",
    "trust_of",
    "unmatched_policies",
]
