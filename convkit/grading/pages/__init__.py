"""What people read: feedback and formgrader's pages, in which nothing of a student's acts."""
