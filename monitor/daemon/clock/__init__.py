"""The clocks of a daemon: whether the wall clock is right, and which one it goes by."""
