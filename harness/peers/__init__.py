"""The counterpart of a product on the wire: the verbs of a case, and the way in."""
