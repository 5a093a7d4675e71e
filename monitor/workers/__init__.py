"""Batches shared by worker processes over NATS JetStream, which queues, expires and redelivers them.

The only room that knows NATS. It must not judge, record or notify, and needs the extra ``nats``: nothing
imports it before the configuration asks for workers.
"""
