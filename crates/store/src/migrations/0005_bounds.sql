-- Idempotency keys are kept as keyed digests, since a client may make them of a 個人番号. What was
-- kept in clear goes; the same body sent once more registers the same again.
delete from idempotency;

-- What is in force or ended, without the versions before: reading somebody does not get slower with
-- every change.
create index record_latest on record (resident) where state in (1, 2);
