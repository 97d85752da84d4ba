"""Policy as code: Cedar policies read, checked against the scenario, and tabled over all requests it can make."""
