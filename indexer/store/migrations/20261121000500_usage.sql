-- Settled and attested use, and what checks its proofs: one table per event of UsageTracker and VerifierSets.
-- Rows are facts: never updated, gone with their log. A key's latest fact is its state.

create table usage_proofs (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  ctx bytea not null check (octet_length(ctx) = 32),
  lane bigint not null check (lane >= 0),
  epoch bigint not null check (epoch >= 0),
  head_before bytea not null check (octet_length(head_before) = 32),
  head_after bytea not null check (octet_length(head_after) = 32),
  window_start timestamptz not null,
  window_end timestamptz not null,
  units bigint not null check (units >= 0),
  proved_total numeric(20, 0) not null check (proved_total >= 0),
  settled_total numeric(20, 0) not null check (settled_total >= 0),
  settled_units numeric(20, 0) not null check (settled_units >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table usage_proofs is 'Ranges of a lane that were settled by proof. Event UsageProved.';
comment on column usage_proofs.content_id is '32 bytes';
comment on column usage_proofs.ctx is 'domain of the metering chain; uint256, 32 bytes big-endian';
comment on column usage_proofs.epoch is 're-keyings of the license before it';
comment on column usage_proofs.head_before is '0: genesis; uint256, 32 bytes big-endian';
comment on column usage_proofs.head_after is 'uint256, 32 bytes big-endian';
comment on column usage_proofs.units is 'in this range';
comment on column usage_proofs.proved_total is 'units of the lane proved in all';
comment on column usage_proofs.settled_total is 'units of the lane settled in all';
comment on column usage_proofs.settled_units is 'units of the license settled in all';
create index on usage_proofs (license_id, block_number desc, log_index desc);
create index on usage_proofs (ctx, block_number desc, log_index desc);

create table usage_signatures (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  ctx bytea not null check (octet_length(ctx) = 32),
  lane bigint not null check (lane >= 0),
  epoch bigint not null check (epoch >= 0),
  seq numeric(20, 0) not null check (seq >= 0),
  head bytea not null check (octet_length(head) = 32),
  signed_at timestamptz not null,
  signed_total numeric(20, 0) not null check (signed_total >= 0),
  settled_total numeric(20, 0) not null check (settled_total >= 0),
  settled_units numeric(20, 0) not null check (settled_units >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table usage_signatures is 'Heads that both sides signed and that settled. Event UsageSigned.';
comment on column usage_signatures.content_id is '32 bytes';
comment on column usage_signatures.ctx is 'domain of the metering chain; uint256, 32 bytes big-endian';
comment on column usage_signatures.epoch is 're-keyings of the license before it';
comment on column usage_signatures.seq is 'events up to the head';
comment on column usage_signatures.head is 'uint256, 32 bytes big-endian';
comment on column usage_signatures.signed_at is 'as the head says';
comment on column usage_signatures.signed_total is 'units of the lane signed in all';
comment on column usage_signatures.settled_total is 'units of the lane settled in all';
comment on column usage_signatures.settled_units is 'units of the license settled in all';
create index on usage_signatures (license_id, block_number desc, log_index desc);
create index on usage_signatures (ctx, block_number desc, log_index desc);

create table compliance_proofs (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  ctx bytea not null check (octet_length(ctx) = 32),
  lane bigint not null check (lane >= 0),
  epoch bigint not null check (epoch >= 0),
  head bytea not null check (octet_length(head) = 32),
  as_of timestamptz not null,
  max_allowed numeric(20, 0) not null check (max_allowed >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table compliance_proofs is 'Proofs that a lane''s total was at most a public number. Nothing is settled by them. Event ComplianceProved.';
comment on column compliance_proofs.content_id is '32 bytes';
comment on column compliance_proofs.ctx is 'domain of the metering chain; uint256, 32 bytes big-endian';
comment on column compliance_proofs.epoch is 're-keyings of the license before it';
comment on column compliance_proofs.head is 'signed by the meter; uint256, 32 bytes big-endian';
comment on column compliance_proofs.as_of is 'of the head''s last event';
comment on column compliance_proofs.max_allowed is 'units';
create index on compliance_proofs (license_id, block_number desc, log_index desc);

create table verifier_sets (
  block_number bigint not null,
  log_index bigint not null,
  version integer not null check (version >= 0),
  usage bytea not null check (octet_length(usage) = 20),
  usage_batch bytea not null check (octet_length(usage_batch) = 20),
  key_delivery bytea not null check (octet_length(key_delivery) = 20),
  compliance bytea not null check (octet_length(compliance) = 20),
  keys_hash bytea not null check (octet_length(keys_hash) = 32),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table verifier_sets is 'Versions of the circuits'' verifiers; offers pin the newest. Event VerifierSetAdded.';
comment on column verifier_sets.version is 'from 1';
comment on column verifier_sets.usage is 'verifier of usage proofs; address';
comment on column verifier_sets.usage_batch is 'of many at once; address';
comment on column verifier_sets.key_delivery is 'of key deliveries; address';
comment on column verifier_sets.compliance is 'of compliance proofs; address';
comment on column verifier_sets.keys_hash is 'keccak256 of the verifying keys'' SHA-256 digests; 32 bytes';
create unique index on verifier_sets (version);
