"""What a process counts of its requests: plain numbers, which cost nothing, and are told when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS: Final = Histogram.DEFAULT_BUCKETS
"""Seconds, infinity last."""


class Traffic(Collector):
    """Requests by transport, and how long those of HTTP took. It belongs to the event loop's thread."""

    def __init__(self, transports: Collection[str]) -> None:
        self.begun = Counter(dict.fromkeys(transports, 0))
        self.open = Counter(dict.fromkeys(transports, 0))
        self._seconds = 0.0
        self._buckets = [0] * len(BUCKETS)

    def took(self, seconds: float) -> None:
        """Counts an HTTP request that has ended."""
        self._seconds += seconds
        self._buckets[bisect_left(BUCKETS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment."""
        begun = "HTTP requests, event streams and WebSocket connections begun."
        counter = CounterMetricFamily("stageline_requests", begun, labels=["transport"])
        gauge = GaugeMetricFamily("stageline_open", "Those of them that are open at this moment.", labels=["transport"])
        for transport in self.begun:
            counter.add_metric([transport], self.begun[transport])
            gauge.add_metric([transport], self.open[transport])
        limits = [*map(str, BUCKETS[:-1]), "+Inf"]
        buckets = list(zip(limits, accumulate(self._buckets), strict=True))
        yield counter
        yield gauge
        yield HistogramMetricFamily(
            "stageline_http_seconds", "How long HTTP requests took.", buckets=buckets, sum_value=self._seconds
        )
