"""What is read off the frames of a case beside its rules."""
