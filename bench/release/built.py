"""The programs that benchmarks measure, built with the preset "release"."""
import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def built(target):
    """Builds a program of bench/ and gives its path."""
    subprocess.run(["cmake", "--preset", "release", "-DALMAGEST_BUILD_BENCH=ON", "--log-level=WARNING"],
                   cwd=REPOSITORY, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", target], cwd=REPOSITORY, check=True,
                   stdout=sys.stderr)
    return REPOSITORY / "build" / "release" / "bench" / target
