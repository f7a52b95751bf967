"""``stageline watch``: a pipeline's board in the terminal, live. A client of the public API, and of nothing else here.

``client`` logs in and asks, ``feed`` reads one subscription, ``stream`` makes one unbroken story of both, ``board``
applies it, ``news`` says what it meant, ``view`` is all that can be seen at an instant, ``screen`` and ``lines`` show
it.
"""
