"""Where members are trained: this process or worker processes; checkpoints and resuming."""
