"""Probe the certificate stores of a Windows machine over the network; judges nothing."""
