"""What leaves the firm: the conversations with mail servers and webhooks, of which the engine knows nothing."""
