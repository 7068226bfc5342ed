"""Response times against the maxima that the product declares."""
