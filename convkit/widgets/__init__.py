"""What a lecture lets you move: one file for each widget, named by what it shows."""

from convkit.widgets.convolution_by_hand import ConvolutionByHand
from convkit.widgets.detector import Detector
from convkit.widgets.feature_maps import FeatureMaps

__all__ = ["ConvolutionByHand", "Detector", "FeatureMaps"]
