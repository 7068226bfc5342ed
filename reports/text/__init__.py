"""Text that is safe where it goes: widths, marks, masks, templates."""
