"""What comes out: folders, reports, charts, text on a terminal."""
