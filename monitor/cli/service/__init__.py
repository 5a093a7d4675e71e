"""The Windows services of this machine: register, start, stop and remove them, and run as one of them."""
