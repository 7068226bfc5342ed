"""The settings of the CSMS as one object, and those that contradict each other."""
