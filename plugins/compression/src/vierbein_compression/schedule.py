"""How much is pruned, and how long is trained, in each of several rounds."""

from vierbein_compression.prune_errors import UnsuitableShareError


def cubic(final: float, rounds: int) -> list[float]:
    """Give the share that is gone after each round: fast at first, slowly at the end.

    Parameters
    ----------
    final
        After the last round.
    rounds
        How many.

    Returns
    -------
    list
        Rising.

    Raises
    ------
    UnsuitableShareError
        If the share is not between 0 and 1, or there is no round.

    Examples
    --------
    >>> cubic(0.5, 2)
    [0.4375, 0.5]
    """
    if not 0 <= final < 1:
        raise UnsuitableShareError("sparsity", final, "from 0 to below 1")
    if rounds < 1:
        raise UnsuitableShareError("rounds", rounds, "1 or more")
    return [final * (1 - (1 - each / rounds) ** 3) for each in range(1, rounds + 1)]


def shares(steps: int, rounds: int) -> list[int]:
    """Share steps among rounds, the last one getting what is left.

    Parameters
    ----------
    steps
        In all.
    rounds
        How many.

    Returns
    -------
    list
        Steps of each.

    Examples
    --------
    >>> shares(10, 3)
    [3, 3, 4]
    """
    each = steps // rounds
    return [each] * (rounds - 1) + [steps - each * (rounds - 1)]
