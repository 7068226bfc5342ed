"""`plugproof precheck`: the run, what is printed while it goes on, and its summary."""
