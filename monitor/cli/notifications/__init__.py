"""The commands that send a test notification, and that write what would be sent."""
