"""What is told of a load: terminal, JSON, page, and limits as verdicts."""
