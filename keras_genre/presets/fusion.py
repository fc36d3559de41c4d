"""Models that read plots and see posters."""

import dataclasses

from keras_genre.presets import sources
from keras_genre.presets.poster import POSTER_WIDTHS
from keras_genre.presets.preset import Preset
from keras_genre.presets.text import MINILM

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
    training=sources.STUDY_TUNING,
    source=sources.FUSION_STUDY,
)
_SMALL_FUSION = Preset(
    description="Plot and poster: the lstm and cnn64 encoders.",
    text_encoder="lstm",
    poster_encoder="cnn64",
)

FUSION_PRESETS = {
    # The model that comes with the package: see `benchmarks/compact_fusion.csv`.
    "compact_fusion": Preset(
        description="Plot and poster: MiniLM, tuned, and MobileNet; small enough for a laptop.",
        text_encoder="bert",
        poster_encoder="mobilenet",
        fusion_head="additive",
        vocabulary_size=30_522,
        max_tokens=256,
        image_size=224,
        text_options=MINILM,
        poster_options=(
            ("alpha", 0.75),
            ("pooled_layers", ("conv_pw_11_relu", "conv_pw_12_relu", "conv_pw_13_relu")),
        ),
        fusion_options=(("vocabulary_size", 30_522), ("lone_posters", True)),
        tokenizer="wordpiece",
        text_weights="hf://sentence-transformers/all-MiniLM-L6-v2",
        poster_freeze=10,
        training=(
            ("epochs", 3),
            ("learning_rate", 1e-3),
            ("encoder_learning_rate", 1e-4),
            ("schedule", "cosine"),
            ("warmup_epochs", 0.2),
            ("ema_momentum", 0.995),
            ("augmentation", "standard"),
            ("modality_dropout", 0.25),
            ("word_evidence", 0.3),
            ("poster_evidence", 1.0),
            ("rule", "global"),
        ),
        parameters=26_203_683,
        source="MiniLM of Wang et al. 2020, MobileNet of Howard et al. 2017",
    ),
    "early_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: DistilBERT and ResNet-18, projected and concatenated.",
        fusion_options=(
            ("projection_dim", 512),
            ("hidden_dim", (1024, 512, 256)),
            ("dropout", 0.0),
            ("hidden_dropout", 0.3),
        ),
        parameters=79_918_295,
        published_parameters=80_200_000,
    ),
    # The study's two single classifiers, as deep as they are alone.
    "late_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: the probabilities of DistilBERT and ResNet-18, mixed.",
        fusion_head="late",
        fusion_options=sources.STUDY_HEAD,
        parameters=77_890_287,
        published_parameters=77_900_000,
    ),
    "attention_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: cross-attention between DistilBERT and ResNet-18.",
        fusion_head="attention",
        parameters=80_847_319,
        published_parameters=83_800_000,
        gap="the stated layers have 80.8M; what else it counts, it does not say",
    ),
    "gated_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: a gated multimodal unit on DistilBERT and ResNet-18.",
        fusion_head="gated",
        source="Arevalo et al. 2017, gated multimodal units, arXiv:1702.01992",
        parameters=79_924_951,
    ),
    "central_fusion": dataclasses.replace(
        _STUDY_FUSION,
        description="Plot and poster: a CentralNet on DistilBERT and ResNet-18.",
        fusion_head="central",
        fusion_options=(("hidden_dim", 512),),
        source="Vielzeuf et al. 2018, CentralNet, arXiv:1808.07275",
        parameters=79_292_682,
    ),
    # The paper's encoders; its poster vectors come from an EfficientNet that learns no more.
    "mm_gatbt": Preset(
        description="Plot and poster: BERT and EfficientNet-B0, films linked by shared crew.",
        text_encoder="bert",
        poster_encoder="efficientnet",
        fusion_head="graph",
        vocabulary_size=30_522,
        max_tokens=512,
        image_size=224,
        tokenizer="wordpiece",
        text_weights="hf://google-bert/bert-base-uncased",
        poster_freeze="all",
        neighbor_dim=POSTER_WIDTHS["efficientnet_b0"],
        parameters=130_478_266,
        training=sources.TUNING,
        source="Seo et al. 2022, MM-GATBT, NAACL Student Research Workshop",
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
        training=(
            ("epochs", 11),
            ("batch_size", 32),
            ("learning_rate", 1e-4),
            ("weight_decay", 0.0),
            ("schedule", "constant"),
            ("patience", 11),
        ),
        source=sources.TMDB_PROJECT,
        parameters=77_947_095,
    ),
    "clip_fusion": Preset(
        description="Plot and poster: both halves of CLIP ViT-B/32, concatenated.",
        text_encoder="clip",
        poster_encoder="clip",
        vocabulary_size=49_409,
        max_tokens=77,
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        tokenizer="byte_pair",
        text_weights=sources.CLIP_WEIGHTS,
        poster_weights=sources.CLIP_WEIGHTS,
        training=sources.TUNING,
        source=sources.CLIP,
        parameters=151_546_697,
    ),
    "concat_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: the lstm and cnn64 encoders, masked and concatenated.",
        parameters=2_825_143,
    ),
    "late_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: the probabilities of lstm and cnn64, mixed.",
        fusion_head="late",
        fusion_options=(("hidden_dim", 128),),
        parameters=2_828_239,
    ),
    "attention_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: cross-attention between lstm and cnn64.",
        fusion_head="attention",
        fusion_options=(("projection_dim", 128), ("hidden_dim", 128)),
        parameters=2_991_031,
    ),
    "gated_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: a gated multimodal unit on lstm and cnn64.",
        fusion_head="gated",
        fusion_options=(("hidden_dim", 128),),
        parameters=2_924_215,
    ),
    "central_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: a CentralNet on lstm and cnn64.",
        fusion_head="central",
        fusion_options=(("hidden_dim", 128),),
        parameters=2_897_258,
    ),
    "graph_fusion_small": dataclasses.replace(
        _SMALL_FUSION,
        description="Plot and poster: lstm and cnn64, films linked by shared crew.",
        fusion_head="graph",
        fusion_options=(("hidden_dim", 128), ("num_layers", 1)),
        neighbor_dim=POSTER_WIDTHS["cnn64"],
        parameters=3_073_335,
    ),
}
"""By name."""
