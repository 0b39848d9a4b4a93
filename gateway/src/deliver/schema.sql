-- Purchases seen on the chain, and what became of each. Everything here can be made again from the chain.
create table deliveries (
  license_id integer not null primary key,
  content_id blob    not null check (length(content_id) = 32),
  progress   text    not null default 'due' check (progress in ('due', 'delivered', 'skipped')),
  reason     text    not null default '' -- for people: why, or the transaction
) strict;

create index deliveries_due on deliveries (license_id) where progress = 'due';

-- The last block that was looked at; its hash tells whether it is still there.
create table cursor (
  only         integer not null primary key check (only = 1),
  block_number integer not null,
  block_hash   blob    not null check (length(block_hash) = 32)
) strict;
