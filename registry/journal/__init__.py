"""What happened: the audit trail, the change feed and the outbox are one table."""
