"""A case as such: its facts, its run, what it judged and the verdict."""
