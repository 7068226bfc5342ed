"""The shells with sockets around a session: asynchronous, synchronous, and fed by somebody else."""
