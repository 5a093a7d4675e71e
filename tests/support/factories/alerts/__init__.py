"""Alerts and the alert pass: certificates and states that need one, recorders, passes in a row."""
