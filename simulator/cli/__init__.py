"""`plugproof station`: the command, what it plays, and what it is looked at through."""
