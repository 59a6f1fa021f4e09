import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self


class Lock:
    """A file lock that ends with the last process that holds it, however that process ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def acquire(self, *, shared: bool = False, timeout: float | None = None) -> bool:
        """Take the lock, waiting `timeout` seconds (for ever without one); say whether it was taken."""
        if self._fd is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(self._fd, mode if deadline is None else mode | fcntl.LOCK_NB)
            except BlockingIOError:
                if deadline is not None and time.monotonic() >= deadline:
                    self.release()
                    return False
                time.sleep(0.02)
            else:
                return True

    def release(self) -> None:
        """Give the lock up; a process that inherited it goes on holding it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def is_held_elsewhere(self) -> bool:
        """Whether some other process holds it."""
        # Asking takes it for a moment, shared: two that ask must not take each other for the holder.
        probe = Lock(self.path)
        taken = probe.acquire(shared=True, timeout=0)
        probe.release()
        return not taken

    @property
    def fd(self) -> int:
        """The file descriptor to hand to a child, which then holds the lock too."""
        if self._fd is None:
            raise RuntimeError("The lock is not taken.")
        return self._fd

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
