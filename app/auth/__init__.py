"""Who asks, and what they may spend: API keys, authentication, signed URLs, rate limits."""
