#!/usr/bin/python3
"""rotate.py -- the same spoken words with other speakers held out.

    rotate.py FROM TO K

Makes TO/speech-commands of links to the clips in FROM/speech-commands, every speaker under a
new name that hashes K tenths further on (specs/data.md).  K = 0, 2, 4, 6, 8 together test
or validate each clip once.
"""
import hashlib
import os
import sys


def tenth(speaker):
    return int(hashlib.sha256(speaker.encode()).hexdigest()[:16], 16) % 10


def renamed(speaker, by):
    wanted = (tenth(speaker) + by) % 10
    return next(name for name in (speaker + "-%d" % i for i in range(1000))
                if tenth(name) == wanted)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    source, target = (os.path.join(os.path.abspath(d), "speech-commands") for d in sys.argv[1:3])
    for word in sorted(os.listdir(source)):
        folder = os.path.join(source, word)
        if not os.path.isdir(folder):
            continue
        os.makedirs(os.path.join(target, word))
        for name in os.listdir(folder):
            new = name
            if "_nohash_" in name:
                speaker, rest = name.split("_nohash_")
                new = renamed(speaker, int(sys.argv[3])) + "_nohash_" + rest
            os.symlink(os.path.join(folder, name), os.path.join(target, word, new))


main()
