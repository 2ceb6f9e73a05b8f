"""Body and generator keep the contracts of their kinds."""

from vierbein.testing.backbone import BackboneContract
from vierbein.testing.generator import GeneratorContract

SMALL = {
    "width": 16,
    "num_heads": 2,
    "num_blocks": 2,
    "num_neighbours": 3,
    "num_tokens": 2,
    "edge_width": 8,
    "embedding_width": 16,
}


class TestPointEdgeTransformer(BackboneContract):
    component = "point_edge_transformer"
    settings = SMALL


class TestPointEdgeGenerator(GeneratorContract):
    component = "point_edge_generator"
    settings = SMALL | {"max_particles": 10, "num_steps": 3}


class TestGivenMultiplicity(GeneratorContract):
    component = "point_edge_generator"
    settings = SMALL | {"multiplicity": "pile_up", "num_steps": 3}

    def conditions(self, num):
        """Ask for events of zero particles and more."""
        return super().conditions(num).abs().mul(3).round()
