"""What a hostile worker sends: nothing of another zone changes, and the exchange with the others goes on."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import SystemClock
from monitor.model import Observation, ProbeResult, TargetState
from monitor.probing import Answer
from monitor.wire import order_key, write_answer, write_answers
from monitor.workers import runner, subjects
from monitor.workers.connection import Broker
from monitor.workers.nats_exchange import Arrival, NatsExchange
from monitor.workers.streams import Queues
from support.factories.pipeline.world import HOUR, target

TARGETS = [target(1, "dmz", interval=HOUR), target(2, "dmz", interval=HOUR), target(3, "yard", interval=HOUR)]
CLOCK = SystemClock()


def document(numbers: Sequence[int], **changes: Any) -> bytes:
    """Return answers about some targets, of which the last one may be forged."""
    answers: list[Any] = []
    for number in numbers:
        request = TARGETS[number].request
        seen = Observation(request.target_id, CLOCK.now(), timedelta(seconds=1), ProbeResult())
        answers.append(dict(write_answer(order_key(request), request.location, seen)))
    answers[-1] |= changes
    return write_answers(answers, {}, CLOCK.now())


def arrives(
    monkeypatch: pytest.MonkeyPatch, *bodies: bytes, zone: str = "dmz"
) -> tuple[list[str], runner.JetStreamRunner]:
    """Return the targets about which something was believed once some messages of a zone have arrived."""

    async def order(*_: object) -> None:
        """Publish nothing."""

    monkeypatch.setattr(NatsExchange, "order", order)
    states = {one.id: TargetState(one) for one in TARGETS}
    made = runner.JetStreamRunner(
        Broker(("nats://127.0.0.1:1",)), ("dmz", "yard"), lambda one: states.get(one.target_id), CLOCK
    )
    taken: list[str] = []

    async def take(answers: Sequence[Answer]) -> None:
        taken.extend(observation.target_id for _, observation in answers)

    async def scenario() -> None:
        running = asyncio.create_task(made.run("1h/1/0", [one.request for one in TARGETS], take, None))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for body in bodies:
            await made._arrived(zone, Arrival(body, CLOCK.now()))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scenario())
    return taken, made


DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "changes",
    [
        {"took": 10**17},
        {"took": 8 * 10**19},
        {"at": -(6 * 10**16)},
        {"id": DEEP},
        {"key": DEEP},
        {"seen": DEEP},
        {"failures": [["dns", {"code": "x", "text": "no"}, "portal.example:443"]]},
        {"machine": {"host": DEEP}},
    ],
)
def test_a_forged_answer_costs_only_itself(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    """The others of its message are taken, and so are the messages that follow."""
    taken, _ = arrives(monkeypatch, document([0, 1], **changes), document([1]))
    assert sorted(taken) == [TARGETS[0].id, TARGETS[1].id]


def test_a_worker_answers_for_its_zone_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever target it names: the server says of which zone it is."""
    taken, _ = arrives(monkeypatch, document([2]), document([0, 2]))
    assert taken == [TARGETS[0].id]


def test_what_is_no_answer_is_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """JetStream sends to any subject that somebody names for its replies, also that of another zone."""
    _, made = arrives(monkeypatch, b'{"stream": "ANSWERS", "seq": 7}', b"", zone="yard")
    assert made._heard == {}


def test_a_bug_ends_no_exchange(caplog: pytest.LogCaptureFixture) -> None:
    """What met it is dropped, and acknowledged, so that it does not come again."""
    acknowledged: list[bool] = []

    class Message:
        """A message of answers."""

        subject, data, headers = "answers.dmz", b"", None
        metadata = type("", (), {"timestamp": CLOCK.now()})

        async def ack(self) -> None:
            """Note it."""
            acknowledged.append(True)

    async def breaks(_zone: str, _arrival: Arrival) -> None:
        raise ZeroDivisionError

    async def follows(_: object) -> None:
        """Ask nothing."""

    made = NatsExchange(
        Broker(("nats://127.0.0.1:1",)), Queues(("dmz",)), breaks, lambda _: None, follow=follows
    )
    message: Any = Message()
    asyncio.run(made._take(message))
    assert acknowledged == [True]
    assert "met a bug" in caplog.text


def test_the_subject_of_a_batch_is_known_to_its_zone_alone() -> None:
    """A worker can have JetStream's replies sent anywhere: where they replaced a batch it would be lost."""
    ids = "\n".join(one.id for one in TARGETS)
    known = subjects.order_subject("dmz", "1h/1/0", ids)
    assert subjects.order_subject("dmz", "1h/1/0", ids, b"key") not in {
        known,
        subjects.order_subject("dmz", "1h/1/0", ids, b"other"),
    }


def test_the_key_of_subjects_outlives_a_restart(tmp_path: Path) -> None:
    """So that a monitor that is restarted replaces its own batches."""
    file = tmp_path / "center.creds"
    broker = Broker(("tls://nats.example:4222",), str(file))
    assert broker.key() != broker.key()
    file.write_text("center:password\n")
    assert broker.key() == broker.key()
    assert Broker(broker.servers).key() == b""


@pytest.mark.parametrize(
    ("target_id", "zone"),
    [
        ("dmz/endpoint:cam01:443", "dmz"),
        ("dmz/endpoint:cam01:443/portal.example", "dmz"),
        ("endpoint:cam01:443/portal.example", ""),
        ("files:/etc/ssl", ""),
        ("x", ""),
    ],
)
def test_a_target_names_its_zone(target_id: str, zone: str) -> None:
    """So that a worker carries out no orders of another one."""
    assert subjects.zone_of_target(target_id) == zone
