"""Model configurations by name. Plain data: listing them imports nothing heavy."""

import dataclasses
import difflib

__all__ = ["PRESETS", "RANDOM_WEIGHTS", "Preset", "check_weights", "get_preset"]

RANDOM_WEIGHTS = "random"
"""What to give for the weights of a preset that names pretrained ones, to do without."""


@dataclasses.dataclass(frozen=True)
class Preset:
    """Every choice that makes a model and its preprocessing.

    Args:
        description: One line for people.
        text_encoder: Name of a text encoder, or None for a model that reads no plot.
        poster_encoder: Name of a poster encoder, or None for a model that sees no poster.
        fusion_head: Name of the fusion head (a single modality passes through it too).
        vocabulary_size: Most words of the plot vocabulary, padding and unknown included.
        max_tokens: Words read of a plot; the rest is cut.
        image_size: Height and width in pixels that posters are resized to.
        text_options: Further arguments of the text encoder, as (name, value) pairs.
        poster_options: Further arguments of the poster encoder.
        fusion_options: Further arguments of the fusion head.
        tokenizer: "words", learned from the training plots, or "wordpiece", which comes with the
            pretrained weights.
        text_weights: Where the weights of the text encoder come from (see
            `keras_genre.models.pretrained`), or None for random ones.
        poster_weights: The same of the poster encoder.
        text_freeze: How much of pretrained text weights stays as it is: the `freeze` of the
            encoder. Random weights are never frozen.
        poster_freeze: The same of the poster encoder.
        source: The paper or system that the architecture follows.
        published_parameters: The parameters that the source counts, to the digits that it gives.
    """

    description: str
    text_encoder: str | None = None
    poster_encoder: str | None = None
    fusion_head: str = "concat"
    vocabulary_size: int = 20_000
    max_tokens: int = 128
    image_size: int = 64
    text_options: tuple[tuple[str, object], ...] = ()
    poster_options: tuple[tuple[str, object], ...] = ()
    fusion_options: tuple[tuple[str, object], ...] = ()
    tokenizer: str = "words"
    text_weights: str | None = None
    poster_weights: str | None = None
    text_freeze: str | int = "none"
    poster_freeze: str | int = "none"
    source: str = ""
    published_parameters: int | None = None


_COURSEWORK = "Coursework baselines on posters and overviews, TensorFlow"
_FUSION_STUDY = "Fusion study of seven models on MM-IMDb"
_TMDB_PROJECT = "TMDB project: fusion of DistilBERT and ResNet-18"
_BOOSTED_TREES = "Frozen embeddings and boosted trees"
# The classifier of the fusion study's single models: one hidden layer, then the genres.
_STUDY_HEAD = (("hidden_dim", 256), ("dropout", 0.3))
# What the fusion study joins: its two best single models, without their classifiers.
_STUDY_FUSION = Preset(
    description="Plot and poster: DistilBERT and ResNet-18.",
    text_encoder="distilbert",
    poster_encoder="resnet",
    vocabulary_size=30_522,
    max_tokens=512,
    image_size=224,
    tokenizer="wordpiece",
    text_weights="hf://distilbert/distilbert-base-uncased",
    poster_weights="hf://timm/resnet18.a1_in1k",
    poster_freeze=2,
    source=_FUSION_STUDY,
)
_SMALL_FUSION = Preset(
    description="Plot and poster: the lstm and cnn64 encoders.",
    text_encoder="lstm",
    poster_encoder="cnn64",
)
# Encoders that take pretrained weights; the others are trained from random ones.
_PRETRAINED = ("bert", "distilbert", "convnext", "efficientnet", "mobilenet", "resnet", "vit")

PRESETS = {
    "lstm": Preset(
        description="Plot alone: word embedding, LSTM, dense.",
        text_encoder="lstm",
        source=_COURSEWORK,
    ),
    "gru": Preset(
        description="Plot alone: word embedding, GRU, dense.",
        text_encoder="gru",
        source=_TMDB_PROJECT,
    ),
    "bilstm_attention": Preset(
        description="Plot alone: two bidirectional LSTMs and attention, from scratch or GloVe.",
        text_encoder="bilstm_attention",
        vocabulary_size=69_980,
        fusion_options=_STUDY_HEAD,
        source=_FUSION_STUDY,
        published_parameters=24_000_000,
    ),
    "distilbert": Preset(
        description="Plot alone: DistilBERT, all layers tuned.",
        text_encoder="distilbert",
        vocabulary_size=30_522,
        max_tokens=512,
        fusion_options=_STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://distilbert/distilbert-base-uncased",
        source=_FUSION_STUDY,
        published_parameters=66_600_000,
    ),
    "bert": Preset(
        description="Plot alone: BERT-base, all layers tuned.",
        text_encoder="bert",
        vocabulary_size=30_522,
        max_tokens=512,
        fusion_options=_STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://google-bert/bert-base-uncased",
        source="Devlin et al. 2019, BERT, arXiv:1810.04805",
    ),
    "minilm": Preset(
        description="Plot alone: the sentence embedding of all-MiniLM-L6-v2, tuned.",
        text_encoder="bert",
        vocabulary_size=30_522,
        max_tokens=256,
        text_options=(
            ("hidden_dim", 384),
            ("num_layers", 6),
            ("num_heads", 12),
            ("intermediate_dim", 1536),
            ("pooling", "mean"),
        ),
        fusion_options=_STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://sentence-transformers/all-MiniLM-L6-v2",
        source=_BOOSTED_TREES,
    ),
    "cnn64": Preset(
        description="Poster alone: a small convolutional network on 64x64 pixels.",
        poster_encoder="cnn64",
        source=_COURSEWORK,
    ),
    "cnn224": Preset(
        description="Poster alone: a convolutional network on 224x224 pixels, from scratch.",
        poster_encoder="cnn224",
        image_size=224,
        fusion_options=(("hidden_dim", 256), ("dropout", 0.7)),
        source=_FUSION_STUDY,
        published_parameters=1_700_000,
    ),
    "resnet18": Preset(
        description="Poster alone: ResNet-18, stages 1 and 2 frozen, 3 and 4 tuned.",
        poster_encoder="resnet",
        image_size=224,
        fusion_options=_STUDY_HEAD,
        poster_weights="hf://timm/resnet18.a1_in1k",
        poster_freeze=2,
        source=_FUSION_STUDY,
        published_parameters=11_300_000,
    ),
    "resnet50": Preset(
        description="Poster alone: ResNet-50, stages 1 and 2 frozen, 3 and 4 tuned.",
        poster_encoder="resnet",
        image_size=224,
        poster_options=(
            ("stackwise_num_blocks", (3, 4, 6, 3)),
            ("block_type", "bottleneck_block"),
        ),
        fusion_options=_STUDY_HEAD,
        poster_weights="hf://timm/resnet50.a1_in1k",
        poster_freeze=2,
        source="He et al. 2016, ResNet, arXiv:1512.03385",
    ),
    "mobilenet": Preset(
        description="Poster alone: MobileNet at three quarters of its width.",
        poster_encoder="mobilenet",
        image_size=224,
        poster_options=(("alpha", 0.75),),
        fusion_options=_STUDY_HEAD,
        source="Howard et al. 2017, MobileNets, arXiv:1704.04861",
    ),
    "mobilenet_v2": Preset(
        description="Poster alone: MobileNetV2.",
        poster_encoder="mobilenet",
        image_size=224,
        poster_options=(("version", 2),),
        fusion_options=_STUDY_HEAD,
        source=_BOOSTED_TREES,
    ),
    "efficientnet_b0": Preset(
        description="Poster alone: EfficientNet-B0.",
        poster_encoder="efficientnet",
        image_size=224,
        fusion_options=_STUDY_HEAD,
        source="Tan and Le 2019, EfficientNet, arXiv:1905.11946",
    ),
    "convnext_tiny": Preset(
        description="Poster alone: ConvNeXt-Tiny.",
        poster_encoder="convnext",
        image_size=224,
        fusion_options=_STUDY_HEAD,
        source="Hybrid of DistilBERT, ConvNeXt and XGBoost",
    ),
    "vit_base": Preset(
        description="Poster alone: ViT-Base on patches of 16x16 pixels.",
        poster_encoder="vit",
        image_size=224,
        fusion_options=_STUDY_HEAD,
        poster_weights="hf://google/vit-base-patch16-224-in21k",
        source="Dosovitskiy et al. 2021, ViT, arXiv:2010.11929",
    ),
    # 79.9M weights by hand; published 80.2M.
    "early_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: DistilBERT and ResNet-18, projected and concatenated.",
        fusion_options=(
            ("projection_dim", 512),
            ("hidden_dim", (1024, 512, 256)),
            ("dropout", 0.0),
            ("hidden_dropout", 0.3),
        ),
        published_parameters=80_200_000,
    ),
    # The study's two single classifiers, as deep as they are alone.
    "late_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: the probabilities of DistilBERT and ResNet-18, mixed.",
        fusion_head="late",
        fusion_options=_STUDY_HEAD,
        published_parameters=77_900_000,
    ),
    # 80.9M weights by hand, of all the layers that the study states; published 83.8M.
    "attention_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: cross-attention between DistilBERT and ResNet-18.",
        fusion_head="attention",
        published_parameters=83_800_000,
    ),
    "gated_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: a gated multimodal unit on DistilBERT and ResNet-18.",
        fusion_head="gated",
        source="Arevalo et al. 2017, gated multimodal units, arXiv:1702.01992",
    ),
    "central_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: a CentralNet on DistilBERT and ResNet-18.",
        fusion_head="central",
        fusion_options=(("hidden_dim", 512),),
        source="Vielzeuf et al. 2018, CentralNet, arXiv:1808.07275",
    ),
    "tmdb_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: as early_fusion, narrower, and all layers tuned.",
        max_tokens=128,
        fusion_options=(
            ("projection_dim", 256),
            ("hidden_dim", 128),
            ("dropout", 0.0),
            ("hidden_dropout", 0.3),
        ),
        poster_freeze="none",
        source=_TMDB_PROJECT,
    ),
    "concat_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: the lstm and cnn64 encoders, masked and concatenated.",
    ),
    "late_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: the probabilities of lstm and cnn64, mixed.",
        fusion_head="late",
        fusion_options=(("hidden_dim", 128),),
    ),
    "attention_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: cross-attention between lstm and cnn64.",
        fusion_head="attention",
        fusion_options=(("projection_dim", 128), ("hidden_dim", 128)),
    ),
    "gated_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: a gated multimodal unit on lstm and cnn64.",
        fusion_head="gated",
        fusion_options=(("hidden_dim", 128),),
    ),
    "central_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: a CentralNet on lstm and cnn64.",
        fusion_head="central",
        fusion_options=(("hidden_dim", 128),),
    ),
}
"""Every preset of the package, by name."""


def get_preset(name: str) -> Preset:
    """Return the preset called `name`.

    Raises:
        ValueError: If there is no such preset; the message names close matches.
    """
    if name in PRESETS:
        return PRESETS[name]
    close = difflib.get_close_matches(str(name), PRESETS, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"Unknown preset {name!r}. Expected one of {', '.join(PRESETS)}.{hint}")


def check_weights(name: str, text_weights: str | None, poster_weights: str | None) -> None:
    """Raise a `ValueError` unless the encoders of the preset `name` take these weights.

    Args:
        name: A preset.
        text_weights: What to load into its text encoder, or None.
        poster_weights: What to load into its poster encoder, or None.
    """
    preset = get_preset(name)
    for field, weights, encoder in (
        ("text_weights", text_weights, preset.text_encoder),
        ("poster_weights", poster_weights, preset.poster_encoder),
    ):
        if weights is None or encoder in _PRETRAINED:
            continue
        kind = field.removesuffix("_weights")
        has = (
            f"its {kind} encoder {encoder!r} takes none" if encoder else f"it has no {kind} encoder"
        )
        raise ValueError(f"Preset {name!r} expected no {field}, as {has}; received {weights!r}.")
