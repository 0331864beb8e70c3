"""What the sandbox promises: the sentences of docs/grading.md, each with its attack in `attacks`.

`convkit doctor` tries the attacks where they do no harm. For all of them the tests take the
protection away, and see the attack succeed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """One of them.

    Attributes:
        attack: the function that succeeds where it is not kept.
        sentence: about student code.
        required: whether grading is refused where it is not kept.
        tried: by `convkit doctor`; otherwise the attack would end the others.
    """

    attack: str
    sentence: str
    required: bool = True
    tried: bool = True


PROMISES = (
    Promise("user", "Student code runs as nobody, even if you are root"),
    Promise("privileges", "It has no privileges, nor the means to gain any", required=False),
    Promise("network", "It has no network"),
    Promise("processes", "It sees no processes but its own"),
    Promise("environment", "Its environment holds nothing of yours"),
    Promise("sockets", "It makes no sockets but between its own processes", required=False),
    Promise("buffers", "No socket holds more than usual", required=False),
    Promise("writing", "It writes nowhere but in three places of its own"),
    Promise("course", "It sees neither your files, nor the course, nor others' work"),
    Promise("calls", "System calls that no exercise needs are refused", required=False),
    Promise("memory", "The memory of a process is limited"),
    Promise("together", "The memory of all processes together is watched", tried=False),
    Promise("files", "The size of a file is limited"),
    Promise("descriptors", "The number of open files is limited"),
    Promise("processor", "The processor's time is limited"),
    Promise("disk", "The room in each place where it may write is limited"),
    Promise("forks", "The number of processes is limited"),
)

KEPT = (
    "Tests, setup cells and points come from the source again",
    "No other cell can replace what a locked `%%implement` cell defines",
    "Symbolic links in a submission are not followed",
    "The reference is not there to be imported",
    "What does an exercise's work is not there to be imported",
    "Nothing is unpickled",
    "An answer to a test is limited in size",
    "A call from a test is limited in time",
    "Nothing that a hidden test prints is shown",
)
"""What is kept by how the grader is built, whatever the machine."""
