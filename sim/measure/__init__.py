"""Event log → rows → estimates."""
