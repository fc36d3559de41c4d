"""Films with planted cues: words that say two genres, and a shape that says a third."""

import io
import types

import keras
import numpy as np
from PIL import Image, ImageDraw

GENRES = ("Crime", "Romance", "Western")
CUES = {"heist": "Crime", "kiss": "Romance"}
_FILLERS = ("a", "the", "man", "woman", "town", "train", "letter", "walks", "finds", "waits")


def planted_plot(rng, cues):
    words = list(rng.choice(_FILLERS, 8))
    for cue in cues:
        words.insert(rng.integers(len(words) + 1), cue)
    return " ".join(words)


def planted_poster(rng, corner=None):
    """Grey noise, and where there is a corner, a red disc of 20 pixels in it."""
    noise = rng.normal(110, 12, (64, 64, 1)).repeat(3, axis=2)
    image = Image.fromarray(noise.clip(0, 255).astype("uint8"))
    if corner is not None:
        x, y = corner
        ImageDraw.Draw(image).ellipse((x, y, x + 20, y + 20), fill=(220, 30, 30))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def planted_films(num_films, rng):
    plots, posters, labels = [], [], []
    for _ in range(num_films):
        on = rng.random(3) < 0.5
        cues = [cue for cue, genre in CUES.items() if on[GENRES.index(genre)]]
        corner = rng.integers(2, 42, 2) if on[2] else None
        plots.append(planted_plot(rng, cues) if rng.random() > 0.1 else "")
        posters.append(planted_poster(rng, corner) if rng.random() > 0.1 else b"")
        labels.append(on)
    return {"plot": plots, "poster": posters}, np.array(labels, "float32")


def make_system(preset="lstm+cnn64+concat", **changes):
    """An untrained model with its preprocessor, as a run holds them."""
    from keras_genre.models import GenreClassifier
    from keras_genre.preprocessing import MoviePreprocessor

    keras.utils.set_random_seed(1)
    options = {
        "vocabulary_size": 40,
        "image_size": 32,
        "text_options": {"embedding_dim": 8, "hidden_dim": 8, "dropout": 0.0},
        "poster_options": {"stackwise_num_filters": (8, 16)},
        "fusion_options": {"hidden_dim": 16, "dropout": 0.0},
        **changes,
    }
    preprocessor = MoviePreprocessor.from_preset(preset, **options)
    preprocessor.adapt([" ".join((*_FILLERS, *CUES))])
    model = GenreClassifier.from_preset(preset, GENRES, "float32", **options)
    return types.SimpleNamespace(model=model, preprocessor=preprocessor)
