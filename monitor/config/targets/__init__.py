"""From entries and discoveries to targets with their policies; probes nothing."""
