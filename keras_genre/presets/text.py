"""Models that read plots alone."""

from keras_genre.presets import sources
from keras_genre.presets.preset import Preset

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
        source=sources.TMDB_PROJECT,
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
        text_options=(
            ("hidden_dim", 384),
            ("num_layers", 6),
            ("num_heads", 12),
            ("intermediate_dim", 1536),
            ("pooling", "mean"),
        ),
        fusion_options=sources.STUDY_HEAD,
        tokenizer="wordpiece",
        text_weights="hf://sentence-transformers/all-MiniLM-L6-v2",
        training=sources.TUNING,
        source=sources.BOOSTED_TREES,
        parameters=22_670_231,
    ),
}
"""By name; encoder and tokenizer of each can be combined with any poster preset."""
