"""What people call the components that labels name by codes; programs keep reading the codes."""

from monitor.model.message import Message, plain, text

COMPONENT = "component"
"""The label whose values are codes of components, unless a configuration says something of its own."""
COMPONENT_NAMES = {
    "management_server": plain("component.management_server", "Management Server"),
    "api_gateway": plain("component.api_gateway", "API Gateway"),
    "recording_server": plain("component.recording_server", "Recording Server"),
    "failover_recorder": plain("component.failover_recorder", "Failover Recording Server"),
    "management_failover": plain("component.management_failover", "Management Server Failover"),
    "event_server": plain("component.event_server", "Event Server"),
    "mobile_server": plain("component.mobile_server", "Mobile Server"),
    "data_collector": plain("component.data_collector", "Data Collector"),
    "log_server": plain("component.log_server", "Log Server"),
    "sql_server": plain("component.sql_server", "SQL Server"),
    "addon": plain("component.addon", "Add-on"),
    "camera": plain("component.camera", "Camera"),
    "other": plain("component.other", "Other"),
}


def component_name(code: str) -> Message:
    """Return the name of a component; one that only a configuration knows keeps its own word."""
    return COMPONENT_NAMES.get(code) or text(code)


def label_value(label: str, value: str) -> Message:
    """Return the value of a label of a target for people."""
    return component_name(value) if label == COMPONENT else text(value)
