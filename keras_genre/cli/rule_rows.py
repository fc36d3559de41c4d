"""The rows of a run in the table of `keras-genre evaluate`, one a decision rule."""

RULES = ("per-genre", "global", "top-k", "fixed", "all")
_BY_DEFAULT = ("global", "per-genre")
_PUBLISHED_TOP, _PUBLISHED_FLOOR = 3, 0.3  # the TMDB project's


def rules_of(run, choice: str | None) -> list[tuple[str, object]]:
    """Names and rules of a run's rows; the last one is the rule that was asked for.

    Every fitted rule is fitted on validation, in the same way for every model. Plain 0.5 is always
    there.

    Args:
        run: A `Run` or `BaselineRun`.
        choice: One of `RULES`, or None for 0.5, one threshold and one a genre.
    """
    import numpy as np

    from keras_genre.scoring import DecisionRule

    chosen = {None: _BY_DEFAULT, "all": ("top-k", "global", "per-genre"), "fixed": ()}.get(
        choice, (choice,)
    )
    rows = [(f"{run.name}, plain 0.5", DecisionRule.fixed(run.rule.vocabulary))]
    for name in chosen:
        if name == "top-k":
            # A probability of exactly the floor is enough there.
            floor = np.nextafter(np.float32(_PUBLISHED_FLOOR), np.float32(0))
            published = DecisionRule.fixed(run.rule.vocabulary, floor, _PUBLISHED_TOP)
            fitted = run.fit_rule("top_k")
            rows.append((f"{run.name}, top-{_PUBLISHED_TOP} from {_PUBLISHED_FLOOR}", published))
            floor = fitted.thresholds[0]
            rows.append((f"{run.name}, top-{fitted.top_k} over {floor:.2f}", fitted))
        elif name == "global":
            rows.append((f"{run.name}, one threshold", run.fit_rule("global")))
        else:
            rows.append((run.name, run.rule))
    return rows
