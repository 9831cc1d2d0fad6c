"""Every threshold of the findings, with its source; `bench/health_faults.py` measures them.

Where a paper gives no number, the threshold stands between what faulty and other runs show on that
test bed's tuning seeds and is checked on other seeds. "Tuning: 0.09 | 0.84" are the largest value
of the others and the smallest of the faulty runs, or the other way round where small is bad.
"""

SATURATED = 0.5
"""Share of saturated (row, unit) pairs of a layer (Glorot & Bengio 2010, section 3: layers whose
units sit in the flat parts pass hardly any gradient). Tuning: 0.09 | 0.84."""
DEAD = 0.9
"""Share of units of a layer without slope on any row (Lu et al. 2019, arXiv 1903.06733). Weight
decay silences units a small table does not need: half a layer silent is no fault by itself. Tuning:
0.63 | 1."""
VANISHED = 1e-4
"""First over last layer's gradient, by pre-activations or by weights (Hochreiter 1991; Bengio,
Simard & Frasconi 1994). Tuning: 0.12 | 2e-6."""
EXPLODED = 2e3
"""The same ratio the other way (Pascanu, Mikolov & Bengio 2013, arXiv 1211.5063), or at the start
the last over the first layer's spread of pre-activations (Hanin & Rolnick 2018, arXiv
1803.01719). Tuning: 395 | 7,562."""
LARGE = 100.0
"""… and the last layer's spread is at least this, where a healthy one is near 1."""
COMMON = 0.996
"""Share of a layer's output that is the same for all rows: the layer above is as badly conditioned
as 1 : (1 − share) (LeCun et al. 1998, "Efficient BackProp", sections 4.3 and 4.4). Tuning: 0.975 |
0.9994; the geometric middle of what varies, 1 − share. At 0.99 a network that had nothing to learn,
and answered the same to every row, was a false alarm in the first held-out run."""
FASTEST_UPDATE = 0.1
"""Length of a step over the length of the weights, the median over layers, at the fastest look. A
healthy ratio is near 1e-3 (Karpathy, "CS231n", "ratio of weights:updates"); at a tenth the weights
are replaced every ten steps. Tuning: 0.04 | 1.1."""
WORSE = 1.5
"""The loss this many times the best constant's, after a healthy start, has diverged."""
SHORTEST_WAY = 0.05
"""Longest step over weights of any layer, times the number of steps: no weight moved by 5 %.
Tuning: 0.28 | 0.0025."""
LEARNT_LITTLE = 0.9
"""… while this share of the best constant's loss is still there. Tuning: 0.68 | 0.99."""
FROZEN = 1e-9
"""Step over weights of a layer that stands still (a frozen one's is exactly 0) …"""
MOVING = 1e-6
"""… while another layer's is above this …"""
AS_STRONG = 10.0
"""… with a gradient at most this many times its own. Otherwise the gradient is to blame: layers
that it does not reach stand as still."""
NO_SKILL = 0.98
"""Best loss over the best constant forecast's from which nothing was learnt. Tuning: 0.67 | 0.984;
set near the latter, as some real tables stay above 0.9 (bench/results/main_job.txt)."""
ROSE = 0.15
"""Rise of the held-out loss after its best, as a share of the best constant's loss, while the
training loss fell on (Prechelt 1998, "Early stopping — but when?"). Healthy runs: at most 0.05;
faulty ones either pass this (most with 0.8 and more) or …"""
CARRIED_OVER = 0.35
"""… carry less than this share of what training took off the loss over to the held-out loss at its
best: such a member mostly memorises."""
LARGEST_INPUT = 10.0
"""Root mean square of an input column; first weights are made for 1 (LeCun et al. 1998, 4.3).
Tuning: 2.6 | 47."""
SMALLEST_REACH = 0.01
"""Greatest absolute input of all; that of scaled columns is above 1."""
TELLING = 0.999
"""Area under the ROC curve of one column, as in `trueodds.columns.leak_alone`. Tuning: 0.89 | 1."""
