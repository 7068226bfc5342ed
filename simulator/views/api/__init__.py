"""The HTTP API of a station: its physical verbs and what can be seen of it, for those who do not speak Python.

`app` is the application, `serving` the view of `plugproof station`; nothing is imported before it is wanted.
"""
