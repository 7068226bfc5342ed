"""What people use beside the cases: instruments that look at traffic, with the same engine and without verdicts."""
