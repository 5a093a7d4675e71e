"""Who takes mails: relays with their settings, logins and sessions, and what their refusals mean."""
