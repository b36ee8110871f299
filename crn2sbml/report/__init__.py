"""A page about a model for people who have never heard of the construction: one HTML file."""

from crn2sbml.report.drawing import draw_network
from crn2sbml.report.page import Report, make_report, save_report

__all__ = ["Report", "draw_network", "make_report", "save_report"]
