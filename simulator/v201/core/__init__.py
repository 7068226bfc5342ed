"""What every block stands on: the context, registration, how a CALL is answered, what the meters say."""
