"""Before a first case: a look at a CSMS from outside, the tags it knows, and whether an operator reaches a station."""
