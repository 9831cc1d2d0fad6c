"""From members to one forecast: weights, calibrator and honest out-of-fold log-odds."""
