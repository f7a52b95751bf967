"""Action items, whatever their kind: what somebody has to finish (AI1 to AI3). Their templates, sending, reminders."""
