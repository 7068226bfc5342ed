"""What a case has to itself while it runs: a station, tags, and turns for what is shared."""
