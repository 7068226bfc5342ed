"""The device model: variables, their values, and what a station of a make has (P1 §4; P2 chapter 3)."""
