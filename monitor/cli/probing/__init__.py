"""What several commands share that probe once: arguments that name targets, discoveries, and the probes."""
