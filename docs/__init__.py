"""The documentation: pages, what is generated for them, and the command that computes the results they show."""
