"""A broker in memory, so that what a test sends stays in the test."""

import json

import pytest
from celery import current_app
from kombu import pools


@pytest.fixture
def queue():
    """The ids in the queue, taken out: a broker in memory for the length of a test."""
    app = current_app._get_current_object()

    def use(address):
        app.conf.broker_url = address
        app.conf.broker_read_url = app.conf.broker_write_url = None
        pools.reset()
        app._pool = None
        app.amqp._producer_pool = None

    before = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_transport_options = {}
    use("memory://")

    def take():
        with app.connection_for_read() as connection, connection.SimpleQueue("celery") as waiting:
            ids = []
            while True:
                try:
                    message = waiting.get_nowait()
                except waiting.Empty:
                    return ids
                message.ack()
                ids.append(json.loads(message.body)[0][0])

    take()
    yield take
    use("memory://")
    take()
    app.conf.broker_transport_options = before[1]
    use(before[0])
