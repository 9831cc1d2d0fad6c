"""Features: columns become the inputs of a network by exact, stored rules."""
