"""What people call the components and certificate groups that labels name by codes, which programs read."""

from monitor.model.message import Message, plain, text

COMPONENT, CERTIFICATE_GROUP = "component", "certificate_group"
"""The labels whose values are codes, unless a configuration says something of its own."""
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
_GROUP_NAMES = {
    "server": plain("group_server", "server"),
    "streaming_media": plain("group_streaming_media", "streaming media"),
    "event_server": plain("group_event_server", "event server"),
    "mobile": plain("group_mobile", "mobile"),
}
"""The certificate groups of Milestone's Server Configurator."""


def component_name(code: str) -> Message:
    """Return the name of a component; one that only a configuration knows keeps its own word."""
    return COMPONENT_NAMES.get(code) or text(code)


def group_name(code: str) -> Message:
    """Return the name of a certificate group within a sentence; an unknown one keeps its own word."""
    return _GROUP_NAMES.get(code) or text(code.replace("_", " "))


def label_value(label: str, value: str) -> Message:
    """Return the value of a label of a target for people."""
    named = {COMPONENT: component_name, CERTIFICATE_GROUP: group_name}.get(label, text)
    return named(value)
