"""GenrePrediction: what a model says of one film."""

import dataclasses

from keras_genre import features


@dataclasses.dataclass(frozen=True)
class GenrePrediction:
    """What a model says of one film.

    Args:
        genres: The genres whose probability is over their threshold, most probable first. May be
            empty.
        probabilities: Probability of every genre, in the model's order.
        model: Name of the model that answered.
        version: Its version; None where it is not known (REST does not say it).
    """

    genres: tuple[str, ...]
    probabilities: dict[str, float]
    model: str
    version: int | None

    def top(self, count: int) -> list[tuple[str, float]]:
        """The `count` most probable genres with their probabilities."""
        return sorted(self.probabilities.items(), key=lambda item: -item[1])[:count]

    @classmethod
    def from_outputs(
        cls, outputs: dict, model: str, version: int | None
    ) -> "list[GenrePrediction]":
        """Read the outputs of `serving_default` for a batch of films.

        Args:
            outputs: Arrays or lists `probabilities`, `selected` and `genres`, each
                `(batch, genres)`; names as bytes or text.
            model: Name of the model.
            version: Its version.
        """
        rows = zip(
            outputs[features.GENRES],
            outputs[features.PROBABILITIES],
            outputs[features.SELECTED],
            strict=True,
        )
        predictions = []
        for names, probabilities, selected in rows:
            names = [name if isinstance(name, str) else name.decode() for name in names]
            by_name = dict(zip(names, map(float, probabilities), strict=True))
            chosen = [name for name, on in zip(names, selected, strict=True) if on]
            chosen.sort(key=lambda name: -by_name[name])
            predictions.append(cls(tuple(chosen), by_name, model, version))
        return predictions
