"""MissingError: why a row of a study is left out."""


class MissingError(Exception):
    """What a row needs and nobody named or installed."""
