"""The networks' arrays in a model file: three a layer."""

from trueodds.model.arrays import Arrays, array_called
from trueodds.model.fixed import FixedLayer, FixedNetworks, Member
from trueodds.model.header import NetworksHeader

LAYER_ARRAYS = ("weights", "biases", "shifts")


def arrays_of(networks: FixedNetworks) -> Arrays:
    """Return the arrays ``weights/MEMBER/LAYER``, ``biases/…`` and ``shifts/…``."""
    return {
        f"{kind}/{number}/{index}": getattr(layer, kind)
        for number, member in enumerate(networks.members)
        for index, layer in enumerate(member.layers)
        for kind in LAYER_ARRAYS
    }


def networks_of(header: NetworksHeader, arrays: Arrays) -> FixedNetworks:
    """Return the networks that `arrays_of` took apart.

    Raises
    ------
    ValueError
        If an array is missing, or the depths of soft splits do not fit the members.
    """
    count = len(header.folds)
    depths = header.depths or (0,) * count
    if len(depths) != count or any(depths) != (header.shares is not None):
        raise ValueError("the depths of its members do not fit")
    members = tuple(
        Member(
            fold,
            tuple(
                FixedLayer(
                    *(array_called(arrays, f"{kind}/{number}/{index}") for kind in LAYER_ARRAYS)
                )
                for index in range(2 if depth else len(header.grids))
            ),
            depth,
        )
        for number, (fold, depth) in enumerate(zip(header.folds, depths, strict=True))
    )
    return FixedNetworks(header.activation, header.grids, members, header.shares)
