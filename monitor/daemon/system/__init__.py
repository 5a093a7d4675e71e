"""What a daemon is to its system: the service manager, the logs of the system, and limits of the process."""
