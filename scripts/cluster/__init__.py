"""The demonstration of high availability, zones and workers, on this machine alone."""
