"""The pages about what expires next: the forecast, the timeline, and calendars to subscribe to."""
