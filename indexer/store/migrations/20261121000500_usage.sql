-- Settled use: one table per event of UsageTracker.
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
comment on column usage_signatures.seq is 'events up to the head';
comment on column usage_signatures.head is 'uint256, 32 bytes big-endian';
comment on column usage_signatures.signed_at is 'as the head says';
comment on column usage_signatures.signed_total is 'units of the lane signed in all';
comment on column usage_signatures.settled_total is 'units of the lane settled in all';
comment on column usage_signatures.settled_units is 'units of the license settled in all';
create index on usage_signatures (license_id, block_number desc, log_index desc);
create index on usage_signatures (ctx, block_number desc, log_index desc);
