"""Every threshold of the findings, with its source; `bench/health_faults.py` measures them.

Where no paper gives a number, the threshold lies between the values of faulty and of other runs on
the test bed's tuning seeds. Other seeds check it. "Tuning: 0.09 | 0.84" means: the largest value of
the other runs is 0.09, the smallest value of the faulty runs is 0.84. Where a small value is bad,
the first number is the smallest value of the other runs and the second the largest of the faulty.
"""

SATURATED = 0.5
"""Fraction of saturated (row, unit) pairs of a layer (Glorot & Bengio 2010, section 3: layers whose
units sit in the flat parts pass hardly any gradient). Tuning: 0.09 | 0.84."""
DEAD = 0.9
"""Fraction of units of a layer without slope on any row (Lu et al. 2019, arXiv 1903.06733). Weight
decay silences units that a small table does not need: a half silent layer is no fault. Tuning:
0.63 | 1."""
VANISHED = 1e-4
"""Gradient of the first layer over that of the last, by pre-activations or by weights (Hochreiter
1991; Bengio, Simard & Frasconi 1994). Tuning: 0.12 | 2e-6."""
EXPLODED = 2e3
"""The same ratio, now too large (Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063); or, at the
start, the last over the first layer's spread of pre-activations (Hanin & Rolnick 2018, arXiv
1803.01719). Tuning: 395 | 7,562."""
LARGE = 100.0
"""The spread counts as exploded only if the last layer's is at least this; a healthy one is near
1."""
COMMON = 0.996
"""Fraction of a layer's output that is the same for all rows: the layer above is as badly
conditioned as 1 : (1 − fraction) (LeCun et al. 1998, "Efficient BackProp", sections 4.3 and 4.4).
Tuning: 0.975 | 0.9994; the threshold is the geometric middle of 1 − fraction. With 0.99, a network
that had nothing to learn and gave one answer for every row was a false alarm on the first check."""
FASTEST_UPDATE = 0.1
"""Length of a step over the length of the weights, the median over layers, at the snapshot with the
largest. A healthy ratio is near 1e-3 (Karpathy, "CS231n", "ratio of weights:updates"); at a tenth
the weights are replaced every ten steps. Tuning: 0.04 | 1.1."""
WORSE = 1.5
"""A run has diverged when its loss, after a healthy start, is this many times the best constant
forecast's."""
SHORTEST_WAY = 0.05
"""Longest step over weights of any layer, times the number of steps: no weight moved by 5 %.
Tuning: 0.28 | 0.0025."""
LEARNT_LITTLE = 0.9
"""A learning rate is too low only if this fraction of the best constant forecast's loss is left.
Tuning: 0.68 | 0.99."""
FROZEN = 1e-9
"""A layer stands still when its step over weights is below this; a frozen layer's is exactly 0."""
MOVING = 1e-6
"""A layer moves when its step over weights is above this."""
AS_STRONG = 10.0
"""A layer is frozen only if some moving layer has at most this many times its gradient. Otherwise
the gradient is the cause: layers that it does not reach do not move either."""
NO_SKILL = 0.98
"""Best loss over the best constant forecast's from which nothing was learnt. Tuning: 0.67 | 0.984;
set near the latter, as some real tables stay above 0.9 (bench/results/main_job.txt)."""
ROSE = 0.15
"""Rise of the held-out loss after its best, as a fraction of the best constant forecast's loss,
while the training loss fell on (Prechelt 1998, "Early stopping — but when?"). Healthy runs: at most
0.05; most faulty ones: 0.8 and more."""
CARRIED_OVER = 0.35
"""A member mostly memorises when less than this fraction of what training took off the loss shows
in the held-out loss at its best."""
LARGEST_INPUT = 10.0
"""Root mean square of an input column; first weights are made for 1 (LeCun et al. 1998, 4.3).
Tuning: 2.6 | 47."""
SMALLEST_REACH = 0.01
"""Greatest absolute input of all; that of scaled columns is above 1."""
TELLING = 0.999
"""Area under the ROC curve of one column, as in `trueodds.columns.leak_alone`. Tuning: 0.89 | 1."""
