"""From members to one forecast: weights, calibrator, honest out-of-fold log-odds."""
