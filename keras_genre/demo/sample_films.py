"""make_sample_films: a few invented films to try the page with."""

import dataclasses
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from keras_genre.catalog import make_synthetic_catalog

_SEED = 33  # of another catalogue than the one that `make demo` trains on
_WHOLE = 4
_DRAWN = 24  # enough that some lack their plot or their poster


@dataclasses.dataclass(frozen=True)
class SampleFilm:
    """An invented film.

    Args:
        title: Its title.
        plot: Its plot; empty where it is missing.
        poster: The file of its poster; None where it is missing.
        thumbnail: A picture to choose it by.
    """

    title: str
    plot: str
    poster: Path | None
    thumbnail: Path

    @property
    def caption(self) -> str:
        """What is written below its thumbnail."""
        if not self.plot:
            return f"{self.title} (poster alone)"
        return self.title if self.poster else f"{self.title} (plot alone)"


def make_sample_films(folder: Path) -> list[SampleFilm]:
    """Write and draw some films that have all, one without a plot and one without a poster.

    Args:
        folder: Where their posters go. Must not exist yet.
    """
    catalog, _ = make_synthetic_catalog(folder, _DRAWN, seed=_SEED)
    table = catalog.frame
    has_plot, has_poster = table["plot"] != "", table["poster"] != ""
    parts = (
        table[has_plot & has_poster].head(_WHOLE),
        table[~has_plot].head(1),
        table[~has_poster].head(1),
    )
    blank = Path(folder) / "no_poster.png"
    _draw_blank(blank)
    return [
        SampleFilm(
            film.title,
            film.plot,
            Path(film.poster) if film.poster else None,
            Path(film.poster) if film.poster else blank,
        )
        for part in parts
        for film in part.itertuples()
    ]


def _draw_blank(path: Path) -> None:
    picture = Image.new("RGB", (192, 288), "#d9d9d9")
    draw = ImageDraw.Draw(picture)
    draw.text((96, 144), "no poster", "#5a5a5a", ImageFont.load_default(22), anchor="mm")
    picture.save(path)
