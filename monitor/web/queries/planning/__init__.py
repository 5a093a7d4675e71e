"""What lies ahead: forecasts, calendars, plans of sites and renewal days."""
