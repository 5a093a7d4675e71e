"""Certificate data of Windows as plain values: stores, collector reports, permissions; no I/O."""
