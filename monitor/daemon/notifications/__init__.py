"""Alert passes, deliveries and heartbeats: when they run, and for which receivers."""
