"""Un module par `grant_type`."""
