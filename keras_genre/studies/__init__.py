"""Published systems as a whole: every model of each, trained and scored alike."""

from keras_genre.studies.published import STUDIES
from keras_genre.studies.running import run_study
from keras_genre.studies.study import Row, Study

__all__ = ["STUDIES", "Row", "Study", "run_study"]
