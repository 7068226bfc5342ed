"""What the HTTP API needs beside its routes: protection, documentation, names in paths."""
