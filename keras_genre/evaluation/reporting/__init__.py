"""The report of runs: one page that holds every plot, a summary in Markdown, and the pictures.

One file a section; in each, functions that compute are apart from the one that draws.
"""

from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.evaluation.reporting.writing import write_report

__all__ = ["Subject", "write_report"]
