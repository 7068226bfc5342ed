"""A fleet on a terminal while it runs: a picture that lives, and keys that steer it."""
