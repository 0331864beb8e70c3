"""What a lecture lets you move: one file for each widget, named by what it shows."""

from convkit.widgets.activations import Activations, Company
from convkit.widgets.backward import Backward
from convkit.widgets.contrast_normalization import ContrastNormalization
from convkit.widgets.convolution_by_hand import ConvolutionByHand
from convkit.widgets.detector import Detector
from convkit.widgets.equivariance import Equivariance
from convkit.widgets.eye_detector import EyeDetector
from convkit.widgets.feature_maps import FeatureMaps
from convkit.widgets.parameters import Parameters
from convkit.widgets.pipeline import Pipeline
from convkit.widgets.pixel_distance import PixelDistance
from convkit.widgets.pixels import Pixels
from convkit.widgets.pooling import Pooling
from convkit.widgets.question import Question, ask, recall
from convkit.widgets.receptive_field import ReceptiveField
from convkit.widgets.rectification import Rectification
from convkit.widgets.registered import Registered
from convkit.widgets.shuffled_pixels import ShuffledPixels
from convkit.widgets.softmax import Softmax
from convkit.widgets.training import Training
from convkit.widgets.training_race import TrainingRace

__all__ = [
    "Activations",
    "Backward",
    "Company",
    "ContrastNormalization",
    "ConvolutionByHand",
    "Detector",
    "Equivariance",
    "EyeDetector",
    "FeatureMaps",
    "Parameters",
    "Pipeline",
    "PixelDistance",
    "Pixels",
    "Pooling",
    "Question",
    "ReceptiveField",
    "Rectification",
    "Registered",
    "ShuffledPixels",
    "Softmax",
    "Training",
    "TrainingRace",
    "ask",
    "recall",
]
