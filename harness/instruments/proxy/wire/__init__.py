"""What the relay and the judge both know of the wire."""
