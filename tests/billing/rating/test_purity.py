import subprocess
import sys
from pathlib import Path

import billing.rating

PACKAGE = Path(billing.rating.__file__).parent


class TestRatingPackage:
    def test_needs_neither_django_nor_settings(self) -> None:
        program = "import sys, billing.rating, billing.rating.case_file; sys.exit('django' in sys.modules)"

        done = subprocess.run([sys.executable, "-c", program], cwd=PACKAGE.parents[1], check=False)

        assert done.returncode == 0

    def test_reads_no_clock_and_no_float(self) -> None:
        for module in PACKAGE.glob("*.py"):
            source = module.read_text(encoding="utf-8")
            for word in ("today(", "now(", "float(", "import time", "timezone"):
                assert word not in source, (module.name, word)
