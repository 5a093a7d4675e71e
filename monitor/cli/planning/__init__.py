"""The commands for what expires and for renewals: forecast, plan and renewal day."""
