"""The functional blocks of Part 2 as features: a message that the CSMS sends is answered by one of them."""
