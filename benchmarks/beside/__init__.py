"""What plugproof is measured beside: the same work by the tools that people would take instead."""
