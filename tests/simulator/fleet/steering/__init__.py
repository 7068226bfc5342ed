"""A fleet that is steered by hand."""
