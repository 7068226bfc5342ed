"""Settings of the tests of the engine."""

from hypothesis import settings

# Time says nothing on a busy machine. The same examples in every run: a red test stays red until it is repaired.
settings.register_profile("ocppj", deadline=None, derandomize=True, database=None)
settings.load_profile("ocppj")
