"""Names of the rules by which first weights are drawn (`trueodds.network.initialise`)."""

from typing import Literal, get_args

Initialisation = Literal["usual", "critical", "he", "xavier", "pytorch"]
"""``usual`` chooses by activation and depth. ``critical``: the critical line for every smooth
activation. ``he``: N(0, 2/fan_in). ``xavier``: U(±√(6/(fan_in + fan_out))) (Glorot & Bengio 2010).
Both have biases 0. ``pytorch``: weights and biases U(±1/√fan_in), as ``torch.nn.Linear``."""
INITIALISATIONS: tuple[Initialisation, ...] = get_args(Initialisation)
