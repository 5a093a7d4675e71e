"""Probe certificate files, also in folders and by pattern; judges nothing and keeps no private key."""
