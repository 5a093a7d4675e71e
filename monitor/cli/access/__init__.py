"""The commands for who may read and act: tokens, users, calendars and the links in mails."""
