"""Training: recipe, optimiser, schedule, folds, and one member's loop."""
