"""The lease by which one of several centers leads, in the database that they share."""
