"""What a network sees: columns become inputs by exact, stored rules."""
