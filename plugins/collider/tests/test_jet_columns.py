import numpy as np

from vierbein_collider.jet_columns import MAX_SEED, event_ids


def test_event_ids_are_unique_and_positive():
    index = np.arange(1000)
    keys = [
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
        (0, 0, 15, 0),
        (0, 0, 16, 0),
        (0, 0, 127, 2**10 - 1),
        (0, 1, 16, 0),
        (MAX_SEED, 15, 14, 2**20 - 1),
        (MAX_SEED, 15, 127, 2**10 - 1),
    ]
    ids = np.concatenate([event_ids(*key, index) for key in keys])
    assert len(np.unique(ids)) == len(ids)
    assert ids.dtype == np.int64
    assert ids.min() >= 0
