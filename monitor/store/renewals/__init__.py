"""Renewal days with their steps, and the windows in which CAs suggest to renew."""
