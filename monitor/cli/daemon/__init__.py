"""The commands that ask the running daemon on this machine, and how they ask it."""
