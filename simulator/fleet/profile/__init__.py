"""Load profiles: a day, a storm or a week of a fleet as a TOML file (docs/load-profiles.md)."""
