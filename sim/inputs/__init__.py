"""What people write: scenario files, evidence, presets, and how they are read."""
