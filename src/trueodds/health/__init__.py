"""Health of a network: snapshots of its layers during training, findings and cures."""
