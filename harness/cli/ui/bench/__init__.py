"""The test bench: the SUT file as a form, the cases, a run that is watched, and what came of it."""
