"""Several machines: centers with their database and NATS server, agents, workers, lines that are cut."""
