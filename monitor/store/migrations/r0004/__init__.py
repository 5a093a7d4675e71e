"""The parts of migration 0004, one file for each part of the schema."""
