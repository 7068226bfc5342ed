"""What a CSMS does with a message whatever its version: for handlers whose messages say the same in several."""
