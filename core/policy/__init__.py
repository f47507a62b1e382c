"""Policy as data: every number dated, sourced and checked. Start at ``core.policy.book``."""
