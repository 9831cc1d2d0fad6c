"""From log-odds to probabilities that mean what they say, and the scores that show it."""
