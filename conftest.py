"""pytest settings of this checkout: for the tests of plugproof itself, not for its cases."""

pytest_plugins = ("pytester",)
