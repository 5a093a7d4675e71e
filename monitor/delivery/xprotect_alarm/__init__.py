"""Receivers that are XProtect sites: one alarm for each alert in their Alarm Manager, through a beta API."""
