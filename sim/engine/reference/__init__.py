"""The engine on SimPy: the readable statement of the model."""
