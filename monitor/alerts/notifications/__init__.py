"""What each receiver is notified: inventories, notices, digests and heartbeats; pure."""
