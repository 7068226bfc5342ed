"""The claims about a product: the form, its questions, and what the wire says about them."""
