"""The `keras-genre` command."""
