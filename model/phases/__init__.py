"""The phases of a quarter: each unpacks the arrays it needs once, loops, and calls scalar rules."""
