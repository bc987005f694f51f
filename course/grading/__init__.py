"""The grader: a folder of notebooks in, a gradebook with feedback out.

A submission is only a claim. It runs in a sandbox that holds nothing worth stealing
(`course.submission`); the values it leaves under the declared names come out as size-capped JSON
(`notebook_run`); they are judged in this process (`judge_notebook`), which alone writes results
(`database`, `gradebook`, `feedback`).
"""
