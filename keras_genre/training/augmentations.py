"""The augmentations of recipes."""

from keras_genre.data import KerasCVAugmentation, PosterAugmentation

# A mild RandAugment, since genres hang on colour; MixUp and CutMix as their papers have them for
# ImageNet.
_KERAS_CV = {
    "rand_augment": {"rand_augment": 0.3},
    "mix_up": {"mix_up": 0.2},
    "cut_mix": {"cut_mix": 1.0},
}


def make_augmentation(name: str) -> PosterAugmentation | KerasCVAugmentation | None:
    """Make what `MovieDataset.load` takes as `augmentation`.

    Args:
        name: One of `keras_genre.runs.recipe_checks.AUGMENTATIONS`.
    """
    if name == "none":
        return None
    if name == "standard":
        return PosterAugmentation()
    return KerasCVAugmentation(**_KERAS_CV[name])
