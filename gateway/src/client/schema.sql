-- One metered event per row, from the moment it was proposed. Hashes are 32 bytes, big-endian.
create table receipts (
  ctx                blob    not null check (length(ctx) = 32),
  seq                integer not null check (seq > 0),
  license_id         integer not null,
  lane               integer not null,
  epoch              integer not null,
  content_id         blob    not null check (length(content_id) = 32),
  range_start        integer not null,
  range_end          integer not null check (range_end >= range_start),
  salt               blob    not null check (length(salt) = 32),
  time               integer not null,
  units              integer not null check (units between 0 and 65535),
  total              integer not null check (total >= units),
  head               blob    not null check (length(head) = 32),
  licensee_signature blob    not null,
  accumulator        text    not null, -- JSON: the chain's whole state after this event
  request_id         text,             -- the caller's own name for the fetch
  meter_signature    blob,             -- nothing until the meter countersigned
  meter_eddsa        text,             -- JSON: r8x, r8y, s
  primary key (ctx, seq),
  check ((meter_signature is null) = (meter_eddsa is null))
) strict, without rowid;

create unique index one_pending_per_lane on receipts (ctx) where meter_signature is null;
create unique index receipts_by_request on receipts (ctx, request_id) where request_id is not null;
create unique index receipts_by_head on receipts (ctx, head);
create index receipts_by_license on receipts (license_id);

-- Proposals that the meter refused for good: signed, never countersigned, kept as evidence.
create table refused (
  ctx     blob    not null,
  seq     integer not null,
  request text    not null, -- JSON: the whole proposal
  problem text    not null  -- JSON: the refusal
) strict;
