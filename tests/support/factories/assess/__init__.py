"""Judgments: targets that show certificates, machines with stores, and their findings in short words."""
