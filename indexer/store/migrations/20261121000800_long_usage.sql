-- Usage is proved at two sizes, each with verifiers of its own. Verifiers without the larger ones were never on a
-- public chain, and this program does not read their event: a mirror that holds some starts afresh.

alter table verifier_sets
  add column usage_long bytea not null check (octet_length(usage_long) = 20),
  add column usage_long_batch bytea not null check (octet_length(usage_long_batch) = 20);
comment on column verifier_sets.usage is 'verifier of usage proofs of up to 128 events; address';
comment on column verifier_sets.usage_batch is 'of many of them at once; address';
comment on column verifier_sets.usage_long is 'of usage proofs of up to 1024 events; address';
comment on column verifier_sets.usage_long_batch is 'of many of them at once; address';
