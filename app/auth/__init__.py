"""Who asks, and how much they may ask: API keys, authentication, signed URLs, rate limits and the costs they count."""
