"""What calibration does to the probabilities of runs, for `keras-genre evaluate`."""

_MEANS = ("calibration_error", "brier_skill")


def reliability_rows(scored) -> list[dict]:
    """Mean calibration error and Brier skill over genres, before and after calibration.

    Args:
        scored: Name, predictions and rule of each run.
    """
    from keras_genre.scoring import reliability_table

    rows = []
    for name, predictions, rule in scored:
        means = [reliability_table(predictions, each).mean() for each in (None, rule)]
        rows.append(
            {
                "name": name,
                **{
                    f"{column}_{when}": float(mean[column])
                    for column in _MEANS
                    for when, mean in zip(("before", "after"), means, strict=True)
                },
            }
        )
    return rows


def reliability_text(rows: list[dict]) -> str:
    """Set `reliability_rows` as plain text of 80 columns."""
    lines = [
        "Calibration: means over genres, before and after (15 bins of equal mass a genre;",
        "Brier skill over base rates)",
        "",
        f"{'':<32}{'error':>11}{'':>9}{'Brier skill':>16}",
    ]
    for row in rows:
        lines.append(
            f"{row['name'][:31]:<32}{row['calibration_error_before']:>9.3f} ->"
            f"{row['calibration_error_after']:>6.3f}"
            f"{row['brier_skill_before']:>13.3f} ->{row['brier_skill_after']:>7.3f}"
        )
        if all(row[f"{name}_before"] == row[f"{name}_after"] for name in _MEANS):
            lines.append("  (nothing fitted: too few validation films, or no curve did better)")
    return "\n".join(lines)
