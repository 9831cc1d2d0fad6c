"""Names of the rules by which first weights are drawn (`trueodds.network.initialise`)."""

from typing import Literal, get_args

Start = Literal["usual", "critical", "he", "xavier", "pytorch"]
"""``critical``: the critical line for every smooth activation. ``he``: N(0, 2/fan_in); ``xavier``:
U(±√(6/(fan_in + fan_out))) (Glorot & Bengio 2010); both with biases 0. ``pytorch``: what
``torch.nn.Linear`` does, weights and biases U(±1/√fan_in)."""
STARTS: tuple[Start, ...] = get_args(Start)
