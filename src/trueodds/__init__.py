"""trueodds: probabilities you can trust, from a table with a yes/no column."""
