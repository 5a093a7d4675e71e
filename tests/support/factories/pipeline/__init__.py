"""The pipeline with fakes around it, and the states that probes in a row leave."""
