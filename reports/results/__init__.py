"""What is read off the results: verdicts, coverage, response times, remarks."""
