"""The commands for the database: backups, copies, examination, and which center leads by it."""
