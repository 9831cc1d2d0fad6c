"""Every threshold of the findings, with its source; `bench/health_faults.py` measures them.

Where a paper gives no number, the threshold was set on the tuning seeds of that test bed, so that
faulty and healthy runs fall on either side of it, and is checked on other seeds.
"""

SATURATED = 0.5
"""Share of saturated (row, unit) pairs of a layer (Glorot & Bengio 2010, section 3: layers whose
units sit in the flat parts pass hardly any gradient)."""
DEAD = 0.9
"""Share of units of a layer without slope on any row (Lu et al. 2019, arXiv 1903.06733). Weight
decay silences units a small table does not need: half a layer silent is no fault by itself."""
VANISHED = 1e-4
"""First over last layer's gradient, by pre-activations or by weights (Hochreiter 1991; Bengio,
Simard & Frasconi 1994); healthy runs of depth 64 stay above 1e-2."""
EXPLODED = 1e3
"""The same ratio the other way (Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063), or at the start
the last over the first layer's spread of pre-activations (Hanin & Rolnick 2018, arXiv
1803.01719)."""
LARGE = 100.0
"""… and the last layer's spread is at least this, where a healthy one is near 1."""
COMMON = 0.99
"""Share of a layer's output that is the same for all rows: the layer above is as badly conditioned
as 1 : (1 − share) (LeCun et al. 1998, "Efficient BackProp", sections 4.3 and 4.4)."""
FASTEST_UPDATE = 0.1
"""Length of a step over the length of the weights, the median over layers, at the fastest look. A
healthy ratio is near 1e-3 (Karpathy, "CS231n", "ratio of weights:updates"); at a tenth the weights
are replaced every ten steps."""
WORSE = 1.5
"""The loss this many times the best constant's, after a healthy start, has diverged."""
SHORTEST_WAY = 0.05
"""Longest step over weights of any layer, times the number of steps: no weight moved by 5 %."""
LEARNT_LITTLE = 0.9
"""… while this share of the best constant's loss is still there."""
FROZEN = 1e-9
"""Step over weights of a layer that stands still while the others move."""
MOVING = 1e-6
AS_STRONG = 10.0
"""… with a gradient at most this many times that of the layer that stands still."""
NO_SKILL = 0.98
"""Best loss over the best constant forecast's from which nothing was learnt."""
ROSE = 0.15
"""Rise of the held-out loss after its best, as a share of the best constant's loss, while the
training loss fell on (Prechelt 1998, "Early stopping — but when?")."""
CARRIED_OVER = 0.35
"""Of what training took off the loss, the share that must also be off the held-out loss at its
best: below it a member mostly memorises."""
LARGEST_INPUT = 10.0
"""Root mean square of an input column; first weights are made for 1 (LeCun et al. 1998, 4.3)."""
SMALLEST_REACH = 0.01
"""Greatest absolute input of all."""
TELLING = 0.999
"""Area under the ROC curve of one column alone, as in `trueodds.table.leaks`."""
