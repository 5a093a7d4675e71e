"""Receivers in Microsoft Teams: a workflow takes a card and posts it to a channel or chat."""
