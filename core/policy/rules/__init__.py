"""From dated policy to the parameters of the domain: the only place that knows parameter names."""
