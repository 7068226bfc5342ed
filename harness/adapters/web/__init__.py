"""HTTP APIs of others: requests out of templates, answers with a bound, evidence with secrets masked."""
