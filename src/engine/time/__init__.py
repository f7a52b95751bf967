"""Time as firms count it: calendars, spans, periods, the clock."""
