"""Which versions of what made a result."""

import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "torch",
    "numpy",
    "scipy",
    "scikit-learn",
    "lightning-fabric",
    "hydra-core",
    "omegaconf",
)


def versions(distributions: tuple[str, ...] = ()) -> dict[str, str]:
    """Give the versions of Python, of the libraries that decide figures, and of plugins.

    Parameters
    ----------
    distributions
        The plugins that took part.

    Returns
    -------
    dict
        Version by distribution name; "not installed" where there is none.
    """
    found = {"python": platform.python_version()}
    for name in ("vierbein", *LIBRARIES, *sorted(set(distributions))):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
