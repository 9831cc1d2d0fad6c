"""Training: recipe, folds, optimiser, schedule, the loop of one member, cures and pruning."""
