"""From the card at the reader to the StopTransaction that is delivered."""
