"""What the browser reads of a widget."""

from typing import Any

import numpy as np


def arrays(widget: Any) -> dict[str, Any]:
    """The latest answer, its bytes read as the browser reads them."""
    return {
        name: np.frombuffer(value["data"], value["dtype"]).reshape(value["shape"])
        if isinstance(value, dict) and "data" in value
        else value
        for name, value in widget.answer["arrays"].items()
    }
