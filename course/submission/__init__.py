"""What runs beside a student's code, and knows nothing of what is right.

Collecting answers and reading plots, for the self-checks and the grader alike, and the kernel side
of the grader's sandbox.
"""
