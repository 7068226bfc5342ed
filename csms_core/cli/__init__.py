"""`plugproof csms`: options, settings, and the process from its start to its exit code."""
