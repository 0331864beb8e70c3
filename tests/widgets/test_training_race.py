"""Two networks, the same batches: the steps are those of SGD."""

import numpy as np
import pytest

from convkit import SGD, BatchNorm, Linear, Sequential, SoftmaxCrossEntropy
from convkit.widgets import TrainingRace
from convkit.widgets.deep_network import UNITS, deep_stages

RNG = np.random.default_rng(11)
X = RNG.normal(size=(120, 6))
CLASSES = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
TRAIN, TEST = (X[:90], CLASSES[:90]), (X[90:], CLASSES[90:])


def by_hand(normalization, steps, lr):
    stages = deep_stages(6, "tanh", 0.5, normalization)
    layers = [layer for stage in stages for layer in stage if layer is not None]
    network = Sequential(*layers, Linear(UNITS, 3, rng=len(stages)))
    loss, optimizer, random = SoftmaxCrossEntropy(), SGD(network, lr), np.random.default_rng(0)
    losses = []
    for _ in range(steps):
        batch = random.integers(90, size=32)
        x = TRAIN[0][batch].astype(np.float32)
        losses.append(loss.forward(network(x), TRAIN[1][batch]))
        network.backward(loss.backward())
        optimizer.step()
    return losses


def weights_of(run):
    return [layer.params["weight"].copy() for layer in run.network if isinstance(layer, Linear)]


def test_each_step_is_one_of_sgd_on_the_same_batch():
    race = TrainingRace(TRAIN, TEST)
    race.steps = 4
    losses = race.answer["arrays"]["losses"]
    np.testing.assert_array_equal(losses[0], by_hand(None, 4, 0.1))
    np.testing.assert_array_equal(losses[1], by_hand(BatchNorm, 4, 0.1))


def test_how_far_a_step_moves_each_layer_is_seen_in_its_weights():
    race = TrainingRace(TRAIN, TEST)
    assert np.isnan(race.compute()["moved"]).all()
    before = [weights_of(run) for run in race.runs]
    race.steps = 1
    for run, old, moved in zip(race.runs, before, race.compute()["moved"], strict=True):
        pairs = zip(weights_of(run), old, strict=True)
        went = [np.linalg.norm(new - weight) / np.linalg.norm(weight) for new, weight in pairs]
        np.testing.assert_allclose(moved, went, rtol=1e-4)


def test_steps_go_on_from_where_they_were():
    race, other = TrainingRace(TRAIN, TEST), TrainingRace(TRAIN, TEST)
    for steps in (1, 2, 5):
        race.steps = steps
    other.steps = 5
    assert race.compute()["losses"] == other.compute()["losses"]
    race.steps = 2
    assert race.compute()["losses"][0] == other.compute()["losses"][0][:2]


@pytest.mark.parametrize(
    ("name", "value"), [("lr", 0.5), ("batch_size", 8), ("scale", 2.0), ("function", "relu")]
)
def test_a_change_starts_again(name, value):
    race = TrainingRace(TRAIN, TEST)
    race.steps = 3
    race.set_state({"steps": 0, name: value})
    assert race.answer["arrays"]["losses"] == [[], []]
    before = race.runs
    race.steps = 1
    assert race.runs is before


def test_the_network_with_normalization_learns_where_the_other_does_not():
    race = TrainingRace(TRAIN, TEST)
    race.steps = 60
    without, with_norm = race.compute()["accuracies"]
    assert with_norm > 0.7 > 0.65 > without


def test_numbers_that_overflow_end_a_run_and_nothing_else():
    race = TrainingRace(TRAIN, TEST)
    race.function = "relu"
    race.scale = 8.0
    race.steps = 8
    shown = race.compute()
    assert shown["diverged"] == [True, False]
    assert len(shown["losses"][0]) < 8 == len(shown["losses"][1])
    assert np.isfinite(shown["losses"][0]).all()
    np.testing.assert_array_equal(np.isnan(shown["moved"]).all(axis=1), [True, False])


def test_the_learners_layer_races():
    class Mine(BatchNorm):
        pass

    race, reference = TrainingRace(TRAIN, TEST, layer=Mine), TrainingRace(TRAIN, TEST)
    race.steps = reference.steps = 2
    assert race.compute()["names"] == ["without", "with your Mine"]
    assert race.compute()["losses"] == reference.compute()["losses"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lr", 0.0, "lr: expected"),
        ("batch_size", 0, "batch_size: expected"),
        ("scale", -1.0, "scale: expected"),
        ("steps", -1, "steps: expected"),
    ],
)
def test_bad_operands_are_refused_by_name_and_put_back(name, value, message):
    race = TrainingRace(TRAIN, TEST)
    race.steps = 1
    old = getattr(race, name)
    with pytest.raises(ValueError, match=message):
        setattr(race, name, value)
    assert getattr(race, name) == old


def test_bad_samples_are_refused_by_name():
    with pytest.raises(ValueError, match=r"train\[0\]: expected shape \(N, features\), got \(6,\)"):
        TrainingRace((X[0], CLASSES), TEST)
    with pytest.raises(ValueError, match=r"test\[1\]: expected shape \(120,\), got \(90,\)"):
        TrainingRace(TRAIN, (X, CLASSES[:90]))


def test_the_picture_shows_both_losses():
    race = TrainingRace(TRAIN, TEST)
    (axes,) = race.picture().axes
    assert [line.get_label() for line in axes.lines] == ["without", "with BN"]
    assert all(len(line.get_ydata()) == 60 for line in axes.lines)
    assert race.compute()["losses"] == [[], []]
    assert "image/png" in race._repr_mimebundle_()[0]
