"""What is made of the copies: messages, verdicts of the rules, traces, figures."""
