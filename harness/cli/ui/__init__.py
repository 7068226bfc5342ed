"""`plugproof ui`: a test bench and a car park in the browser, for whoever would rather click than type.

It does nothing that the commands do not: a run is `plugproof precheck` in a process of its own, a station is the one of
`plugproof station`. `bench/` is the first page, `park/` the second, `static/` both of them as files.
"""
