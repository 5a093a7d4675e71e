"""The pages of plans and renewal days: how work starts, goes on and is recorded."""
