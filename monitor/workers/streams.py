"""The two streams and the consumers, as JetStream is to keep them; only a center makes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from monitor.workers.accounts import QUEUES
from monitor.workers.pinned import PinnedConsumerConfig, pinned
from monitor.workers.subjects import (
    ALL_ANSWERS,
    ALL_ORDERS,
    ANSWERS,
    CENTER,
    ORDERS,
    consumer_of,
    login_consumer,
    login_subjects,
    logins_of,
    orders_of,
)

ACK_WAIT = 15.0
"""Seconds without a sign of life of a worker after which its batch goes to another one."""
MOST_TRIES = 3
"""Deliveries of a batch: one that kills its workers ends then."""
_DAY = 86400.0
_MOST_ANSWERS = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Queues:
    """The zones that workers probe, and those in which they also log in at Windows machines.

    ``ack_wait`` are the seconds without a sign of life after which a batch goes to another worker.
    """

    zones: Sequence[str]
    logins: Sequence[str] = ()
    ack_wait: float = ACK_WAIT

    @property
    def streams(self) -> tuple[str, ...]:
        """Return the streams of orders."""
        return (ORDERS, *map(logins_of, self.logins))


async def prepare(stream: JetStreamContext, queues: Queues) -> None:
    """Create or update the streams and consumers; those that are right already stay as they are."""
    await _use(stream, _queue(ORDERS, ALL_ORDERS))
    await _use(
        stream,
        StreamConfig(
            ANSWERS,
            subjects=[ALL_ANSWERS],
            retention=RetentionPolicy.WORK_QUEUE,
            max_bytes=_MOST_ANSWERS,
            discard=DiscardPolicy.NEW,  # workers wait where the center takes nothing for long
            storage=StorageType.FILE,
            max_age=_DAY,
        ),
    )
    await stream.add_consumer(
        ANSWERS, ConsumerConfig(durable_name=CENTER, ack_policy=AckPolicy.EXPLICIT, ack_wait=120)
    )
    for zone in queues.logins:
        await _prepare_logins(stream, zone, queues.ack_wait)
    for zone in queues.zones:  # last: a worker begins when it finds this consumer
        consumer = ConsumerConfig(
            durable_name=consumer_of(zone),
            filter_subject=orders_of(zone),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=queues.ack_wait,
            max_deliver=MOST_TRIES,
        )
        await stream.add_consumer(ORDERS, consumer)


async def _prepare_logins(stream: JetStreamContext, zone: str, ack_wait: float) -> None:
    """Make the queues of a zone's accounts: each for one worker, one batch after the other."""
    name = logins_of(zone)
    await _use(stream, _queue(name, login_subjects(zone)))
    for queue in range(QUEUES):
        config = PinnedConsumerConfig(
            durable_name=login_consumer(queue),
            filter_subject=login_subjects(zone, queue),
            ack_policy=AckPolicy.EXPLICIT,
            max_deliver=MOST_TRIES,
        )
        await stream.add_consumer(name, pinned(config, ack_wait))


def _queue(name: str, subjects: str) -> StreamConfig:
    return StreamConfig(
        name,
        subjects=[subjects],
        retention=RetentionPolicy.WORK_QUEUE,
        max_msgs_per_subject=1,  # a newer order of a batch replaces the older one
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_age=_DAY,
        allow_msg_ttl=True,  # each order lives for its interval
    )


async def _use(stream: JetStreamContext, config: StreamConfig) -> None:
    assert config.name is not None  # noqa: S101 - both have one
    try:
        await stream.stream_info(config.name)
    except NotFoundError:
        await stream.add_stream(config)
    else:
        await stream.update_stream(config)
