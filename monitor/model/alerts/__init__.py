"""Alerts, silences and notifications as plain values; they decide nothing."""
