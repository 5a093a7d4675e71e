"""The configuration: reading, validation, error messages, targets; starts and probes nothing."""

from monitor.config.load import Config, default_config, load
from monitor.config.review.online import empty_folders, online_problems
from monitor.config.review.remarks import remarks
from monitor.config.review.unmatched import unmatched_policies
from monitor.config.schema import json_schema
from monitor.config.sections.issuers import IssuerSettings
from monitor.config.settings import InstanceSettings
from monitor.config.targets.plan import Plan, plan, single_target, single_targets, trust_of

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
