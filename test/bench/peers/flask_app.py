"""Server-Sent Events with Flask and gevent: a queue for each subscriber, which whoever publishes fills."""

import itertools

from flask import Flask, Response, request
from gevent.queue import Empty, Full, Queue

app = Flask(__name__)
subscribers = set()
ids = itertools.count(1)


@app.get("/stream")
def stream():
    queue = Queue(maxsize=100)

    def events():
        subscribers.add(queue)
        try:
            yield b"retry: 3000\n\n"
            while True:
                batch = [queue.get()]
                # What has come meanwhile goes into the same write.
                try:
                    while True:
                        batch.append(queue.get_nowait())
                except Empty:
                    yield b"".join(batch)
        finally:
            subscribers.discard(queue)

    return Response(events(), mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})


@app.post("/publish")
def publish():
    event = b"id: %d\ndata: %s\n\n" % (next(ids), request.get_data())
    for queue in subscribers:
        try:
            queue.put_nowait(event)
        except Full:
            pass
    return "", 204
