"""What a lecture lets you move: one file for each widget, named by what it shows."""

from convkit.widgets.convolution_by_hand import ConvolutionByHand
from convkit.widgets.detector import Detector
from convkit.widgets.equivariance import Equivariance
from convkit.widgets.eye_detector import EyeDetector
from convkit.widgets.feature_maps import FeatureMaps
from convkit.widgets.parameters import Parameters
from convkit.widgets.pooling import Pooling
from convkit.widgets.receptive_field import ReceptiveField

__all__ = [
    "ConvolutionByHand",
    "Detector",
    "Equivariance",
    "EyeDetector",
    "FeatureMaps",
    "Parameters",
    "Pooling",
    "ReceptiveField",
]
