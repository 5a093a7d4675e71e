"""Receivers in Slack: an incoming webhook takes blocks and posts them to a channel."""
