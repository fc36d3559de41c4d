"""The presets at a width that is built, compiled and trained in no time.

EfficientNet, ConvNeXt and MobileNet have no variant as small as the rest: their smallest, on
posters of 32x32 pixels, takes seconds.
"""

import dataclasses

from keras_genre.presets import PRESETS

TEXT_OPTIONS = {
    "lstm": {"embedding_dim": 4, "hidden_dim": 4},
    "gru": {"embedding_dim": 4, "hidden_dim": 4},
    "bilstm_attention": {"embedding_dim": 4, "hidden_dim": 2, "num_layers": 1, "attention_dim": 4},
}
TEXT_OPTIONS["bert"] = TEXT_OPTIONS["distilbert"] = {
    "hidden_dim": 4,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 6,
    "max_sequence_length": 9,
}
TEXT_OPTIONS["clip"] = {**TEXT_OPTIONS["bert"], "projection_dim": 4}
POSTER_OPTIONS = {
    "cnn64": (8, {"stackwise_num_filters": (4, 4)}),
    "cnn224": (8, {"stackwise_num_filters": (4, 4)}),
    "resnet": (16, {"stackwise_num_filters": (64,), "stackwise_num_blocks": (1,)}),
    "vit": (
        8,
        {"patch_size": 4, "hidden_dim": 4, "num_layers": 1, "num_heads": 2, "intermediate_dim": 6},
    ),
    "clip": (
        8,
        {
            "patch_size": 4,
            "hidden_dim": 4,
            "num_layers": 1,
            "num_heads": 2,
            "intermediate_dim": 6,
            "projection_dim": 4,
        },
    ),
    "mobilenet": (32, {"alpha": 0.35}),
    "efficientnet": (32, {}),
    "convnext": (32, {}),
}
# Widths of their vectors, where a head reads those of a film's neighbours.
POSTER_WIDTHS = {"cnn64": 4, "efficientnet": 1280}
LARGE = ("mobilenet", "efficientnet", "convnext")
# Widths of a head, where the preset has them.
HEAD_OPTIONS = {"hidden_dim": 8, "projection_dim": 8}


def _reduced(preset):
    image_size, poster_options = POSTER_OPTIONS.get(preset.poster_encoder, (8, {}))
    texts = {**dict(preset.text_options), **TEXT_OPTIONS.get(preset.text_encoder, {})}
    posters = {**dict(preset.poster_options), **poster_options}
    head = dict(preset.fusion_options)
    if isinstance(head.get("hidden_dim"), tuple):
        head = {**head, **HEAD_OPTIONS, "hidden_dim": (8,) * len(head["hidden_dim"])}
    elif preset.fusion_head == "attention" or "projection_dim" in head:
        head |= HEAD_OPTIONS
    else:
        head["hidden_dim"] = 8
    if preset.fusion_head == "graph":
        head |= {"num_layers": 1, "num_heads": 2}
    if head.get("vocabulary_size"):
        head["vocabulary_size"] = 20
    return dataclasses.replace(
        preset,
        neighbor_dim=POSTER_WIDTHS[preset.poster_encoder] if preset.neighbor_dim else 0,
        vocabulary_size=20,
        max_tokens=min(9, preset.max_tokens),
        image_size=image_size,
        text_options=tuple(texts.items()),
        poster_options=tuple(posters.items()),
        fusion_options=tuple(head.items()),
        # Nothing may be downloaded in a test.
        text_weights=None,
        poster_weights=None,
    )


def _covering(presets):
    """The presets that bring an encoder or a head that none before them has."""
    seen = set()
    for name, preset in presets.items():
        parts = {
            ("text", preset.text_encoder),
            ("poster", preset.poster_encoder),
            ("head", preset.fusion_head, bool(preset.text_encoder and preset.poster_encoder)),
        }
        if not parts <= seen:
            yield name
        seen |= parts


REDUCED_PRESETS = {name: _reduced(preset) for name, preset in PRESETS.items()}
"""Every preset."""

SMALL_PRESETS = {
    name: preset for name, preset in REDUCED_PRESETS.items() if preset.poster_encoder not in LARGE
}
"""Those of them that are small."""

COVERING_PRESETS = {
    name: REDUCED_PRESETS[name] for name in _covering({**SMALL_PRESETS, **REDUCED_PRESETS})
}
"""As few as have each encoder and each head, small ones before others."""
