"""How a station is broken on purpose: what a fault is, and how it gets between the parts."""
