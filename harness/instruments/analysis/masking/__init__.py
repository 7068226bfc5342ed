"""A copy of a log that may be given away: pseudonyms for everything that tells who and where, and the same findings."""
