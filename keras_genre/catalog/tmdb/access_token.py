"""The token that TMDB knows its users by, and keeping it out of sight."""

import logging
import os
import re

from keras_genre.errors import CatalogError

VARIABLE = "TMDB_API_TOKEN"
_KEY_V3 = re.compile(r"[0-9a-fA-F]{32}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


class AccessToken:
    """A token of TMDB; it shows itself in requests alone.

    Args:
        token: A read access token, or a v3 key (32 hexadecimal digits). By default the value of
            the environment variable `TMDB_API_TOKEN`.

    Raises:
        CatalogError: If there is none, or it holds what no token holds.
    """

    def __init__(self, token: str | None = None):
        token = (os.environ.get(VARIABLE, "") if token is None else token).strip()
        if not token:
            raise CatalogError(
                f"There is no token for TMDB. Expected it in the environment variable {VARIABLE}; "
                "https://www.themoviedb.org/settings/api gives one, free of charge."
            )
        if not _TOKEN.fullmatch(token):
            raise CatalogError(
                f"The token for TMDB ({VARIABLE}) holds characters that no token holds. Expected "
                "letters, digits and ._~+/=- alone; copy it anew."
            )
        self._token = token
        self._is_key = _KEY_V3.fullmatch(token) is not None

    def headers(self) -> dict[str, str]:
        """What a request to the API says in its headers."""
        return {} if self._is_key else {"Authorization": f"Bearer {self._token}"}

    def params(self) -> dict[str, str]:
        """What a request to the API says in its address."""
        return {"api_key": self._token} if self._is_key else {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the token out of a log record; httpx logs each address, and a v3 key is in it."""
        message = record.getMessage()
        if self._token in message:
            record.msg, record.args = message.replace(self._token, "<token>"), ()
        return True
