-- What exists, who made it, who owns it, who serves it: one table per event of ContentRegistry.
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
comment on column meters.key_hash is 'Poseidon(key_x, key_y), as its owner said; uint256, 32 bytes big-endian';
comment on column meters.signer is 'secp256k1 address that countersigns heads; address';
comment on column meters.url is 'as published; NUL is stored as U+FFFD';
create unique index on meters (meter_id);

create table contents (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  creator bytea not null check (octet_length(creator) = 20),
  content_no bigint not null check (content_no >= 0),
  content_hash bytea not null check (octet_length(content_hash) = 32),
  cid bytea not null,
  key_commitment bytea not null check (octet_length(key_commitment) = 32),
  metadata_cid bytea not null,
  kind text not null check (kind in ('file', 'collection')),
  meter_id bigint not null check (meter_id >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table contents is 'Registered content, as its first version was. Event ContentRegistered.';
comment on column contents.content_id is '32 bytes';
comment on column contents.creator is 'who registered it; address';
comment on column contents.content_no is 'counts content from 1; the upper part of its offers'' ids';
comment on column contents.content_hash is 'SHA-256 of the plaintext; 32 bytes';
comment on column contents.cid is 'binary CIDv1 of the ciphertext';
comment on column contents.key_commitment is 'Poseidon of the content key''s limbs; uint256, 32 bytes big-endian';
comment on column contents.metadata_cid is 'binary CIDv1 of the Croissant metadata';
create unique index on contents (content_id);
create unique index on contents (content_no);
create index on contents (creator, block_number desc, log_index desc);

create table content_versions (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  version integer not null check (version >= 0),
  content_hash bytea not null check (octet_length(content_hash) = 32),
  cid bytea not null,
  key_commitment bytea not null check (octet_length(key_commitment) = 32),
  metadata_cid bytea not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table content_versions is 'Later versions of content; the latest is sold. Event ContentVersioned.';
comment on column content_versions.content_id is '32 bytes';
comment on column content_versions.version is 'the first, in contents, is 0';
comment on column content_versions.content_hash is 'SHA-256 of the plaintext; 32 bytes';
comment on column content_versions.cid is 'binary CIDv1 of the ciphertext';
comment on column content_versions.key_commitment is 'Poseidon of the content key''s limbs; uint256, 32 bytes big-endian';
comment on column content_versions.metadata_cid is 'binary CIDv1 of the Croissant metadata';
create unique index on content_versions (content_id, version);

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

create table content_meters (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  meter_id bigint not null check (meter_id >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table content_meters is 'Changes of the meter of licenses that are sold from then on; the latest holds. Event ContentMeterChanged.';
comment on column content_meters.content_id is '32 bytes';
create index on content_meters (content_id, block_number desc, log_index desc);

create table content_proposals (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  pending bytea not null check (octet_length(pending) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table content_proposals is 'Offers of content to another owner; the latest holds until the content is transferred. Event ContentTransferProposed.';
comment on column content_proposals.content_id is '32 bytes';
comment on column content_proposals.pending is 'who may accept; zero: nobody; address';
create index on content_proposals (content_id, block_number desc, log_index desc);

create table content_transfers (
  block_number bigint not null,
  log_index bigint not null,
  content_id bytea not null check (octet_length(content_id) = 32),
  from_account bytea not null check (octet_length(from_account) = 20),
  to_account bytea not null check (octet_length(to_account) = 20),
  generation integer not null check (generation >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table content_transfers is 'Changes of content''s owner; the latest holds. Offers from before one cannot be bought any more. Event ContentTransferred.';
comment on column content_transfers.content_id is '32 bytes';
comment on column content_transfers.from_account is 'address';
comment on column content_transfers.to_account is 'address';
comment on column content_transfers.generation is 'counts the changes';
create index on content_transfers (content_id, block_number desc, log_index desc);
create index on content_transfers (to_account, block_number desc, log_index desc);

create table attesters (
  block_number bigint not null,
  log_index bigint not null,
  attester bytea not null check (octet_length(attester) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table attesters is 'Who may say how well creators are known; the latest may. Event AttesterSet.';
comment on column attesters.attester is 'zero: nobody; address';

create table creator_levels (
  block_number bigint not null,
  log_index bigint not null,
  creator bytea not null check (octet_length(creator) = 20),
  level integer not null check (level >= 0),
  attester bytea not null check (octet_length(attester) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table creator_levels is 'How well a creator is known; the latest holds, 0 before any. Event CreatorLevelSet.';
comment on column creator_levels.creator is 'address';
comment on column creator_levels.level is '0 unknown to 4 audited';
comment on column creator_levels.attester is 'who said so; address';
create index on creator_levels (creator, block_number desc, log_index desc);
