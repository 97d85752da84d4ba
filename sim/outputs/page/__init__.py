"""The report as one HTML file that needs nothing else: no network, no other file, no script from elsewhere."""

from __future__ import annotations

from sim.outputs.page.page import report_html

__all__ = ["report_html"]
