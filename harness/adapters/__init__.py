"""How the harness acts at a product: by its API, a program, a person, or the protocol itself."""
