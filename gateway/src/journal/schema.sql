-- One countersigned event per row: the truth. Hashes are 32 bytes, big-endian; times are unix seconds.
create table heads (
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
  call               blob    not null check (length(call) = 32),
  total              integer not null check (total >= units),
  head               blob    not null check (length(head) = 32),
  licensee_signature blob    not null,
  meter_signature    blob    not null,
  meter_eddsa        text    not null, -- JSON: r8x, r8y, s
  request_hash       blob    not null check (length(request_hash) = 32),
  primary key (ctx, seq)
) strict, without rowid;

create index heads_by_license on heads (license_id, ctx, seq);

-- Where each lane stands, so that an append reads one row. Written with the event it follows from.
create table lanes (
  ctx         blob    not null primary key check (length(ctx) = 32),
  license_id  integer not null,
  lane        integer not null,
  epoch       integer not null,
  seq         integer not null,
  accumulator text    not null -- JSON: the chain's whole state
) strict, without rowid;

-- Units used over all lanes and epochs of a license.
create table licenses (
  license_id integer not null primary key,
  used_units integer not null check (used_units >= 0)
) strict;
