"""Models that read plots alone."""

from keras_genre.presets import sources
from keras_genre.presets.preset import Preset

MINILM = (
    ("hidden_dim", 384),
    ("num_layers", 6),
    ("num_heads", 12),
    ("intermediate_dim", 1536),
    ("pooling", "mean"),
)
"""The options of a BERT encoder that make it all-MiniLM-L6-v2."""

TEXT_PRESETS = {
    "lstm": Preset(
        description="Plot alone: word embedding, LSTM, dense.",
        text_encoder="lstm",
        source=sources.COURSEWORK,
        parameters=2_711_191,
    ),
    "gru": Preset(
        description="Plot alone: word embedding, GRU, dense.",
        text_encoder="gru",
        source=sources.TMDB_TEXT,
        parameters=2_678_679,
    ),
    "bilstm_attention": Preset(
        description="Plot alone: two bidirectional LSTMs and attention, from scratch or GloVe.",
        text_encoder="bilstm_attention",
        vocabulary_size=69_980,
        fusion_options=sources.STUDY_HEAD,
        training=sources.STUDY_FROM_SCRATCH,
        source=sources.FUSION_STUDY,
        parameters=23_978_983,
        published_parameters=24_000_000,
    ),
    "distilbert": Preset(
        description="Plot alone: DistilBERT, all layers tuned.",
        text_encoder="distilbert",
        vocabulary_size=30_522,
        max_tokens=512,
        fusion_options=sources.STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://distilbert/distilbert-base-uncased",
        training=sources.STUDY_TUNING,
        source=sources.FUSION_STUDY,
        parameters=66_566_423,
        published_parameters=66_600_000,
    ),
    "tmdb_distilbert": Preset(
        description="Plot alone: DistilBERT, narrower, on half the words, refined at the end.",
        text_encoder="distilbert",
        vocabulary_size=30_522,
        max_tokens=256,
        fusion_options=(("hidden_dim", 128), ("dropout", 0.0), ("hidden_dropout", 0.3)),
        tokenizer="wordpiece",
        text_weights="hf://distilbert/distilbert-base-uncased",
        training=(
            ("epochs", 25),
            ("batch_size", 64),
            ("learning_rate", 2e-5),
            ("schedule", "cosine"),
            ("loss", "weighted_bce"),
            ("patience", 25),
            ("refine_epochs", 5),
        ),
        source=sources.TMDB_TEXT,
        parameters=66_465_047,
    ),
    "bert": Preset(
        description="Plot alone: BERT-base, all layers tuned.",
        text_encoder="bert",
        vocabulary_size=30_522,
        max_tokens=512,
        fusion_options=sources.STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://google-bert/bert-base-uncased",
        training=sources.TUNING,
        source="Devlin et al. 2019, BERT, arXiv:1810.04805",
        parameters=109_095_191,
    ),
    "minilm": Preset(
        description="Plot alone: the sentence embedding of all-MiniLM-L6-v2, tuned.",
        text_encoder="bert",
        vocabulary_size=30_522,
        max_tokens=256,
        text_options=MINILM,
        fusion_options=sources.STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://sentence-transformers/all-MiniLM-L6-v2",
        training=sources.TUNING,
        source=sources.BOOSTED_TREES,
        parameters=22_670_231,
    ),
    "clip_text": Preset(
        description="Plot alone: the text half of CLIP ViT-B/32, tuned.",
        text_encoder="clip",
        vocabulary_size=49_409,
        max_tokens=77,
        fusion_options=sources.STUDY_HEAD,
        tokenizer="byte_pair",
        text_weights=sources.CLIP_WEIGHTS,
        training=sources.TUNING,
        source=sources.CLIP,
        parameters=63_565_847,
    ),
}
"""By name; encoder and tokenizer of each can be combined with any poster preset."""
