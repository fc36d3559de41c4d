"""What several presets of one source share."""

COURSEWORK = "Coursework baselines on posters and overviews, TensorFlow"
FUSION_STUDY = "Fusion study of seven models on MM-IMDb"
TMDB_TEXT = "TMDB project: plots and taglines"
TMDB_PROJECT = "TMDB project: fusion of DistilBERT and ResNet-18"
BOOSTED_TREES = "Frozen embeddings and boosted trees"
CLIP = "Radford et al. 2021, CLIP, arXiv:2103.00020"

# Both halves lie there. KerasHub cannot read what Hugging Face stores of CLIP.
CLIP_WEIGHTS = "kaggle://keras/clip/keras/clip_vit_base_patch32/3"

# The classifier of the fusion study's single models: one hidden layer, then the genres.
STUDY_HEAD = (("hidden_dim", 256), ("dropout", 0.3))

# How the fusion study trains.
_STUDY = (
    ("epochs", 50),
    ("batch_size", 32),
    ("weight_decay", 0.05),
    ("loss", "weighted_bce_whole"),
    ("patience", 10),
    ("clip_norm", 1.0),
    ("plateau_patience", 7),
    ("plateau_factor", 0.5),
    ("lowest_learning_rate", 1e-6),
)
STUDY_FROM_SCRATCH = (("learning_rate", 3e-4), *_STUDY)
STUDY_TUNING = (("learning_rate", 3e-5), *_STUDY)

# Pretrained networks of other sources: small steps, or what they know is lost.
TUNING = (("learning_rate", 3e-5), ("weight_decay", 0.01))
