"""What is shown of one case: the explanation and the sequence."""
