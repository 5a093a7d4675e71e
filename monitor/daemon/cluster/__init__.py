"""Several centers: leadership, takeover by a standby, and which components are missing."""
