"""Who may connect, and with what: the security profiles 0 to 3 (security white paper, A00).

`terms` says which profiles a station may come with, `basic` and `passwords` judge HTTP Basic authentication,
`certificates` judges client certificates, `doorman` puts them together at the opening handshake, `changes` follows the
key and profile changes that the CSMS sends. None of it knows the socket library.
"""
