"""A fleet that is steered by hand while it runs: orders, and who carries them out."""
