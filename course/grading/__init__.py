"""The grader: a folder of notebooks in, a gradebook with feedback out.

A submission is only a claim. It runs in a sandbox that holds nothing worth stealing
(`sandbox`, `server`, `kernel`); the values it leaves under the declared names come out as
size-capped JSON (`runner`); they are judged in this process (`judging`), which alone writes
results (`record`, `gradebook`, `feedback`).
"""
