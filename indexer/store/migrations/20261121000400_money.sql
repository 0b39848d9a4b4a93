-- Money that the escrow holds and moves: one table per event of PaymentEscrow.
-- Rows are facts: never updated, gone with their log. A key's latest fact is its state.

create table splits (
  block_number bigint not null,
  log_index bigint not null,
  split_id bigint not null check (split_id >= 0),
  position bigint not null check (position >= 0),
  account bytea not null check (octet_length(account) = 20),
  share_bps integer not null check (share_bps >= 0),
  primary key (block_number, log_index, position),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table splits is 'Versions of who shares a payment, one row per payee. Event SplitCreated.';
comment on column splits.position is 'place in the list, from 0';
comment on column splits.account is 'address';
comment on column splits.share_bps is 'ten-thousandths';
create index on splits (split_id, block_number desc, log_index desc);

create table fees (
  block_number bigint not null,
  log_index bigint not null,
  fee_id bigint not null check (fee_id >= 0),
  recipient bytea not null check (octet_length(recipient) = 20),
  fee_bps integer not null check (fee_bps >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table fees is 'Versions of the platform''s fee. Event FeeSet.';
comment on column fees.recipient is 'address';
comment on column fees.fee_bps is 'ten-thousandths';
create unique index on fees (fee_id);

create table tokens (
  block_number bigint not null,
  log_index bigint not null,
  token bytea not null check (octet_length(token) = 20),
  token_id integer not null check (token_id >= 0),
  open boolean not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table tokens is 'Tokens that the escrow was told to take or refuse; the latest holds. Event TokenListed.';
comment on column tokens.token is 'ERC-20, or zero for ETH; address';
comment on column tokens.token_id is 'the escrow''s number of it';
comment on column tokens.open is 'whether new payments are taken in it';
create index on tokens (token, block_number desc, log_index desc);

create table payments (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  license_id bigint not null check (license_id >= 0),
  payer bytea not null check (octet_length(payer) = 20),
  token bytea not null check (octet_length(token) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  rule text not null check (rule in ('metered', 'linear', 'cliff')),
  split_id bigint not null check (split_id >= 0),
  fee_id bigint not null check (fee_id >= 0),
  starts_at timestamptz not null,
  deadline timestamptz not null,
  dispute_window_secs bigint not null check (dispute_window_secs >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payments is 'Payments, as they were taken. Event PaymentHeld.';
comment on column payments.payer is 'who gets back what is refunded; address';
comment on column payments.token is 'ERC-20, or zero for ETH; address';
comment on column payments.amount is 'base units of token';
comment on column payments.starts_at is 'linear: first second of vesting; the epoch: none';
comment on column payments.deadline is 'cliff: last second at which delivery counts; metered: from here on the rest is refundable; linear: first second at which all has vested';
comment on column payments.dispute_window_secs is 'cliff: seconds between delivery and release';
create unique index on payments (payment_id);
create index on payments (license_id, block_number desc, log_index desc);
create index on payments (payer, block_number desc, log_index desc);

create table payment_topups (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  token bytea not null check (octet_length(token) = 20),
  added numeric(78, 0) not null check (added >= 0),
  amount numeric(78, 0) not null check (amount >= 0),
  deadline timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_topups is 'What was added to a payment; the latest holds. Event PaymentToppedUp.';
comment on column payment_topups.token is 'ERC-20, or zero for ETH; address';
comment on column payment_topups.added is 'base units of token, now';
comment on column payment_topups.amount is 'base units of token held in all';
comment on column payment_topups.deadline is 'first second at which all has vested';
create index on payment_topups (payment_id, block_number desc, log_index desc);

create table payment_deadlines (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  deadline timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_deadlines is 'Deadlines that were moved; the latest holds. Event PaymentDeadlineMoved.';
create index on payment_deadlines (payment_id, block_number desc, log_index desc);

create table payment_deliveries (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  releasable_at timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_deliveries is 'Starts of a payment''s dispute window. Event PaymentDelivered.';
comment on column payment_deliveries.releasable_at is 'first second of release';
create index on payment_deliveries (payment_id, block_number desc, log_index desc);

create table payment_dues (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  due numeric(78, 0) not null check (due >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_dues is 'What settlement says is due in all; the latest holds. Event PaymentDue.';
comment on column payment_dues.due is 'base units of the payment''s token, in all';
create index on payment_dues (payment_id, block_number desc, log_index desc);

create table payment_releases (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  token bytea not null check (octet_length(token) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  fee numeric(78, 0) not null check (fee >= 0),
  released numeric(78, 0) not null check (released >= 0),
  closed boolean not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_releases is 'Movements towards payees and fee. Event PaymentReleased.';
comment on column payment_releases.token is 'ERC-20, or zero for ETH; address';
comment on column payment_releases.amount is 'base units moved now, fee included';
comment on column payment_releases.fee is 'base units of the fee in it';
comment on column payment_releases.released is 'base units moved in all, fee included';
comment on column payment_releases.closed is 'nothing is left';
create index on payment_releases (payment_id, block_number desc, log_index desc);

create table payment_refunds (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  token bytea not null check (octet_length(token) = 20),
  payer bytea not null check (octet_length(payer) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  refunded numeric(78, 0) not null check (refunded >= 0),
  closed boolean not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_refunds is 'Movements back to the payer. Event PaymentRefunded.';
comment on column payment_refunds.token is 'ERC-20, or zero for ETH; address';
comment on column payment_refunds.payer is 'address';
comment on column payment_refunds.amount is 'base units moved now';
comment on column payment_refunds.refunded is 'base units moved back in all';
comment on column payment_refunds.closed is 'nothing is left';
create index on payment_refunds (payment_id, block_number desc, log_index desc);

create table payment_freezes (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  dispute_id bigint not null check (dispute_id >= 0),
  frozen_at timestamptz not null,
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_freezes is 'Disputes that stopped a payment''s clocks. Event PaymentFrozen.';
create index on payment_freezes (payment_id, block_number desc, log_index desc);

create table payment_unfreezes (
  block_number bigint not null,
  log_index bigint not null,
  payment_id bigint not null check (payment_id >= 0),
  dispute_id bigint not null check (dispute_id >= 0),
  paused_secs numeric(20, 0) not null check (paused_secs >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table payment_unfreezes is 'Ends of freezes. Event PaymentUnfrozen.';
comment on column payment_unfreezes.paused_secs is 'seconds that the clocks stood still in all';
create index on payment_unfreezes (payment_id, block_number desc, log_index desc);

create table bonds (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  poster bytea not null check (octet_length(poster) = 20),
  token bytea not null check (octet_length(token) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table bonds is 'Bonds of disputes. Event BondHeld.';
comment on column bonds.poster is 'address';
comment on column bonds.token is 'zero: ETH; address';
comment on column bonds.amount is 'base units of token';
create index on bonds (dispute_id, block_number desc, log_index desc);

create table bond_payouts (
  block_number bigint not null,
  log_index bigint not null,
  dispute_id bigint not null check (dispute_id >= 0),
  recipient bytea not null check (octet_length(recipient) = 20),
  token bytea not null check (octet_length(token) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table bond_payouts is 'Bonds that went to their recipient''s balance. Event BondPaid.';
comment on column bond_payouts.recipient is 'address';
comment on column bond_payouts.token is 'zero: ETH; address';
comment on column bond_payouts.amount is 'base units of token';
create index on bond_payouts (dispute_id, block_number desc, log_index desc);

create table credits (
  block_number bigint not null,
  log_index bigint not null,
  account bytea not null check (octet_length(account) = 20),
  token bytea not null check (octet_length(token) = 20),
  payment_id bigint not null check (payment_id >= 0),
  amount numeric(78, 0) not null check (amount >= 0),
  balance numeric(78, 0) not null check (balance >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table credits is 'Balances that grew. Event Credited.';
comment on column credits.account is 'address';
comment on column credits.token is 'ERC-20, or zero for ETH; address';
comment on column credits.payment_id is '0: a bond';
comment on column credits.amount is 'base units added';
comment on column credits.balance is 'base units after it';
create index on credits (account, token, block_number desc, log_index desc);

create table withdrawals (
  block_number bigint not null,
  log_index bigint not null,
  account bytea not null check (octet_length(account) = 20),
  token bytea not null check (octet_length(token) = 20),
  recipient bytea not null check (octet_length(recipient) = 20),
  amount numeric(78, 0) not null check (amount >= 0),
  balance numeric(78, 0) not null check (balance >= 0),
  primary key (block_number, log_index),
  foreign key (block_number, log_index) references logs on delete cascade
);
comment on table withdrawals is 'Balances that were taken out. Event Withdrawn.';
comment on column withdrawals.account is 'address';
comment on column withdrawals.token is 'ERC-20, or zero for ETH; address';
comment on column withdrawals.recipient is 'address';
comment on column withdrawals.amount is 'base units taken';
comment on column withdrawals.balance is 'base units after it';
create index on withdrawals (account, token, block_number desc, log_index desc);
