"""Which receivers an alert is for and when: routes, schedules, silences and acknowledgements; pure."""
