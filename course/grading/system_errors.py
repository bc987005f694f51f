"""What an error of the system means for someone who grades, and what to do about it."""

import errno

ADVICE = {
    errno.ENOSPC: "Make room there, and call again: what is done is stored.",
    errno.EDQUOT: "Make room there, and call again: what is done is stored.",
    errno.EACCES: "Is it open in another program, or somebody else's? Close it or change its "
    "rights, or name another folder with --output.",
    errno.EROFS: "Name another folder with --output.",
    errno.ENOTDIR: "A folder is needed there: move the file, or name another with --output.",
    errno.EMFILE: "Close other programs or raise the limit (ulimit -n), and call again.",
    errno.ENFILE: "Close other programs, and call again.",
    errno.ENOMEM: "Close other programs or grade with --workers 1, and call again.",
}
ADVICE[errno.EPERM] = ADVICE[errno.EACCES]
ADVICE[errno.EEXIST] = ADVICE[errno.ENOTDIR]


def sentence(error: OSError) -> str:
    """An error of the system: its path, what happened, and what to do."""
    if error.errno is None or not error.strerror:  # one of our own, or of a library
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror}. {ADVICE.get(error.errno, '')}".rstrip()
