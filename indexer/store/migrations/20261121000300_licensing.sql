-- Offers, keys of licensees and licenses: one table per event of LicenseManager.
-- Rows are facts: never updated, gone with their log. A key's latest fact is its state.

create table offers (
  block_number bigint not null,
  log_index bigint not null,
  offer_id bigint not null check (offer_id >= 0),
  creator bytea not null check (octet_length(creator) = 20),
  verifiers integer not null check (verifiers >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  nonce bigint not null check (nonce >= 0),
  kind text not null check (kind in ('per_use', 'subscription', 'perpetual', 'bundle')),
  delivery text not null check (delivery in ('served', 'key')),
  transferable boolean not null,
  buyer bytea not null check (octet_length(buyer) = 20),
  token bytea not null check (octet_length(token) = 20),
  price numeric(78, 0) not null check (price >= 0),
  unit_price numeric(78, 0) not null check (unit_price >= 0),
  units numeric(20, 0) not null check (units >= 0),
  overage_price numeric(78, 0) not null check (overage_price >= 0),
  bond numeric(78, 0) not null check (bond >= 0),
  unit_bytes bigint not null check (unit_bytes >= 0),
  max_units_per_event integer not null check (max_units_per_event >= 0),
  duration_secs bigint not null check (duration_secs >= 0),
  delivery_window_secs bigint not null check (delivery_window_secs >= 0),
  dispute_window_secs bigint not null check (dispute_window_secs >= 0),
  settlement_grace_secs bigint not null check (settlement_grace_secs >= 0),
  supply bigint not null check (supply >= 0),
  valid_until timestamptz not null,
  usage_bits bigint not null check (usage_bits >= 0),
  royalty_bps integer not null check (royalty_bps >= 0),
  split_id bigint not null check (split_id >= 0),
  arbitrator bytea not null check (octet_length(arbitrator) = 20),
  terms_hash bytea not null check (octet_length(terms_hash) = 32),
  items_hash bytea not null check (octet_length(items_hash) = 32),
  terms_uri text not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table offers is 'Offers: terms that never change. Signed ones are here from their first use on. Event OfferSet.';
comment on column offers.offer_id is 'content_no * 2^20 + nonce';
comment on column offers.creator is 'address';
comment on column offers.verifiers is 'version of the verifiers that its licenses are bound to';
comment on column offers.content_id is '32 bytes';
comment on column offers.nonce is 'chosen by the creator';
comment on column offers.buyer is 'the only licensee who may buy; zero: anyone; address';
comment on column offers.token is 'ERC-20, or zero for ETH; address';
comment on column offers.price is 'base units of token, for one license or one period of a subscription';
comment on column offers.unit_price is 'base units of token, for one metered unit';
comment on column offers.units is 'metered units included, of a subscription per period; 0: not limited';
comment on column offers.overage_price is 'base units of token, for each unit above units; 0: none may be above';
comment on column offers.bond is 'base units of token, from which overage is paid; 0: none';
comment on column offers.unit_bytes is 'a fetch of up to this many bytes is one unit; 0: any fetch is one';
comment on column offers.duration_secs is 'of a license, or of a period of a subscription; 0: for ever';
comment on column offers.supply is 'licenses that may be sold; 0: no limit';
comment on column offers.valid_until is 'the epoch: no limit';
comment on column offers.usage_bits is 'permitted uses; bit 0 is train';
comment on column offers.royalty_bps is 'ERC-2981, ten-thousandths of a sale';
comment on column offers.split_id is 'who is paid';
comment on column offers.arbitrator is 'address';
comment on column offers.terms_hash is 'SHA-256 of the legal terms; 32 bytes';
comment on column offers.items_hash is 'of a bundle''s items; otherwise zero; 32 bytes';
comment on column offers.terms_uri is 'as published; NUL is stored as U+FFFD; empty for signed offers';
create unique index on offers (offer_id);
create index on offers (content_id, block_number desc, log_index desc);
create index on offers (creator, block_number desc, log_index desc);

create table offer_items (
  block_number bigint not null,
  log_index bigint not null,
  offer_id bigint not null check (offer_id >= 0),
  position bigint not null check (position >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  units numeric(20, 0) not null check (units >= 0),
  primary key (block_number, log_index, position),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table offer_items is 'Contents of a bundle, one row per item. Event OfferSet.';
comment on column offer_items.position is 'place in the list, from 0';
comment on column offer_items.content_id is '32 bytes';
comment on column offer_items.units is 'metered units included for this item; 0: not limited';
create index on offer_items (offer_id, block_number desc, log_index desc);
create index on offer_items (content_id, block_number desc, log_index desc);

create table offer_closures (
  block_number bigint not null,
  log_index bigint not null,
  offer_id bigint not null check (offer_id >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table offer_closures is 'Offers that were closed, and signed offers that were cancelled before any use. Event OfferClosed.';
create index on offer_closures (offer_id, block_number desc, log_index desc);

create table profiles (
  block_number bigint not null,
  log_index bigint not null,
  profile_id bigint not null check (profile_id >= 0),
  owner bytea not null check (octet_length(owner) = 20),
  key_x bytea not null check (octet_length(key_x) = 32),
  key_y bytea not null check (octet_length(key_y) = 32),
  commitment bytea not null check (octet_length(commitment) = 32),
  session_key bytea not null check (octet_length(session_key) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table profiles is 'Versions of a licensee''s keys. Event ProfilePublished.';
comment on column profiles.owner is 'address';
comment on column profiles.key_x is 'Baby Jubjub, EIP-2494 coordinates; uint256, 32 bytes big-endian';
comment on column profiles.key_y is 'uint256, 32 bytes big-endian';
comment on column profiles.commitment is 'Poseidon(key_x, key_y), as the licensee said; uint256, 32 bytes big-endian';
comment on column profiles.session_key is 'secp256k1 address that signs heads; address';
create unique index on profiles (profile_id);

create table licenses (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  offer_id bigint not null check (offer_id >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  licensee bytea not null check (octet_length(licensee) = 20),
  payer bytea not null check (octet_length(payer) = 20),
  profile_id bigint not null check (profile_id >= 0),
  meter_id bigint not null check (meter_id >= 0),
  content_version integer not null check (content_version >= 0),
  units numeric(20, 0) not null check (units >= 0),
  starts_at timestamptz not null,
  expires_at timestamptz not null,
  token bytea not null check (octet_length(token) = 20),
  total numeric(78, 0) not null check (total >= 0),
  referrer bytea not null check (octet_length(referrer) = 20),
  primary key (block_number, log_index),
  foreign key (offer_id) references offers (offer_id),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table licenses is 'Licenses, as they were bought. The first payment has the license''s id, a performance bond the next one. Event LicenseIssued.';
comment on column licenses.content_id is '32 bytes';
comment on column licenses.licensee is 'first owner; address';
comment on column licenses.payer is 'who gets back what is refunded; address';
comment on column licenses.content_version is 'whose key is delivered';
comment on column licenses.units is 'metered units bought or included; 0: not limited';
comment on column licenses.expires_at is 'the epoch: never';
comment on column licenses.token is 'ERC-20, or zero for ETH; address';
comment on column licenses.total is 'base units of token: price or deposit, bond not included';
comment on column licenses.referrer is 'zero: nobody; address';
create unique index on licenses (license_id);
create index on licenses (offer_id, block_number desc, log_index desc);
create index on licenses (content_id, block_number desc, log_index desc);
create index on licenses (licensee, block_number desc, log_index desc);

create table license_renewals (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  payment_id bigint not null check (payment_id >= 0),
  periods integer not null check (periods >= 0),
  units numeric(20, 0) not null check (units >= 0),
  expires_at timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table license_renewals is 'Periods that were added; the latest holds. Event LicenseRenewed.';
comment on column license_renewals.payment_id is 'holds their price: the first payment, topped up, or one of its own';
comment on column license_renewals.periods is 'paid for in all';
comment on column license_renewals.units is 'metered units included in all; 0: not limited';
create index on license_renewals (license_id, block_number desc, log_index desc);

create table license_endings (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  expires_at timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table license_endings is 'Licenses that their payer ended early. Event LicenseEnded.';
comment on column license_endings.expires_at is 'the last second included';
create index on license_endings (license_id, block_number desc, log_index desc);

create table license_rebindings (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  profile_id bigint not null check (profile_id >= 0),
  epoch bigint not null check (epoch >= 0),
  content_version integer not null check (content_version >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table license_rebindings is 'Re-keyings of a license; the latest holds. Epoch 0, before any, is that of the issue. Event LicenseRebound.';
comment on column license_rebindings.epoch is 'counts them';
comment on column license_rebindings.content_version is 'whose key is delivered';
create index on license_rebindings (license_id, block_number desc, log_index desc);
create unique index on license_rebindings (license_id, epoch);

create table license_transfers (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  from_account bytea not null check (octet_length(from_account) = 20),
  to_account bytea not null check (octet_length(to_account) = 20),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table license_transfers is 'Changes of a license''s owner, its issue included; the latest holds. Event LicenseTransferred.';
comment on column license_transfers.from_account is 'zero: issued; address';
comment on column license_transfers.to_account is 'address';
create index on license_transfers (license_id, block_number desc, log_index desc);
create index on license_transfers (to_account, block_number desc, log_index desc);

create table key_deliveries (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  content_id bytea not null check (octet_length(content_id) = 32),
  epoch bigint not null check (epoch >= 0),
  ephemeral_x bytea not null check (octet_length(ephemeral_x) = 32),
  ephemeral_y bytea not null check (octet_length(ephemeral_y) = 32),
  c0 bytea not null check (octet_length(c0) = 32),
  c1 bytea not null check (octet_length(c1) = 32),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table key_deliveries is 'Content keys that were delivered with a verified proof. Event KeyDelivered.';
comment on column key_deliveries.content_id is '32 bytes';
comment on column key_deliveries.epoch is 're-keyings of the license before it';
comment on column key_deliveries.ephemeral_x is 'Baby Jubjub, EIP-2494 coordinates; uint256, 32 bytes big-endian';
comment on column key_deliveries.ephemeral_y is 'uint256, 32 bytes big-endian';
comment on column key_deliveries.c0 is 'first masked limb of the key; uint256, 32 bytes big-endian';
comment on column key_deliveries.c1 is 'second masked limb of the key; uint256, 32 bytes big-endian';
create index on key_deliveries (license_id, block_number desc, log_index desc);

create table key_acceptances (
  block_number bigint not null,
  log_index bigint not null,
  license_id bigint not null check (license_id >= 0),
  epoch bigint not null check (epoch >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table key_acceptances is 'Content keys of which the licensee signed that they arrived. Event KeyAccepted.';
comment on column key_acceptances.epoch is 're-keyings of the license before it';
create index on key_acceptances (license_id, block_number desc, log_index desc);
