from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    width: int
    height: int
    # How large it is printed: the page is laid out in its true size, its letters are drawn for this one.
    scale: float


WINDOW = Screen(1366, 768, scale=0.75)
PHONE = Screen(390, 844, scale=1)
KIOSK = Screen(1080, 1920, scale=0.5)
BOARD = Screen(1920, 1080, scale=0.5)
TABLET = Screen(1280, 800, scale=0.75)
