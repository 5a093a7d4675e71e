"""What a usable configuration may lack: on this machine, or because it does not do what its author wants."""
