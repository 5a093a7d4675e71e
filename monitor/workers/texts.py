"""Messages about workers that are missing, and batches that none could finish."""

from monitor.model import message
from monitor.model.message import plain

ANSWER_TOO_LARGE = plain(
    "answer_too_large", "the answer is larger than the NATS server accepts; raise max_payload there"
)
NO_ANSWER = plain("workers_gave_no_answer", "no worker answered in time (see cert-monitor health)")
ORDER_UNKNOWN = plain("worker_order_unknown", "the worker cannot carry out this order; update it")


@message(
    "batch_abandoned", "{tries} workers in turn did not finish the batch with this target; see their logs"
)
def batch_abandoned(*, tries: int) -> None: ...


NOT_PROBED = frozenset({ANSWER_TOO_LARGE.code, NO_ANSWER.code, ORDER_UNKNOWN.code, "batch_abandoned"})
"""The codes of what keeps a target from being probed where it is the workers that do not do it."""


@message("nats_unusable", "workers cannot be reached, because NATS cannot be used: {why}")
def nats_unusable(*, why: str) -> None: ...


@message("workers_silent", "no worker has answered for {seconds} s: targets are not probed")
def workers_silent(*, seconds: int) -> None: ...


@message(
    "zone_workers_silent", "no worker of zone {zone} has answered for {seconds} s: targets are not probed"
)
def zone_workers_silent(*, zone: str, seconds: int) -> None: ...
