"""Wrong convolutions."""

from __future__ import annotations

from convkit.checks.misconceptions import misconception
from convkit.layers import Array, Conv2d


@misconception(
    "conv-bias-forgotten",
    "Conv2d",
    title="The bias is forgotten in forward",
    sentence='This is what you get when the sums are right but params["bias"] is never added.',
    hint="What does a feature map give for an image that is zero everywhere?",
    read=("04-convolution", "Multiple feature maps"),
)
class BiasForgotten(Conv2d):
    def forward(self, x: Array) -> Array:
        return super().forward(x) - self.params["bias"][:, None, None]
