"""What a split holds, without its plots and posters."""

import numpy as np

from keras_genre.data import MovieDataset


def ids_and_labels(dataset: MovieDataset, split: str) -> tuple[list[str], np.ndarray]:
    """Ids and labels, `(films, genres)`, of a split in the order of the records."""
    movie_ids, labels = [], []
    films = dataset.load(split, lambda raw: {}, batch_size=1024, shuffle=False, with_ids=True)
    for _, batch_labels, batch_ids in films:
        labels.append(batch_labels.numpy())
        movie_ids.extend(movie_id.decode() for movie_id in batch_ids.numpy())
    return movie_ids, np.concatenate(labels)
