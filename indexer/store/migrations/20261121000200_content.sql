-- What exists, who made it, who serves it: one table per event of ContentRegistry.
-- Rows are facts: never updated, gone with their log. A key's latest fact is its state.

create table meters (
  block_number bigint not null,
  log_index bigint not null,
  meter_id bigint not null check (meter_id >= 0),
  owner bytea not null check (octet_length(owner) = 20),
  key_x bytea not null check (octet_length(key_x) = 32),
  key_y bytea not null check (octet_length(key_y) = 32),
  key_hash bytea not null check (octet_length(key_hash) = 32),
  signer bytea not null check (octet_length(signer) = 20),
  url text not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table meters is 'Versions of a meter''s keys. Event MeterPublished.';
comment on column meters.owner is 'address';
comment on column meters.key_x is 'Baby Jubjub, EIP-2494 coordinates; uint256, 32 bytes big-endian';
comment on column meters.key_y is 'uint256, 32 bytes big-endian';
comment on column meters.key_hash is 'Poseidon(key_x, key_y), as the creator said; uint256, 32 bytes big-endian';
comment on column meters.signer is 'secp256k1 address that countersigns heads; address';
comment on column meters.url is 'as published; NUL is stored as U+FFFD';
create unique index on meters (meter_id);

create table contents (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  creator bytea not null check (octet_length(creator) = 20),
  content_hash bytea not null check (octet_length(content_hash) = 32),
  cid bytea not null,
  key_commitment bytea not null check (octet_length(key_commitment) = 32),
  metadata_cid bytea not null,
  kind text not null check (kind in ('file', 'collection')),
  meter_id bigint not null check (meter_id >= 0),
  split_id bigint not null check (split_id >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table contents is 'Registered content. Event ContentRegistered.';
comment on column contents.content_id is '32 bytes';
comment on column contents.creator is 'address';
comment on column contents.content_hash is 'SHA-256 of the plaintext; 32 bytes';
comment on column contents.cid is 'binary CIDv1 of the ciphertext';
comment on column contents.key_commitment is 'Poseidon of the content key''s limbs; uint256, 32 bytes big-endian';
comment on column contents.metadata_cid is 'binary CIDv1 of the Croissant metadata';
create unique index on contents (content_id);
create index on contents (creator, block_number desc, log_index desc);

create table content_statuses (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  status text not null check (status in ('active', 'suspended', 'retired')),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table content_statuses is 'Changes of whether content is sold; the latest holds, active before any. Event ContentStatusChanged.';
comment on column content_statuses.content_id is '32 bytes';
create index on content_statuses (content_id, block_number desc, log_index desc);
