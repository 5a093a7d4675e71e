"""Simulated years of an estate: its servers, its certificates, its mails."""
