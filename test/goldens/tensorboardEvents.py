"""Writes data/tensorboard.tfevents, the bytes that tests of src/runs/tensorBoard.ts expect.

Made with tensorboard 2.21.0 (its own record writer and protocol buffers); nothing random.
    pip install tensorboard==2.21.0 && python test/goldens/tensorboardEvents.py
"""

from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

STEPS = [
    (1, 1700000001.5, {"sft/loss": 2.5, "sft/learning_rate": 1e-5}),
    (70, 1700000100.25, {"rl/completions/mean_length": 31.125, "rl/kl": 0.0}),
    (300, 1700000200.0, {"rl/rubric/accuracy é/pass": -0.75}),
]


def value(tag, number):
    return summary_pb2.Summary.Value(tag=tag, simple_value=number)


events = [event_pb2.Event(wall_time=1700000000.0, file_version="brain.Event:2")]
for step, wall_time, scalars in STEPS:
    summary = summary_pb2.Summary(value=[value(tag, number) for tag, number in scalars.items()])
    events.append(event_pb2.Event(wall_time=wall_time, step=step, summary=summary))

path = Path(__file__).parent / "data" / "tensorboard.tfevents"
path.parent.mkdir(exist_ok=True)
with path.open("wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString())
    writer.flush()
