"""What crosses between a test and a student's code: data, through a worker in the sandbox."""
