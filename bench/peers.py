#!/usr/bin/python3
"""peers.py -- what a user would run instead of Steadfast: PyTorch in float32.

    OPENBLAS_CORETYPE=SkylakeX OMP_NUM_THREADS=1 peers.py FOLDER JOB...

FOLDER holds what bench/bench.c wrote: the models and a few hundred inputs, so that both
sides compute with the same numbers.  Every job prints "name seconds", CPU time of
one thread, the best of several runs after a warm-up: per sample for bounds, per step
for training; `threads` has wall time on two, its names begin with "two-".
"""
import sys

import peer_chips
import peer_prover
import peer_training

JOBS = {"prover": peer_prover.run, "cnn": peer_training.run_cnn,
        "lsnn": peer_training.run_lsnn, "resnet": peer_training.run_resnet,
        "chips": peer_chips.run, "threads": peer_training.run_threads}

if __name__ == "__main__":
    for job in sys.argv[2:]:
        if job in JOBS:  # the others have no peer
            JOBS[job](sys.argv[1])
