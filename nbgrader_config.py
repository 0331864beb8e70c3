"""The course, for nbgrader: what is released is made from solutions/, and graded in a sandbox."""

from convkit.grading import configure

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "convkit"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
configure(c)
