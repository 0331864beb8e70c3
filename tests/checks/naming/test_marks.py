"""What a mark says of numbers that nobody has foreseen is true of them, and says which part."""

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from tests.sampling import drawn

pytestmark = pytest.mark.usefixtures("capsys")


def findings(target, name):
    with pytest.raises(CheckFailed) as failed:
        check(type(name, (target,), {}), cases=drawn(name, 3))
    return failed.value.report.findings


class TestBatchNorm:
    @staticmethod
    def layer(*, mean=1.0, variance=1.0):
        """With factors of two terms; without one for the mean there is a sum in its place."""

        class Wrong(convkit.BatchNorm):
            def forward(self, x):
                self.x, self.trains = x, self.training
                return super().forward(x)

            def backward(self, grad_y):
                right = super().backward(grad_y)
                if not self.trains:
                    return right
                x, over = self.x, (0, *range(2, grad_y.ndim))
                wide = (1, -1, *[1] * (grad_y.ndim - 2))
                deviation = np.sqrt(x.var(over, keepdims=True) + self.eps)
                hat = (x - x.mean(over, keepdims=True)) / deviation
                times = mean or grad_y.size // grad_y.shape[1]
                through = times * grad_y.mean(over, keepdims=True)
                along = variance * hat * (grad_y * hat).mean(over, keepdims=True)
                slope = self.params["gamma"].reshape(wide) / deviation
                return (slope * (grad_y - through - along)).astype(grad_y.dtype)

        return Wrong

    @pytest.mark.parametrize(
        ("factors", "id"),
        [
            ({"mean": 0.123}, "batchnorm-backward-mean-factor"),
            ({"variance": 4.56}, "batchnorm-backward-variance-factor"),
            ({"mean": -2.5, "variance": 0.2}, "batchnorm-backward-grad_x-terms"),
        ],
    )
    def test_the_term_that_is_wrong_is_named(self, factors, id):
        (finding,) = findings(self.layer(**factors), "BatchNorm")
        assert finding.misconception == id
        assert "direct way" not in finding.message

    def test_a_sum_for_a_mean_is_told_by_its_size(self):
        (finding,) = findings(self.layer(mean=None), "BatchNorm")
        assert finding.misconception == "batchnorm-backward-mean-factor"
        assert "60 is m, the number of numbers in a channel" in finding.message


def test_a_loss_speaks_of_logits():
    class Wrong(convkit.SoftmaxCrossEntropy):
        def backward(self):
            return 1.7 * super().backward()

    (finding,) = findings(Wrong, "SoftmaxCrossEntropy")
    assert finding.property == "grad_logits"
    assert finding.misconception == "softmaxcrossentropy-backward-scaled"
    assert "logits of shape" in finding.message
    assert "grad_x" not in finding.message


class TestSeeds:
    def test_rng_may_be_positional_too_and_a_generator(self):
        class Linear(convkit.Linear):
            def __init__(self, in_features, out_features, rng=None):
                super().__init__(in_features, out_features, rng=np.random.default_rng(rng))

        assert check(Linear).passed

    def test_a_constructor_without_rng_gets_its_own_message(self):
        class Wrong(convkit.Linear):
            def __init__(self, in_features, out_features):
                super().__init__(in_features, out_features)

        (finding,) = findings(Wrong, "Linear")
        assert finding.property == "rng"
        assert finding.misconception == "linear-rng-unknown"
        assert "could not be made with rng" in finding.message
        assert "unexpected keyword argument 'rng'" in finding.message
