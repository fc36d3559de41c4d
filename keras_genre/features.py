"""The names of everything that flows along the road, once, for everyone.

Raw features (strings, what a film is stored and served as):

| name     | dtype, shape   | meaning                                               |
|----------|----------------|-------------------------------------------------------|
| `PLOT`   | string (batch) | UTF-8 text (see `TEXTS`); empty = missing             |
| `POSTER` | string (batch) | JPEG, PNG, GIF, BMP or WebP bytes; empty = missing    |

Tensors (what a preprocessor gives and a classifier takes):

| name             | dtype, shape                          | meaning                         |
|------------------|---------------------------------------|---------------------------------|
| `PLOT_TOKEN_IDS` | int32 (batch, tokens)                 | 0 = padding                     |
| `POSTER_IMAGE`   | uint8 (batch, height, width, 3)       | RGB, 0 to 255; blank if missing |
| `HAS_PLOT`       | bool (batch)                          | False = the plot is missing     |
| `HAS_POSTER`     | bool (batch)                          | False = the poster is missing   |

Further tensors of models that read a film's neighbours (films of the same people, which records
carry once they are linked; a served film has none):

| name               | dtype, shape                      | meaning                               |
|--------------------|-----------------------------------|---------------------------------------|
| `NEIGHBOR_VECTORS` | float32 (batch, neighbors, width) | their posters as an encoder sees them |
| `NEIGHBOR_MASK`    | bool (batch, neighbors)           | False = there is no such neighbour    |

Answers (what a served model gives):

| name            | dtype, shape            | meaning                                       |
|-----------------|-------------------------|-----------------------------------------------|
| `PROBABILITIES` | float32 (batch, genres) | calibrated probability of each genre          |
| `SELECTED`      | bool (batch, genres)    | given to the film by the decision rule        |
| `GENRES`        | string (batch, genres)  | the names; each row the same, in column order |
| `EMBEDDING`     | float32 (batch, width)  | the film as the model's last layer sees it    |
"""

PLOT = "plot"
POSTER = "poster"

PLOT_TOKEN_IDS = "plot_token_ids"
POSTER_IMAGE = "poster_image"
HAS_PLOT = "has_plot"
HAS_POSTER = "has_poster"

NEIGHBOR_VECTORS = "neighbor_vectors"
NEIGHBOR_MASK = "neighbor_mask"

PROBABILITIES = "probabilities"
SELECTED = "selected"
GENRES = "genres"
EMBEDDING = "embedding"

SPLITS = ("train", "validation", "test")
"""The names of the splits; a film with an empty split belongs to none yet."""

TEXTS = ("plot", "plot+tagline")
"""What `PLOT` can hold; records say which in their manifest, and a served model in its own."""


def join_text(plot: str, tagline: str) -> str:
    r"""Return the text of a film for a model that reads "plot+tagline": two lines, plot first.

    Example:
        >>> join_text("A duel.", "Two swords. One chance.")
        'A duel.\nTwo swords. One chance.'
        >>> join_text("A duel.", "")
        'A duel.'
    """
    return "\n".join(part for part in (plot, tagline) if part)
