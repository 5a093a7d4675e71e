"""The operating system around a daemon: its service manager, its logs, and limits of the process."""
