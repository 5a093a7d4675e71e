"""Messages about batches that no worker could finish."""

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
