from bot.understanding.circuit import Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock)
    for _ in range(3):
        assert circuit.admits()
        circuit.failed()
    return circuit


def test_three_failures_in_a_row_open_the_circuit() -> None:
    circuit = _opened(Clock())
    assert circuit.is_open
    assert not circuit.admits()


def test_a_success_between_failures_keeps_it_closed() -> None:
    circuit = Circuit(Clock())
    for _ in range(10):
        circuit.failed()
        circuit.failed()
        circuit.succeeded()
    assert not circuit.is_open


def test_an_open_circuit_tries_once_every_ten_seconds() -> None:
    clock = Clock()
    circuit = _opened(clock)
    clock.now += 9.9
    assert not circuit.admits()
    clock.now += 0.1
    assert circuit.admits()
    assert not circuit.admits()
    circuit.failed()
    clock.now += 9.9
    assert not circuit.admits()
    clock.now += 0.1
    assert circuit.admits()


def test_a_trial_that_succeeds_closes_it() -> None:
    clock = Clock()
    circuit = _opened(clock)
    clock.now += 10
    assert circuit.admits()
    circuit.succeeded()
    assert circuit.admits()
    assert circuit.admits()


def test_a_trial_that_never_reports_does_not_lock_it_for_ever() -> None:
    clock = Clock()
    circuit = _opened(clock)
    clock.now += 10
    assert circuit.admits()
    clock.now += 10
    assert circuit.admits()
