"""What every widget promises, on small widgets of the test's own."""

import base64

import numpy as np
import pytest
import traitlets
from threadpoolctl import threadpool_info, threadpool_limits

from convkit.layers import Conv2d
from convkit.widgets.base import Numbers, Widget, packed, script, whose
from convkit.widgets.picture import draw_image, draw_matrix, new_figure
from tests.widgets.browser_side import arrays


class Reciprocal(Widget):
    """One over the numbers; 0 is refused."""

    numbers = Numbers("rows", "columns").tag(sync=True)

    def compute(self):
        if (self.numbers == 0).any():
            raise ZeroDivisionError("numbers: expected none to be 0")
        return {"result": 1 / self.numbers}

    def picture(self):
        figure, (matrix, image) = new_figure(2)
        draw_matrix(matrix, self.numbers, "numbers", window=(1, 1))
        draw_image(image, self.numbers, "signed", signed=True)
        return figure


@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8", "int64", "bool"])
def test_an_array_travels_in_c_order_with_its_numbers_unchanged(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype).T
    package = packed(array)
    assert package["dtype"] in ("float64", "float32", "uint8")
    arrived = np.frombuffer(package["data"], package["dtype"]).reshape(package["shape"])
    np.testing.assert_array_equal(arrived, array)


def test_a_changed_operand_is_computed_again_and_always_answered():
    widget = Reciprocal(numbers=[[2.0, 4.0]])
    first = widget.answer["number"]
    np.testing.assert_array_equal(arrays(widget)["result"], [[0.5, 0.25]])
    widget.numbers = [[1.0, 8.0]]
    np.testing.assert_array_equal(arrays(widget)["result"], [[1, 0.125]])
    assert widget.answer["number"] > first


def test_computes_on_one_thread():
    class Threads(Reciprocal):
        seen: list[int] = []  # noqa: RUF012

        def _note(self):
            pools = threadpool_info()
            self.seen.extend(p["num_threads"] for p in pools if p["user_api"] == "blas")

        def compute(self):
            self._note()
            return super().compute()

        def picture(self):
            self._note()
            return super().picture()

    with threadpool_limits(limits=2, user_api="blas"):
        Threads(numbers=[[1.0]])._repr_mimebundle_()
    assert set(Threads.seen) == {1}
    assert len(Threads.seen) >= 2


def test_what_a_page_without_python_may_ask_is_answered_beforehand():
    class Recorded(Reciprocal):
        records = ({"numbers": [[[2.0]], [[0.0]], [[4.0]]]},)

    widget = Recorded(numbers=[[1.0]])
    assert widget.recorded == []
    widget.record()
    assert [each["varied"] for each in widget.recorded] == [
        {"numbers": numbers} for numbers in ([[2.0]], [[0.0]], [[4.0]])
    ]
    first, refused, last = (each["answer"] for each in widget.recorded)
    assert np.frombuffer(first["arrays"]["result"]["data"]) == 0.5
    assert "expected none to be 0" in refused["problem"]
    assert np.frombuffer(last["arrays"]["result"]["data"]) == 0.25
    np.testing.assert_array_equal(widget.numbers, [[1.0]])


def test_without_operands_it_is_computed_once():
    class Constant(Widget):
        computed = 0

        def compute(self):
            self.computed += 1
            return {}

    widget = Constant()
    assert widget.answer["number"] == 0
    widget.tabbable = True
    widget.close()
    assert widget.computed == 1


def test_what_compute_refuses_is_raised_in_python_and_put_back():
    widget = Reciprocal(numbers=[[2.0, 4.0]])
    with pytest.raises(ZeroDivisionError, match="expected none to be 0"):
        widget.numbers = [[0.0, 1.0]]
    np.testing.assert_array_equal(widget.numbers, [[2, 4]])
    np.testing.assert_array_equal(arrays(widget)["result"], [[0.5, 0.25]])
    with pytest.raises(ZeroDivisionError):
        Reciprocal(numbers=[[0.0]])


def test_what_compute_refuses_is_shown_in_the_browser_and_put_back():
    widget = Reciprocal(numbers=[[2.0, 4.0]])
    asked = widget.answer["number"]
    widget.set_state({"numbers": [[0.0, 1.0]]})
    assert widget.answer["number"] > asked
    assert widget.answer["problem"] == "ZeroDivisionError: numbers: expected none to be 0"
    np.testing.assert_array_equal(widget.numbers, [[2, 4]])
    np.testing.assert_array_equal(arrays(widget)["result"], [[0.5, 0.25]])
    widget.set_state({"numbers": [[5.0]]})
    assert widget.answer["problem"] == ""
    np.testing.assert_array_equal(arrays(widget)["result"], [[0.2]])


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([1.0, 2.0], r"numbers: expected shape \(rows, columns\), got \(2,\)"),
        ([[1.0], [2.0, 3.0]], "numbers: expected an array of numbers"),
        ([["a"]], "numbers: expected float64, float32 or integer numbers"),
        ([[np.nan]], "numbers: expected finite numbers"),
        (np.zeros((0, 2)), r"numbers: expected shape \(rows, columns\), got \(0, 2\)"),
    ],
)
def test_an_operand_that_is_no_such_array_is_refused_by_name(numbers, message):
    with pytest.raises(ValueError, match=message):
        Reciprocal(numbers=numbers)


def test_an_operand_is_a_copy_that_later_changes_do_not_reach():
    mine = np.ones((1, 1))
    widget = Reciprocal(numbers=mine)
    mine[0, 0] = 7
    assert widget.numbers == 1


def test_a_reader_without_a_kernel_gets_a_picture_and_a_sentence():
    bundle, _ = Reciprocal(numbers=[[2.0, -4.0]])._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "Reciprocal: open the notebook in JupyterLab to move it"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_a_script_follows_the_shared_drawing_and_names_no_address():
    source = script("convolution_by_hand.js")
    assert source.index("function drawMatrix") < source.index("function render")
    assert "http" not in source
    assert "import " not in source


def test_only_a_layer_that_is_not_the_reference_is_somebodys():
    class Mine(Conv2d):
        pass

    assert whose(Conv2d, Conv2d) == ""
    assert whose(Mine, Conv2d) == "your Mine"


def test_a_widget_without_operands_of_its_own_says_what_it_lacks():
    class Empty(Widget):
        size = traitlets.Int(1).tag(operand=True)

    with pytest.raises(NotImplementedError, match="Empty does not define compute yet"):
        Empty()
