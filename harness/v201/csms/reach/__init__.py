"""What can be done before a first case: look at a CSMS, ask an operator for what only reads, show what it would do."""
