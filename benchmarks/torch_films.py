"""The films of `input_pipeline.py` as PyTorch users load them: Dataset, Pillow, DataLoader."""

import io
import sys
import unicodedata

import numpy as np
import torch
from PIL import Image, ImageEnhance

# Punctuation, symbols and invisible format characters go; long dashes part words.
_CHARACTERS = {
    code: None
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code))[0] in "PS" or unicodedata.category(chr(code)) == "Cf"
} | dict.fromkeys([0x2012, 0x2013, 0x2014, 0x2015, 0x2026], " ")


_MAX_TOKENS = 128


class TorchFilms(torch.utils.data.Dataset):
    """Films from a table: posters from files (or from bytes in memory), plots, labels."""

    def __init__(self, posters, plots, labels, words, image_size, augmentation=None):
        self.posters = posters
        self.plots = plots
        self.labels = labels
        self.words = words
        self.index = {word: number for number, word in enumerate(words, start=2)}
        self.image_size = image_size
        self.augmentation = augmentation

    def __len__(self):
        return len(self.plots)

    def __getitem__(self, number):
        image, has_poster = self._image(self.posters[number])
        ids = self._ids(self.plots[number])
        return image, has_poster, ids, torch.from_numpy(self.labels[number])

    def _image(self, poster):
        if not poster:
            return torch.zeros((self.image_size, self.image_size, 3), dtype=torch.uint8), False
        with Image.open(io.BytesIO(poster) if isinstance(poster, bytes) else poster) as image:
            size = (self.image_size, self.image_size)
            # Pillow's bilinear filter, like TensorFlow's with antialias=True, is a triangle.
            image = image.convert("RGB").resize(size, Image.Resampling.BILINEAR)
        if self.augmentation:
            image = augmented(image, self.augmentation)
        return torch.from_numpy(np.array(image)), True

    def _ids(self, plot):
        words = plot.lower().translate(_CHARACTERS).split()[:_MAX_TOKENS]
        ids = [self.index.get(word, 1) for word in words]
        return torch.tensor(ids, dtype=torch.int32)


def augmented(image, amounts):
    """Change a picture as torchvision's transforms of Pillow images do, by `PosterAugmentation`."""
    flip, *others = torch.rand(8).tolist()
    turn, right, down, brightness, contrast, saturation, hue = (2 * value - 1 for value in others)
    if flip < amounts.flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    side = amounts.shift * image.width
    image = image.rotate(
        amounts.rotation * turn, Image.Resampling.BILINEAR, translate=(side * right, side * down)
    )
    image = ImageEnhance.Brightness(image).enhance(1 + amounts.brightness * brightness)
    image = ImageEnhance.Contrast(image).enhance(1 + amounts.contrast * contrast)
    image = ImageEnhance.Color(image).enhance(1 + amounts.saturation * saturation)
    hues, *rest = image.convert("HSV").split()
    hues = Image.fromarray(np.asarray(hues) + np.uint8(int(256 * amounts.hue * hue) % 256))
    return Image.merge("HSV", (hues, *rest)).convert("RGB")


def collate(films):
    """Make a batch; plots are padded to the longest."""
    images, has_poster, ids, labels = zip(*films, strict=True)
    ids = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
    return {
        "poster_image": torch.stack(images),
        "has_poster": torch.tensor(has_poster),
        "plot_token_ids": ids,
        "has_plot": (ids != 0).any(dim=1),
    }, torch.stack(labels)


def loader(films, batch_size, workers, shuffle=True):
    """Make the loader, its workers kept from epoch to epoch."""
    return torch.utils.data.DataLoader(
        films,
        batch_size,
        shuffle=shuffle,
        num_workers=workers,
        collate_fn=collate,
        persistent_workers=workers > 0,
    )
