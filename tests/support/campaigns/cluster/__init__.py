"""Campaigns against several processes: agents, workers, and two centers with their database."""
