"""What carries thousands of stations in one process: one clock, one transport, and the limits of the system."""
