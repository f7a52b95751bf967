"""The domain: what may happen to pipelines, jobs and their kin, and what follows. Knows no GraphQL, HTTP or broker."""
