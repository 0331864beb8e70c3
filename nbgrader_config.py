"""The course, for nbgrader: what is released is made from solutions/, and graded in a sandbox."""

import os
import sys

# nbgrader would look for modules here first: no file here stands in for one.
sys.path = [path for path in sys.path if path != os.getcwd()]

from convkit.grading import configure  # noqa: E402

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "convkit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
configure(c)
