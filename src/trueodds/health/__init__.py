"""What each layer does while it learns, and what is wrong with it."""
