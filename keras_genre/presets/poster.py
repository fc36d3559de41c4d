"""Models that see posters alone."""

from keras_genre.presets import sources
from keras_genre.presets.preset import Preset

POSTER_PRESETS = {
    "cnn64": Preset(
        description="Poster alone: a small convolutional network on 64x64 pixels.",
        poster_encoder="cnn64",
        source=sources.COURSEWORK,
        parameters=117_047,
    ),
    "cnn224": Preset(
        description="Poster alone: a convolutional network on 224x224 pixels, from scratch.",
        poster_encoder="cnn224",
        image_size=224,
        fusion_options=(("hidden_dim", 256), ("dropout", 0.7)),
        training=sources.STUDY_FROM_SCRATCH,
        source=sources.FUSION_STUDY,
        parameters=1_700_247,
        published_parameters=1_700_000,
    ),
    "resnet18": Preset(
        description="Poster alone: ResNet-18, stages 1 and 2 frozen, 3 and 4 tuned.",
        poster_encoder="resnet",
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        poster_weights="hf://timm/resnet18.a1_in1k",
        poster_freeze=2,
        training=sources.STUDY_TUNING,
        source=sources.FUSION_STUDY,
        parameters=11_323_863,
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
        fusion_options=sources.STUDY_HEAD,
        poster_weights="hf://timm/resnet50.a1_in1k",
        poster_freeze=2,
        training=sources.TUNING,
        source="He et al. 2016, ResNet, arXiv:1512.03385",
        parameters=24_093_655,
    ),
    "mobilenet": Preset(
        description="Poster alone: MobileNet at three quarters of its width.",
        poster_encoder="mobilenet",
        image_size=224,
        poster_options=(("alpha", 0.75),),
        fusion_options=sources.STUDY_HEAD,
        source="Howard et al. 2017, MobileNets, arXiv:1704.04861",
        parameters=2_036_519,
    ),
    "mobilenet_v2": Preset(
        description="Poster alone: MobileNetV2.",
        poster_encoder="mobilenet",
        image_size=224,
        poster_options=(("version", 2),),
        fusion_options=sources.STUDY_HEAD,
        source=sources.BOOSTED_TREES,
        parameters=2_593_111,
    ),
    "efficientnet_b0": Preset(
        description="Poster alone: EfficientNet-B0.",
        poster_encoder="efficientnet",
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        source="Tan and Le 2019, EfficientNet, arXiv:1905.11946",
        parameters=4_384_698,
    ),
    "convnext_tiny": Preset(
        description="Poster alone: ConvNeXt-Tiny.",
        poster_encoder="convnext",
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        source="Hybrid of DistilBERT, ConvNeXt and XGBoost",
        parameters=28_023_671,
    ),
    "vit_base": Preset(
        description="Poster alone: ViT-Base on patches of 16x16 pixels.",
        poster_encoder="vit",
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        poster_weights="hf://google/vit-base-patch16-224-in21k",
        training=sources.TUNING,
        source="Dosovitskiy et al. 2021, ViT, arXiv:2010.11929",
        parameters=86_002_199,
    ),
    "clip_image": Preset(
        description="Poster alone: the image half of CLIP ViT-B/32, tuned.",
        poster_encoder="clip",
        image_size=224,
        fusion_options=sources.STUDY_HEAD,
        poster_weights=sources.CLIP_WEIGHTS,
        training=sources.TUNING,
        source=sources.CLIP,
        parameters=87_987_017,
    ),
}
"""By name; the encoder of each can be combined with any text preset."""

POSTER_WIDTHS = {
    "cnn64": 128,
    "cnn224": 512,
    "resnet18": 512,
    "resnet50": 2048,
    "mobilenet": 768,
    "mobilenet_v2": 1280,
    "efficientnet_b0": 1280,
    "convnext_tiny": 768,
    "vit_base": 768,
    "clip_image": 512,
}
"""Width of the vector of each preset's encoder, for heads that read those of neighbours."""
