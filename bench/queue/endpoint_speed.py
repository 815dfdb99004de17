def measure(calls, figure, tell):
    raise SystemExit("later")
