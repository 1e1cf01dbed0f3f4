"""House: stores of partitions that outlive the workers which take them over, what these are sent, and what they say."""

from dataclasses import replace

from devices import frames
from devices.samples import Payload
from streams import config
from streams.distributed.arrived import Frame
from streams.distributed.worker import Worker
from streams.objects import Folder
from streams.river.partition import Partition
from streams.store.store import open_store, rows_of

FAST = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":100,"speed_limit_kmh":50}'


def telemetry(vehicle, seq, start=1_000_000):
    body = FAST % (seq, str([start + 60 * seq + k for k in range(60)]).encode())
    return Payload(f"tripmeter/v1/f/{vehicle}/telemetry", body, 0.0)


def frame(number, offset, *payloads):
    return Frame(number, offset, frames.pack(payloads))


class House:
    """Stores that outlive the workers, and what these publish."""

    def __init__(self, folder, rules):
        settings = config.load(None, {}, ("gateway.accept_unregistered=true", "sinks.mqtt=false"))
        self.settings = replace(settings, data=replace(settings.data, dir=folder))
        self.folder, self.rules, self.published = folder, rules, []
        self.begun, self.taken_over = [], []  # partitions
        self.stopping = True  # a database that takes nothing is not waited for

    def worker(self):
        return Worker(self.begin, lambda topic, body: self.published.append((topic, body)))

    def begin(self, number, store=None):
        self.begun.append(number)
        following = store.resume() if store else None
        if store is None:
            self.taken_over.append(number)
            store = open_store(self.folder / f"p{number}")
            following = store.take_over()
        publish, objects = (lambda *_: None), Folder(self.folder)
        partition = Partition(
            self.settings, self.rules, store, objects, publish, lambda: self.stopping, feed_clock=True
        )
        partition.restore()
        partition.start()
        return partition, following

    def rows(self, number, table):
        store = open_store(self.folder / f"p{number}")
        with store.reading() as connection:
            found = rows_of(connection, table.select())
        store.close()
        return found
