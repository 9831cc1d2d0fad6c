"""The network: weighted sums, activations, hand-written backpropagation, loss from logits."""
