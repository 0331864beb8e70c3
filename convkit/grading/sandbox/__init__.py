"""Where student code runs: bubblewrap, a filter of system calls, and limits that hold."""
