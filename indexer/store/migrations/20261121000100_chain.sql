-- What was read from the chain, as it was read: everything else is a fold over these logs.
-- The highest block is the checkpoint. Taking blocks away takes their logs, and these take their facts: that is a rewind.

create table mirror (
  singleton boolean primary key default true check (singleton),
  chain_id bigint not null,
  genesis_hash bytea not null check (octet_length(genesis_hash) = 32),
  start_block bigint not null check (start_block >= 0),
  registry bytea not null check (octet_length(registry) = 20),
  licenses bytea not null check (octet_length(licenses) = 20),
  escrow bytea not null check (octet_length(escrow) = 20),
  usage bytea not null check (octet_length(usage) = 20),
  disputes bytea not null check (octet_length(disputes) = 20),
  verifier_sets bytea not null check (octet_length(verifier_sets) = 20)
);
comment on table mirror is 'The one deployment that this database mirrors.';
comment on column mirror.chain_id is 'EIP-155';
comment on column mirror.genesis_hash is 'hash of block 0: two development chains share an id, but not this';
comment on column mirror.start_block is 'no contract has a log before it';

create table blocks (
  number bigint primary key check (number >= 0),
  hash bytea not null unique check (octet_length(hash) = 32),
  parent_hash bytea not null check (octet_length(parent_hash) = 32),
  timestamp timestamptz not null
);
comment on table blocks is 'Headers read: all near the head, before that those with logs of ours and the last of each range.';
comment on column blocks.timestamp is 'as the header says';

create table logs (
  block_number bigint not null references blocks on delete cascade,
  log_index bigint not null check (log_index >= 0),
  transaction_hash bytea not null check (octet_length(transaction_hash) = 32),
  address bytea not null check (octet_length(address) = 20),
  topics bytea not null check (octet_length(topics) % 32 = 0 and octet_length(topics) <= 128),
  data bytea not null,
  primary key (block_number, log_index)
);
comment on table logs is 'Every log of the deployment''s contracts, decodable into a fact or not of interest.';
comment on column logs.topics is 'up to four topics of 32 bytes, one after the other';
comment on column logs.address is 'the contract that emitted it';

create table observed_head (
  singleton boolean primary key default true check (singleton),
  number bigint not null check (number >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  seen_at timestamptz not null,
  halted text
);
comment on table observed_head is 'The chain''s head as the writer last saw it. Not a fold over logs: it tells how far behind the mirror is.';
comment on column observed_head.seen_at is 'clock of the database';
comment on column observed_head.halted is 'why the writer gave up; null while it works';
