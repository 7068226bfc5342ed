"""Beside the cases: each looks at traffic in a way of its own, with the same engine, and is a command."""
