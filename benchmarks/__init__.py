"""What Afterleak costs in time and memory, measured in one run: `python -m benchmarks`."""
