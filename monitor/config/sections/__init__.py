"""The sections of a configuration file that have a file of their own: their keys, defaults and rules."""
