"""Training: optimiser, schedule, one member's loop, the folds, and all members side by side."""
