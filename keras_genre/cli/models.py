"""`keras-genre models`: what can be trained."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.presets import PRESETS, Preset


@click.command()
@json_option
def command(as_json):
    """List the models that can be trained: the presets of keras-genre train.

    Parameters are those of the whole model with 23 genres. Text encoders, poster encoders and
    fusion heads can also be combined by name, as in lstm+cnn64+gated.
    """
    models = [_as_data(name, preset) for name, preset in PRESETS.items()]
    emit({"models": models}, "\n\n".join(map(_as_text, models)), as_json)


def _as_data(name: str, preset: Preset) -> dict:
    reads, sees = bool(preset.text_encoder), bool(preset.poster_encoder)
    return {
        "name": name,
        "description": preset.description,
        "text_encoder": preset.text_encoder,
        "poster_encoder": preset.poster_encoder,
        "fusion_head": preset.fusion_head,
        "max_tokens": preset.max_tokens if reads else None,
        "tokenizer": preset.tokenizer if reads else None,
        "image_size": preset.image_size if sees else None,
        "text_weights": preset.text_weights,
        "poster_weights": preset.poster_weights,
        "parameters": preset.parameters,
        "published_parameters": preset.published_parameters,
        "gap": preset.gap or None,
        "source": preset.source or None,
    }


def _as_text(model: dict) -> str:
    encoders = [model[key] for key in ("text_encoder", "poster_encoder") if model[key]]
    parts = [f"{' + '.join(encoders)}, {model['fusion_head']} head"]
    if model["max_tokens"]:
        unit = "words" if model["tokenizer"] == "words" else "word pieces"
        parts.append(f"{model['max_tokens']} {unit}")
    if model["image_size"]:
        parts.append(f"{model['image_size']}x{model['image_size']} pixels")
    lines = [model["description"], "; ".join(parts), _parameters(model), model["source"]]
    return "\n".join([model["name"], *(f"  {line}" for line in lines if line)])


def _parameters(model: dict) -> str:
    text = f"{_millions(model['parameters'])} parameters"
    if model["published_parameters"]:
        text += f"; published {_millions(model['published_parameters'])}"
    return text + (f":\n  {model['gap']}" if model["gap"] else "")


def _millions(number: int) -> str:
    return f"{number / 1e6:.1f}M"
