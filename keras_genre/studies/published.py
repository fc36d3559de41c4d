"""The studies by name."""

from keras_genre.studies.study import Row, Study


def _scores(macro: float, micro: float, **further: float) -> tuple[tuple[str, float], ...]:
    return (("macro_f1", macro), ("micro_f1", micro), *further.items())


def _options(field: str, **options) -> tuple[tuple[str, object], ...]:
    return (("changes", ((field, tuple(options.items())),)),)


_STUDY_DATA = "MM-IMDb, plots of ten words at least, divided anew 70/15/15"
_MM_IMDB = "MM-IMDb, official split"

STUDIES = {
    "coursework": Study(
        "Two small networks: one sees posters, one reads plots.",
        (Row("cnn64", "cnn64"), Row("lstm", "lstm")),
        "posters and overviews of 7,254 films",
    ),
    "fusion-study": Study(
        "Seven models: two of plots, two of posters, and three fusions of the best.",
        (
            Row("bilstm_attention", "bilstm_attention", published=_scores(0.4305, 0.5339)),
            Row("distilbert", "distilbert", published=_scores(0.5701, 0.6474)),
            Row("cnn224", "cnn224", published=_scores(0.2417, 0.2985)),
            Row("resnet18", "resnet18", published=_scores(0.2973, 0.3843)),
            Row("early_fusion", "early_fusion", published=_scores(0.5847, 0.6482)),
            Row("late_fusion", "late_fusion", published=_scores(0.5943, 0.6594)),
            Row("attention_fusion", "attention_fusion", published=_scores(0.5979, 0.6590)),
        ),
        _STUDY_DATA,
    ),
    "fusion-study-ablations": Study(
        "The fusion study's models without attention, GloVe or freezing, and of other widths.",
        (
            Row("bilstm_attention", "bilstm_attention"),
            Row("bilstm_last", "bilstm_attention", _options("text_options", pooling="last")),
            Row("bilstm_attention_glove", "bilstm_attention", needs_word_vectors=True),
            Row(
                "bilstm_last_glove",
                "bilstm_attention",
                _options("text_options", pooling="last"),
                needs_word_vectors=True,
            ),
            Row("resnet18_frozen", "resnet18", (("poster_freeze", "all"),)),
            Row("resnet18_partial", "resnet18"),
            Row("resnet18_full", "resnet18", (("poster_freeze", "none"),)),
            Row(
                "early_fusion_narrow",
                "early_fusion",
                _options("fusion_options", projection_dim=256, hidden_dim=(512, 256, 128)),
            ),
            Row("early_fusion", "early_fusion"),
            Row(
                "early_fusion_dropout_0.1",
                "early_fusion",
                _options("fusion_options", hidden_dropout=0.1),
            ),
            Row(
                "early_fusion_dropout_0.5",
                "early_fusion",
                _options("fusion_options", hidden_dropout=0.5),
            ),
        ),
        _STUDY_DATA,
    ),
    "tmdb-project": Study(
        "Recurrent baselines, DistilBERT on plots and taglines, and its fusion with ResNet-18.",
        (
            Row("gru", "gru"),
            Row("lstm", "lstm"),
            Row("tmdb_distilbert", "tmdb_distilbert", published=(("macro_f1", 0.40),)),
            Row("tmdb_fusion", "tmdb_fusion"),
        ),
        "21,554 films of TMDB, 12 genres",
    ),
    "boosted-embeddings": Study(
        "Boosted trees on what frozen encoders say, and what its author wished for.",
        (
            Row("boosted_text", "minilm", baseline="boosted"),
            Row("boosted_poster", "mobilenet_v2", baseline="boosted"),
            Row("boosted", "minilm+mobilenet_v2+concat", baseline="boosted"),
            Row("boosted_resnet50", "minilm+resnet50+concat", baseline="boosted"),
            Row("boosted_clip", "clip_fusion", baseline="boosted"),
            Row("attention", "minilm+mobilenet_v2+attention", needs_weights=True),
            Row("minilm_tuned", "minilm"),
        ),
        "plots, posters and genres of TMDB",
    ),
    "hybrid": Study(
        "DistilBERT, ConvNeXt, and boosted trees over both.",
        (
            Row("distilbert_256", "distilbert", (("changes", (("max_tokens", 256),)),)),
            Row("convnext_tiny", "convnext_tiny", needs_weights=True),
            Row("hybrid", "distilbert+convnext_tiny+concat", baseline="stacked"),
        ),
        "plots and posters of TMDB",
    ),
    "prior-work": Study(
        "Fusions that others are measured against.",
        (
            Row("gated_fusion", "gated_fusion", published=_scores(0.541, 0.630)),
            Row("central_fusion", "central_fusion", published=_scores(0.561, 0.639)),
            Row("mm_gatbt", "mm_gatbt", published=_scores(0.645, 0.685)),
        ),
        _MM_IMDB,
    ),
}
"""Every study, by name."""
