"""When a run goes wrong: a system that went away, cases that others interrupted, Ctrl-C."""
